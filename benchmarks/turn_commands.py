"""What turns cost Redis, counted on its wire: our commands and the work engine's, turn by turn and in rest."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.figures import Measured, Row
from benchmarks.ground import END, HOLD, PATIENCE, Ground, ground
from bot.offline.chat_request import ChatRequest
from tests.fakes.discord import Channel
from tests.fakes.model.sayings import Piece
from tests.fakes.redis_wire import Sent, Wire, background, turns, watched

MOST = 8
"""Commands of our own that a turn may cost."""

APART_SECONDS = 1.35
"""Seconds between two pieces of a long answer: a little more than between two edits of a channel."""

IDLE_SECONDS = 3.0

QUIET = {"LEASE_SECONDS": "600"}
"""Nothing is swept or renewed while turns are counted."""


class Case(NamedTuple):
    """What somebody does: so many turns come of it."""

    name: str
    act: Callable[["Bench"], Awaitable[None]]
    turns: int = 1


@dataclass(frozen=True, slots=True)
class Bench:
    """A ground with its wire, and the places where people write."""

    ground: Ground
    wire: Wire
    channel: Channel
    thread: Channel
    direct: Channel

    async def sent(self, act: Callable[["Bench"], Awaitable[None]], turns: int) -> Sequence[Sent]:
        """What was sent for it, to the end of the last turn."""
        since = await self.wire.mark()
        await act(self)
        await self.wire.until("finish", turns, since=since)
        await self.wire.mark()  # a full round: what was under way has arrived
        return self.wire.sent[since : await self.wire.mark()]

    async def idle(self) -> float:
        """Commands of the work engine a second while nothing is to do."""
        since = await self.wire.mark()
        await asyncio.sleep(IDLE_SECONDS)
        return _theirs(self.wire.sent[since : await self.wire.mark()]) / IDLE_SECONDS


async def _in_channel(bench: Bench) -> None:
    await bench.ground.answered(bench.channel)


async def _in_thread(bench: Bench) -> None:
    await bench.ground.answered(bench.thread)


async def _direct(bench: Bench) -> None:
    await bench.ground.answered(bench.direct)


async def _gathered(bench: Bench) -> None:
    for text in ("one thing", "and another"):
        await bench.ground.asks(bench.direct, text)
    await _direct_ends(bench)


async def _direct_ends(bench: Bench) -> None:
    await bench.ground.seen(lambda: bench.ground.answers(bench.direct)[-1].content.endswith(END))


async def _behind_another(bench: Bench) -> None:
    ground, channel = bench.ground, bench.channel
    done = sum(message.content.endswith(END) for message in ground.answers(channel))
    await ground.asks(channel, HOLD)
    await ground.seen(lambda: len(ground.answers(channel)) > done and ground.begun(channel))
    await ground.asks(channel)
    await ground.seen(lambda: any("/reactions/" in request.path and request.status for request in ground.discord.requests))
    ground.model.go_on()
    await ground.seen(lambda: ground.says(channel, END, done + 2))


CASES = (
    Case("a mention in a channel", _in_channel),
    Case("a second turn there", _in_channel),
    Case("a turn in a thread", _in_thread),
    Case("a direct message", _direct),
    Case("two direct messages, gathered", _gathered),
    Case("a turn, and one that waits behind it", _behind_another, turns=2),
)


async def cases(times: int) -> Measured:
    """Each case so often."""
    async with _bench("run", "discord", **QUIET) as bench:
        idle = await bench.idle()
        counted: dict[str, list[Sequence[Sent]]] = {case.name: [] for case in CASES}
        for case in CASES:
            for _ in range(times):
                counted[case.name].append(await bench.sent(case.act, case.turns))
    rows = [_row(case, counted[case.name]) for case in CASES]
    notes = [f"{case.name}: {_listed(turns(counted[case.name][-1]))}" for case in CASES]
    plain = [sent for case in CASES[:3] for sent in counted[case.name]]
    rows.append(Row("a turn: the work engine's beyond its rest", [_beyond(sent, idle) for sent in plain], unit="commands"))
    rows.append(Row("a turn: loans of the pace, beside it", [float(background(sent)["pace"]) for sent in plain], unit="commands"))
    return Measured(rows, notes)


def _row(case: Case, counted: Sequence[Sequence[Sent]]) -> Row:
    costs = [float(len(turns(sent))) for sent in counted]
    return Row(f"{case.name}: ours", costs, str(MOST * case.turns), unit="commands")


def _beyond(sent: Sequence[Sent], idle: float) -> float:
    return max(0.0, _theirs(sent) - idle * (sent[-1].at - sent[0].at))


def _theirs(sent: Sequence[Sent]) -> float:
    return float(sum(not each.ours for each in sent))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in Counter(names).items()) or "nothing"


async def edits(number: int) -> Measured:
    """One answer that is edited about so often."""

    def pieces(_: ChatRequest) -> Iterator[Piece]:
        for piece in range(number):
            gate = asyncio.Event()
            asyncio.get_running_loop().call_later(APART_SECONDS, gate.set)
            yield f"word {piece} "
            yield gate
        yield END

    async with _bench("run", "discord") as bench:
        plain = len(turns(await bench.sent(_in_channel, 1)))
        bench.ground.model.answers(pieces)
        channel, before = bench.ground.channel(), await bench.wire.mark()
        asked = await bench.ground.asks(channel)
        async with asyncio.timeout(PATIENCE + number * APART_SECONDS):
            await bench.wire.until("finish", 1, since=before, within=PATIENCE + number * APART_SECONDS)
        sent = bench.wire.sent[before : await bench.wire.mark()]
        made = len(bench.ground.edits(since=asked, channel=channel))
    surplus, loans = float(len(turns(sent)) - plain), background(sent)["pace"]
    rows = [
        Row(f"an answer with {made} edits: ours beyond a short one's", [surplus], "0", unit="commands"),
        Row("an edit: loans of the pace, beside it", [loans / max(1, made)], unit="commands"),
    ]
    return Measured(rows)


async def rest(seconds: float) -> Measured:
    """What a worker and a receiver send when nobody writes, each alone with a server."""
    resting = (("a worker", ("worker",)), ("a receiver", ("run", "discord", "--receive-only")))
    found = await asyncio.gather(*(_rest(name, command, seconds) for name, command in resting))
    return Measured([row for each in found for row in each.rows], [note for each in found for note in each.notes])


async def _rest(name: str, command: Sequence[str], seconds: float) -> Measured:
    async with ground() as place, place.process(*command), watched(place.redis.url) as wire:
        await asyncio.sleep(1.0)  # the first sweep, and what else belongs to a start
        since = await wire.mark()
        await asyncio.sleep(seconds)
        sent = wire.sent[since : await wire.mark()]
    ours = [each.background or each.name for each in sent if each.ours]
    rows = [
        Row(f"{name} in rest: ours", [len(ours) / seconds], unit="a second"),
        Row(f"{name} in rest: the work engine's", [_theirs(sent) / seconds], unit="a second"),
    ]
    note = f"{name} in rest, {seconds:g} s: {_listed(ours)}; the work engine: {_listed([each.name for each in sent if not each.ours])}"
    return Measured(rows, [note])


@asynccontextmanager
async def _bench(*command: str, **more: str) -> AsyncIterator[Bench]:
    """Everything has been used once: connections, names, the stamp of a direct channel."""
    async with ground(**more) as place, place.process(*command), watched(place.redis.url) as wire:
        channel = place.channel()
        bench = Bench(place, wire, channel, place.discord.add_thread(channel, "a thread"), place.discord.dm_with(place.person))
        for act in (_in_channel, _in_thread, _direct):
            await bench.sent(act, 1)
        yield bench
