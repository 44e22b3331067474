"""How much memory processes take: in rest, and for each answer that streams."""

import asyncio
from collections.abc import Sequence

from benchmarks.figures import Measured, Row
from benchmarks.ground import HOLD, Ground, ground
from benchmarks.handovers import RECEIVER, WORKER

WARM_UP = 5
"""First turns, for which a process loads and opens what it then keeps."""

SETTLE_SECONDS = 1.0


async def measure(streams: Sequence[int]) -> Measured:
    """A receiver and a worker, with so many streams held open at a time."""
    async with (
        ground(SLOTS=str(max(streams) + 8)) as place,
        place.process(*RECEIVER) as receiver,
        place.process(*WORKER) as worker,
    ):
        rows = [Row("receiver, just started", [receiver.rss], unit="MB"), Row("worker, just started", [worker.rss], unit="MB")]
        for _ in range(WARM_UP):
            await place.answered(place.channel())
        resting, held = worker.rss, 0
        rows += [Row("receiver, after some turns", [receiver.rss], unit="MB"), Row("worker, after some turns", [resting], unit="MB")]
        for number in streams:
            await _open(place, number - held)
            held = number
            rows.append(Row(f"receiver, {number} answers stream", [receiver.rss], unit="MB"))
            rows.append(Row(f"worker, {number} answers stream", [worker.rss], unit="MB"))
        rows.append(Row("worker, for each stream", [(worker.rss - resting) * 1024 / held], unit="kB"))
    return Measured(rows)


async def _open(place: Ground, number: int) -> None:
    channels = [place.channel() for _ in range(number)]
    for channel in channels:
        await place.asks(channel, HOLD)
    await place.seen(lambda: all(place.begun(channel) for channel in channels))
    await asyncio.sleep(SETTLE_SECONDS)
