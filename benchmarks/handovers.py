"""How fast one process acts on what another one does: a stop, a death, a Redis that comes back."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from benchmarks.figures import Measured, Row
from benchmarks.ground import END, HOLD, PATIENCE, Ground, ground
from tests.fakes.discord import Channel
from tests.fakes.redis_servers import SingleServer
from tests.fakes.server import Recorded

RECEIVER, WORKER = ("run", "discord", "--receive-only"), ("worker",)
STOPPED = "Stopped."
AWAY_SECONDS = (1.0, 3.0)
"""How long Redis is away, in turn."""

STAGGER_SECONDS = 0.5
"""Between the beginnings of two lanes, so that their leases end at different times."""


async def stops(count: int) -> Measured:
    """`@parley stop` reaches the receiver, while a worker streams."""
    closed, settled = [], []
    async with ground() as place, place.process(*RECEIVER), place.process(*WORKER):
        await _warm(place)
        for _ in range(count):
            channel, left = place.channel(), len(place.model.left_at)
            await _held(place, channel)
            ordered = await place.asks(channel, "stop")
            edit: Recorded = await place.seen(lambda: _stopped(place, channel, ordered))  # noqa: B023  # awaited before the next round
            await place.model.wait_for(lambda: len(place.model.left_at) > left, PATIENCE)  # noqa: B023
            settled.append(edit.at - ordered)
            closed.append(place.model.left_at[-1] - ordered)
    return Measured(
        [
            Row("stop ordered → the model's stream is closed in another process", closed, "200", wanted=count),
            Row(f"stop ordered → “{STOPPED}” stands", settled, wanted=count),
        ]
    )


async def takeovers(count: int) -> Measured:
    """A worker is killed in mid-stream, and the other one has been ready before; each time with a lease of a second."""
    taken = []
    async with ground(LEASE_SECONDS="1") as place, AsyncExitStack() as stack:
        await stack.enter_async_context(place.process(*RECEIVER))
        victim = await stack.enter_async_context(place.process(*WORKER))
        await _warm(place)
        for _ in range(count):
            channel = place.channel()
            await _held(place, channel)
            heir = await stack.enter_async_context(place.process(*WORKER))
            taken.append(await _edited(place, channel, since=victim.kill()))
            place.model.go_on()
            await place.seen(lambda: place.says(channel, END))  # noqa: B023  # awaited before the next round
            victim = heir
    return Measured([Row("lease 1 s: worker killed → the other one's first edit", taken, unit="s", wanted=count)])


async def long_takeovers(lanes: int) -> Measured:
    """The same with the lease that Parley has by default: one kill, with so many lanes in work at different moments of their leases."""
    if not lanes:
        return Measured(())
    async with ground() as place, AsyncExitStack() as stack:
        await stack.enter_async_context(place.process(*RECEIVER))
        victim = await stack.enter_async_context(place.process(*WORKER))
        channels = [place.channel() for _ in range(lanes)]
        for channel in channels:
            await _held(place, channel)
            await asyncio.sleep(STAGGER_SECONDS)
        await stack.enter_async_context(place.process(*WORKER))
        killed = victim.kill()
        taken = await asyncio.gather(*(_edited(place, channel, since=killed) for channel in channels))
    return Measured([Row("lease 15 s: worker killed → the other one's first edit", taken, unit="s", wanted=lanes)])


async def returns(count: int) -> Measured:
    """Redis is killed and started again on its append-only file; a question was asked meanwhile, and another one is asked right then."""
    held, fresh = [], []
    async with ground() as place, place.process(*RECEIVER), place.process(*WORKER):
        await _warm(place)
        for number in range(count):
            before, after = place.channel(), place.channel()
            place.redis.node.kill()
            await place.asks(before)
            await asyncio.sleep(AWAY_SECONDS[number % len(AWAY_SECONDS)])
            place.redis.node.start()
            back = await _answers(place.redis)
            await place.asks(after)
            held.append(await _posted(place, before) - back)
            fresh.append(await _posted(place, after) - back)
            for channel in (before, after):
                await place.seen(lambda: place.says(channel, END))  # noqa: B023  # awaited before the next round
    return Measured(
        [
            Row("Redis is back → placeholder of a message said meanwhile", held, "2", unit="s", wanted=count),
            Row("Redis is back → placeholder of a message said right then", fresh, "2", unit="s", wanted=count),
        ]
    )


async def _warm(place: Ground) -> None:
    for _ in range(3):
        await place.answered(place.channel())


async def _held(place: Ground, channel: Channel) -> None:
    """A question whose answer has begun and does not go on."""
    await place.asks(channel, HOLD)
    await place.seen(lambda: place.begun(channel))


async def _edited(place: Ground, channel: Channel, *, since: float) -> float:
    found: Sequence[Recorded] = await place.seen(lambda: place.edits(since=since, channel=channel))
    return found[0].at - since


async def _posted(place: Ground, channel: Channel) -> float:
    path = f"/channels/{channel.id}/messages"
    request: Recorded = await place.seen(
        lambda: next((each for each in place.discord.requests if each.method == "POST" and each.path.endswith(path)), None)
    )
    return request.at


def _stopped(place: Ground, channel: Channel, since: float) -> Recorded | None:
    return next((edit for edit in place.edits(since=since, channel=channel) if STOPPED in edit.body["content"]), None)


async def _answers(server: SingleServer) -> float:
    """The moment of the first answer (monotonic seconds): until then it reads its file."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", server.node.port)
                writer.write(b"PING\r\n")
                said = await reader.readline()
                writer.close()
                if said == b"+PONG\r\n":
                    return time.monotonic()
            except OSError:
                pass
            await asyncio.sleep(0.002)
