"""How a lane's work finds a process, and the way within one process. The turn itself is ours; a lost wake costs one sweep, so
sending never raises.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from bot.vocabulary.lane import Lane
from bot.vocabulary.tasks import end

Woken = Callable[[str, float], Awaitable[None]]
"""Called with a lane, and the seconds to wait before its first look. It returns as soon as the work has a slot and a task of its own."""

Full = Callable[[], bool]
"""Whether this process has no slot for another lane: then the wakes are left to others."""


def never() -> bool:
    """There is always room."""
    return False


class Wakes(Protocol):
    """Tells some process that a lane has work."""

    async def wake(self, lane: Lane, *, after: float = 0.0) -> None:
        """Whoever is woken first looks at the lane `after` so many seconds. Never raises."""

    def received(self, woken: Woken, *, platforms: Sequence[str], full: Full = never) -> contextlib.AbstractAsyncContextManager[None]:
        """Call `woken` for the lanes of `platforms` while open, but not while `full`."""


class LocalWakes:
    """Within one process: for the terminal, whose answers can appear nowhere else."""

    def __init__(self) -> None:
        self._woken: Woken | None = None
        self._waiting: set[asyncio.Task[None]] = set()

    async def wake(self, lane: Lane, *, after: float = 0.0) -> None:
        if self._woken:
            task = asyncio.create_task(_waking(self._woken, lane, after))  # it may have to wait for a slot
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    @asynccontextmanager
    async def received(self, woken: Woken, *, platforms: Sequence[str], full: Full = never) -> AsyncIterator[None]:
        """Also while `full`: there is nobody else, so a wake waits for its slot here."""
        self._woken = woken
        try:
            yield
        finally:
            self._woken = None
            await end(*self._waiting)


async def _waking(woken: Woken, lane: Lane, after: float) -> None:
    await woken(str(lane), after)
