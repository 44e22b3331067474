"""What Redis keeps, in its own count: of a message, of a conversation in which nobody speaks, of a server."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis.asyncio as redis

from benchmarks.figures import Measured, Row
from benchmarks.ground import HOLD, Ground, ground
from bot.offline.chat_request import ChatRequest
from bot.store.keys import PREFIX, kind
from tests.fakes.discord import Channel
from tests.fakes.model.sayings import Piece

QUESTION = "Could you tell me in a few words how the tide tables of this harbour are made, and who made them?"
"""About 100 characters, as people write."""

ANSWER = "They are made from long records of the water's height, of which the turns of sun and moon are taken apart one by one. " * 5
"""About 600 characters: a short answer's length."""

USERS = 10
WAITING = 10
SHORT = {"seen", "lease", "journal", "mailbox", "signs", "pace"}
"""Kinds of a conversation's keys that are gone some days after its last turn."""

CONVERSATIONS, SERVERS, DAYS, PEOPLE = 1_000_000, 1_000, 400, 20
"""What it is extrapolated to: servers whose days are kept so long, on each of which so many people write every day."""

GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Books:
    """Reads sizes from the server. Bytes."""

    client: Any

    async def of(self, word: str) -> Counter[str]:
        """All keys of ours whose names contain `word`, by their kind."""
        sizes: Counter[str] = Counter()
        async for key in self.client.scan_iter(match=f"{PREFIX}*{word}*", count=1000):
            sizes[kind(key)] += await self.client.memory_usage(key, samples=0) or 0
        return sizes

    async def together(self, words: Iterable[object]) -> Counter[str]:
        """The mean of `of` over several words."""
        counted = [await self.of(str(word)) for word in words]
        return Counter({name: round(sum(each[name] for each in counted) / len(counted)) for name in sum(counted, Counter())})

    async def used(self) -> int:
        """Everything that the server has allocated."""
        return int((await self.client.info("memory"))["used_memory"])


@dataclass(frozen=True, slots=True)
class Grown:
    """A conversation's keys by their kind, after its first turn and after `turns`. Bytes."""

    turns: int
    first: Counter[str]
    last: Counter[str]

    def each(self, *kinds: str) -> float:
        """What one more turn adds to these."""
        return sum(self.last[kind] - self.first[kind] for kind in kinds) / (self.turns - 1)


async def measure(conversations: int, turns: int) -> Measured:
    """Over so many channels of one server, after one turn in each and after `turns`."""
    async with (
        ground(LEASE_SECONDS="600", MAILBOX_MESSAGES=str(WAITING + 1)) as place,
        redis.Redis.from_url(place.redis.url, decode_responses=True) as client,
        place.process("run", "discord"),
    ):
        place.model.answers(lambda request: _typical(place, request))
        books, channels = Books(client), [place.channel() for _ in range(conversations)]
        await _round(place, channels, 1)
        one, used = await books.together(channel.id for channel in channels), await books.used()
        for turn in range(2, turns + 1):
            await _round(place, channels, turn)
        grown = Grown(turns, one, await books.together(channel.id for channel in channels))
        used = (await books.used() - used) // (conversations * (turns - 1))
        waiting = await _waiting(place, books)
        server, person = await _server(place, books)
    rows = [
        *_rows(grown),
        Row("a turn more, by the growth of used_memory: with its money, the marks, the work engine", [float(used)], unit="bytes"),
        Row("a message that waits", [waiting], unit="bytes"),
        Row("a server's day: one more person", [person], unit="bytes"),
    ]
    return Measured(rows, [*_split(grown, server), *_extrapolated(grown, server, person)])


def _typical(place: Ground, request: ChatRequest) -> Iterator[Piece]:
    if HOLD in request.lines[-1].text:
        yield "One moment."
        yield place.model.gate
    yield ANSWER.strip()


async def _round(place: Ground, channels: Sequence[Channel], turn: int) -> None:
    """One more turn in each, with its last trace in the store."""
    for channel in channels:
        await place.asks(channel, QUESTION)
    await place.seen(lambda: all(place.says(channel, ANSWER.strip()[-20:], turn) for channel in channels))
    await asyncio.sleep(0.3)


async def _waiting(place: Ground, books: Books) -> float:
    """What a message takes while it waits: its line and the mark that it was seen."""
    channel = place.channel()
    await place.asks(channel, HOLD)
    await place.seen(lambda: len(place.answers(channel)) == 1)
    before = await books.of(str(channel.id))
    for _ in range(WAITING):
        await place.asks(channel, QUESTION)
    await place.discord.wait_for(lambda: sum("/reactions/" in each.path for each in place.discord.requests) >= WAITING, timeout=30)
    after = await books.of(str(channel.id))
    place.model.go_on()
    return sum(after[name] - before[name] for name in ("mailbox", "seen")) / WAITING


async def _server(place: Ground, books: Books) -> tuple[Counter[str], float]:
    """The server's keys, and what one more person adds to its day."""
    before, channels = (await books.of(str(place.guild.id)))["spend"], [place.channel() for _ in range(USERS)]
    people = [place.discord.add_user(f"user-{number}", guild=place.guild) for number in range(USERS)]
    for channel, user in zip(channels, people, strict=True):
        await place.asks(channel, QUESTION, user=user)
    await place.seen(lambda: all(place.says(channel, ANSWER.strip()[-20:]) for channel in channels))
    after = await books.of(f"{{discord:{place.guild.id}}}")
    return after, (after["spend"] - before) / USERS


def _rows(grown: Grown) -> Iterator[Row]:
    sizes = f"{len(QUESTION)} + {len(ANSWER.strip())} characters"
    yield Row(f"an exchange in the history ({sizes})", [grown.each("history", "order")], unit="bytes")
    yield Row("a settled turn's record (turn)", [grown.each("turn")], unit="bytes")
    yield Row("a conversation right after its first turn", [float(sum(grown.first.values()))], unit="bytes")
    yield Row("an idle conversation, 1 turn", [float(_lasting(grown.first))], unit="bytes")
    yield Row(f"an idle conversation, {grown.turns} turns", [float(_lasting(grown.last))], unit="bytes")


def _split(grown: Grown, server: Counter[str]) -> Iterator[str]:
    gone = f"{', '.join(sorted(SHORT))} go after 3 days at most"
    yield f"a conversation after 1 turn: {_told(grown.first)}; after {grown.turns}: {_told(grown.last)}; {gone}"
    yield f"its server on that day: {_told(server)} (settled: 2 days for each call, here {server['settled']:,} bytes together)"


def _told(sizes: Counter[str]) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in sizes.most_common())


def _extrapolated(grown: Grown, server: Counter[str], person: float) -> Iterator[str]:
    for turns, sizes in ((1, grown.first), (grown.turns, grown.last)):
        size = _lasting(sizes)
        yield f"{CONVERSATIONS:,} idle conversations of {turns} turn(s): × {size:,} bytes = {CONVERSATIONS * size / GIGABYTE:.2f} GB"
    day = server["spend"] + (PEOPLE - 1 - USERS) * person
    total = SERVERS * DAYS * day / GIGABYTE
    yield f"{SERVERS:,} servers, {DAYS} days with {PEOPLE} people each: {SERVERS:,} × {DAYS} × {day:,.0f} bytes = {total:.2f} GB"


def _lasting(sizes: Mapping[str, int]) -> int:
    return sum(size for name, size in sizes.items() if name not in SHORT)
