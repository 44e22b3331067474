"""A local Slack on a clock of its own, and answers that are streamed there."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.rendering.pace import Pace
from adapters.slack.limits import budgets
from adapters.slack.platform import SlackPlatform
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.reply import Answered, Outcome, Placeholder, ReplyAddress, Surface, TextDelta
from tests.adapters.slack.doors import Journal
from tests.fakes.bank import Bank
from tests.fakes.clock import VirtualClock
from tests.fakes.slack.bolted import client_of
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, Message, User

NOWHERE = "http://127.0.0.1:9/"
STOP = Button(PressKind.STOP, "t1", "U1")
AGAIN = Button(PressKind.REGENERATE, "t1", "U1")


@dataclass
class Studio:
    """One workspace, one platform, and time that moves only when nothing else does."""

    server: SlackServer
    clock: VirtualClock
    pace: Pace
    platform: SlackPlatform
    questions: int = field(default=0)
    journals: list[Journal] = field(default_factory=list)

    def asks(self, user: User | None = None, *, channel: Channel | None = None) -> tuple[Message, ReplyAddress]:
        """Somebody's question, and where its answer goes."""
        asker = user or self.server.add_user(f"asker{self.questions}")
        self.questions += 1
        place = channel or self.server.add_channel(f"room{self.questions}", members=[asker])
        question = self.server.world.post(Message(place.id, self.server.world.numbers.ts(), asker.id, "hello"))
        data = {"team": self.server.team.id, "channel": place.id, "thread": question.ts, "ts": question.ts}
        return question, ReplyAddress("slack", data | {"user": asker.id, "user_team": asker.team})

    def asks_directly(self) -> tuple[Message, ReplyAddress]:
        """The same in a DM."""
        asker = self.server.add_user(f"asker{self.questions}")
        return self.asks(asker, channel=self.server.world.dm(asker, self.server.team))

    def surface(self, address: ReplyAddress, *, resume: Sequence[Placeholder] = (), pending: str = "", name: str = "n") -> Surface:
        self.journals.append(Journal(name))
        return self.platform.surface(address, log=self.journals[-1], resume=resume, pending=pending, stop=STOP)

    async def tidy(self) -> None:
        """Delete what was left to others."""
        for placeholder in [placeholder for journal in self.journals for placeholder in journal.left]:
            await self.platform.remove(placeholder)

    async def use_up(self, kind: str, address: ReplyAddress) -> int:
        """Others of the workspace have just taken all turns of this kind that were left: so many."""
        drawn, taken = budgets(address.data["team"], address.data["channel"])[kind], 0
        while await self.clock.run_until(self.pace.soon(drawn, within=0.2)):
            taken += 1
        return taken

    def answers(self, question: Message) -> list[Message]:
        """What stands under the question, of us."""
        found = self.server.messages(self.server.world.channels[question.channel], thread_ts=question.ts)
        return [message for message in found if message.bot_id == self.server.team.bot_id and not message.deleted]

    async def answered(
        self, address: ReplyAddress, chunks: Iterable[str], *, every: float = 0.5, outcome: Outcome | None = None
    ) -> Surface:
        """An answer of which a chunk comes `every` so many seconds."""
        surface, text = self.surface(address), ""
        await surface.open()
        for chunk in chunks:
            text += chunk
            surface.show(TextDelta(chunk))
            await self.clock.sleep(every)
        await surface.settle(outcome or Answered(text), [AGAIN])
        return surface


@asynccontextmanager
async def studio(server: SlackServer, *, streams: bool = True, patience: float = 0.01) -> AsyncIterator[Studio]:
    """Slack's limits and lifetimes count in this clock's seconds. Events go nowhere."""
    server.transport = NOWHERE
    clock = VirtualClock(patience=patience)
    server.streams.clock = server.limits.clock = clock.monotonic
    pace = Pace(clock, Bank(clock).lender("here"))
    platform = SlackPlatform(client_of(server), pace=pace, clock=clock, streams=streams)
    yield Studio(server, clock, pace, platform)
    await clock.run_until(platform.aclose())
    assert server.limits.refused == {}, "no limit is met"


def versions(message: Message) -> list[str]:
    return [version.text for version in message.versions]


def shown(messages: Sequence[Message]) -> str:
    return "\n".join(message.text for message in messages)
