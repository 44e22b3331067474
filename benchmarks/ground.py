"""Where Parley as several processes is measured: a Redis server, a Discord and a model of the benchmark's own."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.discord_turns import greeted, local_discord, settings
from benchmarks.process import Model, Running, running
from bot.offline.chat_request import ChatRequest
from tests.fakes.discord import Channel, DiscordServer, Guild, Message, User
from tests.fakes.model.sayings import Piece
from tests.fakes.model.script import Exchange
from tests.fakes.redis_servers import SingleServer
from tests.fakes.server import Recorded

PATIENCE = 60.0
"""Seconds: whatever has not happened by then does not happen."""

HOLD = "hold"
"""A question with this word in it is answered up to `BEGINNING`, and no further until `Speaker.go_on`."""

BEGINNING, END = "Hello", " and good-bye."


class Speaker(Model):
    """Answers at once, or holds its stream open where it is asked to; notes when somebody left it in mid-stream."""

    def __init__(self) -> None:
        super().__init__()
        self.left_at: list[float] = []
        """Monotonic seconds."""
        self.gate = asyncio.Event()
        self.calls = 0
        self.answers(self._say)

    def go_on(self) -> None:
        """Every stream that is held open comes to its end; later ones are held anew."""
        self.gate.set()
        self.gate = asyncio.Event()

    def _say(self, request: ChatRequest) -> Iterator[Piece]:
        self.calls += 1
        yield f"{BEGINNING} {self.calls}"
        if HOLD in request.lines[-1].text:
            yield self.gate
        yield END

    def _left(self, exchange: Exchange) -> None:
        self.left_at.append(time.monotonic())
        super()._left(exchange)


@dataclass(frozen=True, slots=True)
class Ground:
    """All that processes share. People write in channels, each of which has its own pace."""

    redis: SingleServer
    discord: DiscordServer
    model: Speaker
    guild: Guild
    person: User
    more: dict[str, str] = field(default_factory=dict)
    """Settings of every process, by the operator's names."""

    @asynccontextmanager
    async def process(self, *command: str, **more: str) -> AsyncIterator[Running]:
        """`parley <command>` on this ground; `more` as in `more`."""
        ours = settings(self.discord, self.model) | {"REDIS_URL": self.redis.url}
        async with running(*command, settings=ours | self.more | more) as started:
            if command[0] == "run":
                await self.seen(partial(greeted, self.discord))
            yield started

    def channel(self) -> Channel:
        """A new one."""
        return self.discord.add_channel(f"channel-{len(self.discord.channels)}", guild=self.guild)

    async def asks(self, channel: Channel, text: str = "question", *, user: User | None = None) -> float:
        """A mention; returns the moment before it left (monotonic seconds)."""
        began = time.monotonic()
        await self.discord.user_says(channel, user or self.person, f"<@{self.discord.bot.id}> {text}")
        return began

    async def seen(self, true: Callable[[], Any]) -> Any:
        """The first true value: looked at whenever something arrives at the local Discord."""
        return await self.discord.wait_for(true, timeout=PATIENCE)

    def answers(self, channel: Channel) -> list[Message]:
        """Our messages that stand there."""
        return [message for message in self.discord.messages(channel) if message.author is self.discord.bot]

    def says(self, channel: Channel, ending: str, times: int = 1) -> bool:
        """Whether so many of our messages there end so."""
        return sum(message.content.endswith(ending) for message in self.answers(channel)) >= times

    def begun(self, channel: Channel) -> bool:
        """Whether the newest answer there is held open after its beginning."""
        answers = self.answers(channel)
        return bool(answers) and answers[-1].content.startswith(BEGINNING)

    async def answered(self, channel: Channel, text: str = "question") -> None:
        """One question and its whole answer."""
        before = sum(message.content.endswith(END) for message in self.answers(channel))
        await self.asks(channel, text)
        await self.seen(lambda: self.says(channel, END, before + 1))

    def edits(self, *, since: float, channel: Channel | None = None) -> list[Recorded]:
        """Edits of our messages that arrived after a moment (monotonic seconds), oldest first."""
        place = f"/channels/{channel.id}/" if channel else "/channels/"
        return [each for each in self.discord.requests if each.method == "PATCH" and place in each.path and each.at > since]


@asynccontextmanager
async def ground(**more: str) -> AsyncIterator[Ground]:
    """An empty one; `more` are settings of every process on it."""
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(SingleServer())
        discord, model = await stack.enter_async_context(local_discord()), await stack.enter_async_context(Speaker())
        guild = discord.add_guild("Home")
        yield Ground(redis, discord, model, guild, discord.add_user("Ada", guild=guild), more)
