"""Time that stands still until a test moves it."""

import asyncio
from collections.abc import Awaitable
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar

_START = 1_000.0
_UNIX = 1_800_000_000.0
_T = TypeVar("_T")


class VirtualClock:
    """`Clock` for tests: `sleep` ends when `advance` or `run_until` has brought time that far.

    Time moves only when nothing in the loop can run without it, and stops at every sleeper on the way, so that each sees its own due
    time. `now` and `monotonic` start apart, so that code which mixes them up fails. Where real sockets take part, give
    `patience`: real seconds that they are given before each step of time.
    """

    def __init__(self, *, patience: float = 0.0) -> None:
        self._patience = patience
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._serial = count()

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    @property
    def sleeping(self) -> int:
        """How many sleeps have not ended."""
        return sum(not future.done() for *_, future in self._sleepers)

    def now(self) -> float:
        return _UNIX + self._elapsed

    def monotonic(self) -> float:
        return _START + self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._elapsed + seconds, next(self._serial), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass; returns when all that they woke has come to rest."""
        target = self._elapsed + seconds
        await self.quiet()
        while (due := self._next_due()) is not None and due <= target:
            self._wake(due)
            await self.quiet()
        self._elapsed = target

    async def run_until(self, awaitable: Awaitable[_T], *, within: float = 3_600.0) -> _T:
        """The result of `awaitable`, letting as much time pass as it needs.

        Raises `AssertionError` when it is not done `within` virtual seconds, or when it waits for something that no time brings.
        """
        task = asyncio.ensure_future(awaitable)
        limit = self._elapsed + within
        try:
            await self.quiet()
            while not task.done():
                due = self._next_due()
                assert due is not None or self._patience, f"after {self._elapsed:.3f} s it waits, and nobody sleeps"
                assert due is None or due <= limit, f"not done within {within} s"
                if due is not None:
                    self._wake(due)
                await self.quiet()
            return await task
        finally:
            task.cancel()

    async def quiet(self) -> None:
        """Return when nothing in the loop can run before time moves."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0)
            # The loop's list of what runs next is private, but nothing public tells an idle loop from a busy one.
            if loop._ready:  # type: ignore[attr-defined]
                continue
            if not self._patience:
                return
            await asyncio.sleep(self._patience)
            if not loop._ready:  # type: ignore[attr-defined]
                return

    def _next_due(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():  # cancelled
            heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _wake(self, due: float) -> None:
        self._elapsed = max(self._elapsed, due)
        while self._sleepers and self._sleepers[0][0] <= due:
            future = heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)
