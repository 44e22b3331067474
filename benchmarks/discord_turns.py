"""Mentions on a local Discord: how long until the placeholder, the first words and the last version arrive there."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from benchmarks.figures import Row
from benchmarks.process import Model, model_settings, serving
from bot.offline.chat_request import ChatRequest
from tests.fakes.discord import Channel, DiscordServer, User, Window
from tests.fakes.model.sayings import Piece
from tests.fakes.server import Recorded

CHANNELS = 50
"""So many that no channel's edits wait for their interval."""

WARM_UP = 10
"""First turns, which open connections; they are not counted."""

RATE = 10.0
"""Mentions a second in the second run."""

PAUSE = 1.6
"""Seconds between the model's two chunks: more than the interval between edits, so that no wait is measured."""

BEGINNING, END = "Hello", " and good-bye."
WHOLE = BEGINNING + END
PLENTY = Window(1_000_000, 1.0)


@dataclass(slots=True)
class Said:
    """When something left, by the number of its question; monotonic seconds."""

    mention: dict[int, float] = field(default_factory=dict)
    trigger: dict[int, str] = field(default_factory=dict)
    first: dict[int, float] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)
    pause: float = 0.0

    def answer(self, request: ChatRequest) -> Iterator[Piece]:
        """Two chunks; each is handed to the socket right after its time was taken."""
        number = int(re.findall(r"question (\d+)", request.lines[-1].text)[-1])
        self.first[number] = time.monotonic()
        yield BEGINNING
        if self.pause:
            gate = asyncio.Event()
            asyncio.get_running_loop().call_later(self.pause, gate.set)
            yield gate
        self.last[number] = time.monotonic()
        yield END


@dataclass(slots=True)
class Bench:
    """The local Discord with its people, and what was said there."""

    discord: DiscordServer
    channels: list[Channel]
    person: User
    said: Said
    asked: int = 0

    async def ask(self) -> Channel:
        """One mention in the next channel."""
        number, channel = self.asked, self.channels[self.asked % len(self.channels)]
        self.asked += 1
        self.said.mention[number] = time.monotonic()
        message = await self.discord.user_says(channel, self.person, f"<@{self.discord.bot.id}> question {number}")
        self.said.trigger[number] = str(message.id)
        return channel

    async def one_by_one(self, count: int) -> range:
        """Each mention after the answer to the one before is complete."""
        began = self.asked
        for _ in range(count):
            channel = await self.ask()
            await self.discord.wait_for(partial(self._complete, channel), timeout=30)
        return range(began, self.asked)

    async def at_rate(self, count: int) -> range:
        """`RATE` mentions a second, whatever becomes of them; returns when all are answered."""
        began, start = self.asked, time.monotonic()
        asked = []
        for turn in range(count):
            await asyncio.sleep(start + turn / RATE - time.monotonic())
            asked.append(await self.ask())
        for channel in set(asked):
            await self.discord.wait_for(partial(self._complete, channel), timeout=30)
        return range(began, self.asked)

    def _complete(self, channel: Channel) -> bool:
        return self.discord.messages(channel)[-1].content == WHOLE


def rows(bench: Bench, questions: range, name: str) -> Iterator[Row]:
    """What the local Discord saw of these questions."""
    seen = {trigger: number for number, trigger in bench.said.trigger.items()}
    posted: dict[int, float] = {}
    for request in bench.discord.requests:
        if request.method == "POST" and request.path.endswith("/messages"):
            posted.setdefault(seen[request.body["message_reference"]["message_id"]], request.at)
    waits = [posted[number] - bench.said.mention[number] for number in questions if number in posted]
    yield Row(f"Discord, {name}: mention → placeholder", waits, "15 median, 40 p99", wanted=len(questions))
    if bench.said.pause:
        edits = _edits(bench.discord, seen)
        first = [edits[number][BEGINNING] - bench.said.first[number] for number in questions if BEGINNING in edits[number]]
        last = [edits[number][WHOLE] - bench.said.last[number] for number in questions if WHOLE in edits[number]]
        yield Row(f"Discord, {name}: model's first chunk → first words", first, "10", wanted=len(questions))
        yield Row(f"Discord, {name}: model's last chunk → final text", last, wanted=len(questions))


def _edits(discord: DiscordServer, seen: dict[str, int]) -> dict[int, dict[str, float]]:
    """When each question's answer was first edited to which text."""
    answers = {
        str(message.id): seen[str(message.reply_to.id)]
        for channel in discord.channels
        for message in discord.every_message(channel)
        if message.reply_to is not None
    }
    found: dict[int, dict[str, float]] = {number: {} for number in seen.values()}
    for request in filter(lambda request: request.method == "PATCH", discord.requests):
        found[answers[request.path.rpartition("/")[2]]].setdefault(request.body["content"], request.at)
    return found


def local_discord() -> DiscordServer:
    """Without rate limits and without a judge, whose time would be counted as Parley's."""
    discord = DiscordServer(judging=False)
    discord.limits.rules, discord.limits.default, discord.limits.overall = {}, PLENTY, PLENTY
    return discord


def settings(discord: DiscordServer, model: Model) -> dict[str, str]:
    """Points a process at both."""
    ours = {"DISCORD_BOT_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url}
    return ours | model_settings(model)


async def measure(count: int) -> list[Row]:
    """`count` mentions one by one, and as many at a steady rate."""
    said = Said()
    async with local_discord() as discord, Model() as model:
        model.answers(said.answer)
        guild = discord.add_guild("Home")
        channels = [discord.add_channel(f"channel-{number}", guild=guild) for number in range(CHANNELS)]
        bench = Bench(discord, channels, discord.add_user("Ada", guild=guild), said)
        async with serving("run", "discord", settings=settings(discord, model)):
            await discord.wait_for(lambda: greeted(discord), timeout=30)
            await bench.one_by_one(WARM_UP)
            measured = list(rows(bench, await bench.one_by_one(count), "one by one"))
            said.pause = PAUSE
            return measured + list(rows(bench, await bench.at_rate(count), f"{RATE:g} a second"))


def greeted(discord: DiscordServer) -> bool:
    """Whether a process of ours is connected, and its commands are registered."""
    return bool(discord.gateway.sessions) and any(_is_command_list(request) for request in discord.requests)


def _is_command_list(request: Recorded) -> bool:
    return request.path.endswith("/commands") and request.status > 0
