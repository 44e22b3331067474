"""The least time between two sends that draw on one budget, shared by every reply of this process."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count

from bot.vocabulary.clock import Clock

_TOLERANCE = 1e-6  # seconds: sums of floats are not exact, and a wait for 1e-13 s would never end


@dataclass(order=True, slots=True)
class _Waiter:
    rank: tuple[bool, int]
    called: asyncio.Event = field(default_factory=asyncio.Event, compare=False)


@dataclass(slots=True)
class _Bucket:
    last: float = float("-inf")
    """When the last turn was given, by the monotonic clock."""
    idle_from: float = float("-inf")
    """From when on it makes no difference whether this bucket is remembered."""
    waiting: list[_Waiter] = field(default_factory=list)


class Pace:
    """Gives turns, one at a time in each bucket: urgent askers first, otherwise in the order of asking.

    Ask for the turn first and decide what to send when it comes, so that the newest text goes out. Issue no second turn while a send of
    the same reply runs. Always ask with the same interval for a bucket; buckets nobody waits for are forgotten after it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._serial = count()

    @property
    def buckets(self) -> int:
        """How many buckets are remembered right now."""
        return len(self._buckets)

    async def turn(self, bucket: str, *, interval: float, urgent: bool) -> None:
        """Return when a send may start, at least `interval` seconds after the turn before it. Cancelling gives up one's place, no more."""
        line = self._buckets.setdefault(bucket, _Bucket())
        me = _Waiter((not urgent, next(self._serial)))
        heappush(line.waiting, me)
        try:
            await self._wait(line, me, interval)
            line.last = self._clock.monotonic()
            line.idle_from = max(line.idle_from, line.last + interval)
            self._buckets.move_to_end(bucket)
        finally:
            _leave(line, me)
            self._forget_idle()

    async def _wait(self, line: _Bucket, me: _Waiter, interval: float) -> None:
        while True:
            if line.waiting[0] is not me:
                await me.called.wait()
                me.called.clear()
            elif (wait := line.last + interval - self._clock.monotonic()) > _TOLERANCE:
                await self._clock.sleep(wait)  # an urgent asker may take the lead meanwhile: look again afterwards
            else:
                return

    def _forget_idle(self) -> None:
        now = self._clock.monotonic()
        while self._buckets:
            name, oldest = next(iter(self._buckets.items()))
            if oldest.waiting or oldest.idle_from > now + _TOLERANCE:
                return
            del self._buckets[name]


def _leave(line: _Bucket, me: _Waiter) -> None:
    if line.waiting[0] is me:
        heappop(line.waiting)
    else:
        line.waiting.remove(me)
        heapify(line.waiting)
    if line.waiting:
        line.waiting[0].called.set()
