"""The floor's pacing rule: Parley's numbers, without memory beyond this process and without anybody to share with."""

import asyncio
import heapq
import math
from collections import deque
from itertools import count

from bot.vocabulary.pace import Budget

LATE = 1e-4
"""Seconds: a timer that comes so much early has come."""


class Bucket:
    """Ordinary turns an interval apart, and beside them a reserve for urgent sends that fills up again. Monotonic seconds."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._next = -math.inf
        self._spares = [-math.inf] * budget.reserve

    def due(self, *, urgent: bool) -> float:
        """When the next send may start."""
        return min([self._next, *self._spares[:1]]) if urgent else self._next

    def take(self, now: float) -> None:
        """A send starts, on an ordinary turn where there is one."""
        if self._next <= now + LATE:
            self._next = now + self._budget.interval
        else:
            heapq.heapreplace(self._spares, max(now, *self._spares) + self._budget.refill)


class Pool:
    """So many sends in any window, an interval apart, some of them for urgent ones only; urgent askers first, then the stalest."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._sent: deque[float] = deque()
        self._waiting: list[tuple[bool, float, int, asyncio.Future[None]]] = []
        self._serial = count()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, *, urgent: bool, since: float) -> None:
        """Return when a send may start."""
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not urgent, since, next(self._serial), turn))
        self._serve()
        await turn

    def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._sent and self._sent[0] <= now - self._budget.window + LATE:
            self._sent.popleft()
        while self._waiting:
            relaxed, _, _, turn = self._waiting[0]
            if not turn.done() and self._opens(relaxed=relaxed) > now + LATE:
                break
            heapq.heappop(self._waiting)
            if not turn.done():  # else whoever asked left
                turn.set_result(None)
                self._sent.append(now)
        if self._waiting:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_at(self._opens(relaxed=self._waiting[0][0]), self._again)

    def _opens(self, *, relaxed: bool) -> float:
        """When the next send may start."""
        if not self._sent:
            return -math.inf
        over = len(self._sent) - (self._budget.limit - (self._budget.reserve if relaxed else 0))
        return max(self._sent[-1] + self._budget.interval, self._sent[over] + self._budget.window if over >= 0 else -math.inf)

    def _again(self) -> None:
        self._timer = None
        self._serve()


class Queue:
    """One line in the order of asking, whatever is asked for: every turn of a bucket, the reserve's too, goes to who is next."""

    def __init__(self, budget: Budget) -> None:
        self._bucket = Bucket(budget)
        self._door = asyncio.Lock()  # lets in one by one, in order

    async def turn(self) -> None:
        """Return when a send may start."""
        loop = asyncio.get_running_loop()
        async with self._door:
            await asyncio.sleep(max(0.0, self._bucket.due(urgent=True) - loop.time()))
            self._bucket.take(loop.time())
