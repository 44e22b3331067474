"""A platform in memory, plugged into the real engine: replies grow in a `Room`, by the one writer that every platform uses."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from bot.assembly import open_engine
from bot.clock import SystemClock
from bot.engine import Engine
from bot.errors import PlatformRefused
from bot.memory.exchange import Exchange
from bot.memory.history import Memory
from bot.spend.ledger import Day, Ledger
from bot.store.connection import Store, open_store
from bot.store.keys import ServerKeys
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place, ServerKey
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Addressed, Amended, Attachment, Inbound, Press, Quoted
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Outcome, Placeholder, ReplyAddress, ReplyLog, Surface
from tests.adapters.rendering.room import Room, RoomOutlet
from tests.fakes.clock import VirtualClock
from tests.fakes.model.server import ModelServer
from tests.scenarios.house import settings_for

NAME = "room"
LIMITS = Limits(text=2000)
BEYOND = 1_000_000
"""More than any window: reads the whole history."""


class RealTime(VirtualClock):
    """The room's clock where real servers take part; times count from the room's making."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class MovedClock(SystemClock):
    """The wall clock, which a test may set to another time; intervals stay what they are."""

    def __init__(self, at: float | None = None) -> None:
        self._offset = 0.0 if at is None else at - time.time()

    def now(self) -> float:
        return super().now() + self._offset

    def pass_(self, seconds: float) -> None:
        """Later by so much, at once."""
        self._offset += seconds


class RoomPlatform:
    """`Platform` into one `Room`; each reply goes by the id of the message it answers."""

    name = NAME

    def __init__(self) -> None:
        self.limits = LIMITS
        self.room = Room(RealTime())
        self.waiting: dict[str, bool] = {}
        self._pace = Pace(SystemClock())
        self._settled: dict[str, asyncio.Future[Outcome]] = {}

    def settled(self, message: str) -> "asyncio.Future[Outcome]":
        """How the reply to `message` ends, once its last version stands."""
        return self._settled.setdefault(message, asyncio.get_running_loop().create_future())

    def surface(
        self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str, stop: Button | None = None
    ) -> Surface:
        message = address.data["message"]
        outlet = RoomOutlet(self.room, name=message, bucket=message, every=0.01)
        live = _Reply(outlet, log=log, clock=SystemClock(), pace=self._pace, resume=resume, pending=pending, stop=stop)
        live.settled = self.settled(message)
        return live

    async def remove(self, placeholder: Placeholder) -> None:
        await self.room.remove(placeholder)

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        self.waiting[address.data["message"]] = waits

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PlatformRefused(f"nothing is stored here: {attachment.id}")


class _Reply(LiveMessage):
    settled: "asyncio.Future[Outcome]"

    async def settle(self, outcome: Outcome, buttons: Sequence[Button] = ()) -> None:
        await super().settle(outcome, buttons)
        if not self.settled.done():
            self.settled.set_result(outcome)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one message, by its id: how it ended, and the texts of the messages that stand in the room."""

    outcome: Outcome
    texts: list[str]
    message: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """The only message of this reply."""
        (text,) = self.texts
        return text


@dataclass(frozen=True, slots=True)
class House:
    """People talking to a whole engine. Servers, channels and authors come into being by being named."""

    engine: Engine
    platform: RoomPlatform
    model: ModelServer
    store: Store
    numbers: "count[int]" = field(default_factory=count)

    async def says(
        self,
        text: str,
        *,
        by: str = "ada",
        server: str = "home",
        channel: str = "general",
        quoted: Quoted | None = None,
        attachments: tuple[Attachment, ...] = (),
        place: Place | None = None,
        name: str = "",
        within: float = 10.0,
    ) -> Answer:
        """Say it, mentioning Parley, and return when the reply is settled."""
        message = f"m{next(self.numbers)}"
        inbound = Inbound(
            id=message,
            conversation=conversation(server, channel),
            author=Author(by, name or by.title()),
            text=text,
            addressed=Addressed.MENTION,
            address=ReplyAddress(NAME, {"message": message}),
            sent_at=time.time(),
            exclusive=False,
            quoted=quoted,
            attachments=attachments,
            place=place or Place(server.title(), channel),
        )
        assert await self.engine.receive(inbound) is Receipt.JOINED
        async with asyncio.timeout(within):
            outcome = await self.platform.settled(message)
        return Answer(outcome, self.platform.room.texts(message), message)

    async def shows(self, message: str, text: str, *, within: float = 5.0) -> None:
        """Return when the reply to `message` reads so. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while self.platform.room.texts(message) != [text]:  # noqa: ASYNC110  # the room tells nobody when it changes
                await asyncio.sleep(0.005)

    def buttons(self, message: str) -> tuple[Button, ...]:
        """What stands under the reply to `message`."""
        *others, last = self.platform.room.buttons(message)
        assert not any(others), "only the last message of a reply has buttons"
        return last

    async def presses(
        self,
        kind: PressKind,
        message: str,
        *,
        by: str = "ada",
        authority: Authority = Authority.MEMBER,
        value: str = "",
        text: str = "",
        event: str = "",
    ) -> str:
        """Press a button that stands under the reply to `message`; returns the private word."""
        (button,) = (button for button in self.buttons(message) if button.kind is kind and button.value.startswith(value))
        return await self.presses_old(button, by=by, authority=authority, text=text, event=event)

    async def presses_old(
        self, button: Button, *, by: str = "ada", authority: Authority = Authority.MEMBER, text: str = "", event: str = ""
    ) -> str:
        """Press a button wherever it stands or stood."""
        assert Button.parse(str(button)) == button
        event, author = event or f"p{next(self.numbers)}", Author(by, by.title(), authority)
        reply = await self.engine.press(Press(event, button.kind, button.turn, author, conversation(), button.value, text))
        assert reply.private
        return reply.text

    async def amends(self, message: str, text: str | None, *, stamp: str = "1") -> None:
        """Edit a message of the usual channel, or (None) delete it."""
        await self.engine.amend(Amended(message, conversation(), False, text, stamp))

    async def rests(self) -> None:
        """Return when nothing waits in any lane."""
        async with asyncio.timeout(10):
            while await self.engine.mailbox.waiting():  # noqa: ASYNC110  # the store raises no event here
                await asyncio.sleep(0.005)

    async def orders(
        self,
        name: str,
        args: Mapping[str, str] | None = None,
        *,
        by: str = "root",
        server: str = "home",
        channel: str = "general",
        authority: Authority = Authority.ADMIN,
    ) -> str:
        """Give an order; returns all that its reply shows."""
        author = Author(by, by.title(), authority)
        call = CommandCall(
            f"c{next(self.numbers)}", name, author, conversation(server, channel), direct=False, exclusive=False, args=args or {}
        )
        reply = await self.engine.command(call)
        rows = () if reply.table is None else (" ".join(row) for row in reply.table.rows)
        return "\n".join((reply.text, *rows))

    async def history(self, *, server: str = "home", channel: str = "general") -> list[Exchange]:
        """Everything that is remembered of a channel."""
        memory = Memory(self.store, seconds=BEYOND, messages=BEYOND, tokens=BEYOND)
        return list(await memory.recent(conversation(server, channel)))

    async def spent(self, server: str = "home", *, on: str = "") -> Day:
        """The server's ledger of today."""
        ledger = Ledger(self.store, clock=SystemClock(), budget=None)
        return await ledger.day(ServerKey(NAME, server), on or ledger.today())

    async def held(self, server: str = "home") -> dict[str, str]:
        """The money that running calls hold, by call."""
        return await self.store.hash_all(ServerKeys(ServerKey(NAME, server)).holds)

    @property
    def requested(self) -> list[str]:
        """The model of each request that the model server understood, in order."""
        return [request.model for request in self.model.asked]


def conversation(server: str = "home", channel: str = "general") -> ConversationKey:
    """A channel of a server, open to all."""
    return ConversationKey(NAME, server, channel)


@asynccontextmanager
async def open_house(
    redis_url: str,
    model: ModelServer,
    *,
    clock: MovedClock | None = None,
    local: bool = True,
    moderation: bool = False,
    **settings: object,
) -> AsyncIterator[House]:
    """Parley whole, answering in a room.

    `local` as in `open_engine`; `settings` by their own names. Moderation is on where it is the matter: it doubles the requests.
    """
    platform = RoomPlatform()
    chosen = settings_for(redis_url, model, moderation=moderation, **settings)
    async with (
        open_store(redis_url) as store,
        open_engine(chosen, clock=clock, local=local) as engine,
    ):
        engine.plug(platform)
        async with engine.answering():
            yield House(engine, platform, model, store)
    assert platform.room.violations == []
