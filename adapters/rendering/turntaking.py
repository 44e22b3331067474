"""The waits of one reply before each send: until a platform that failed may be asked again, then until it is our turn."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from adapters.rendering.backoff import Backoff
from adapters.rendering.outlet import Kind, Outlet
from adapters.rendering.pace import Pace
from bot.errors import LeaseLost, PlatformUnavailable, StoreUnavailable
from bot.vocabulary.clock import Clock


class TurnTaking:
    """One wait at a time. A wait may be interrupted, because what is to be sent may be another now; what is sent never is."""

    def __init__(self, outlet: Outlet, *, clock: Clock, pace: Pace) -> None:
        self._outlet = outlet
        self._clock = clock
        self._pace = pace
        self._backoff = Backoff(clock)
        self._waiting: asyncio.Task[None] | None = None
        self._stopped = False

    async def take(self, kind: Kind, *, urgent: bool, since: float | None = None) -> bool:
        """Whether our turn came; False when the wait was interrupted. `since`: as for `Pace.turn`. Raises `LeaseLost` once stopped."""
        if not await self.ready():
            return False
        return await self.unless_interrupted(self._pace.turn(self._outlet.budgets(kind), urgent=urgent, since=since))

    async def edit_or_post(self, late: float) -> Kind | None:
        """Which turn came: to edit or, from the moment `late` on, to post, whichever is first. None when the wait was interrupted."""
        came: list[Kind] = []
        if not await self.ready() or not await self.unless_interrupted(self._either(late, came)):
            return None
        return came[0]

    async def unless_interrupted(self, waiting: Coroutine[Any, Any, None]) -> bool:
        """Whether `waiting` ended by itself; it is cancelled by an interruption."""
        task = self._waiting = asyncio.create_task(waiting)
        await asyncio.wait({task})
        self._waiting = None
        if task.cancelled():
            return False
        task.result()
        return True

    def interrupt(self) -> None:
        """End the wait, if any."""
        if self._waiting is not None:
            self._waiting.cancel()

    def stop(self) -> None:
        """Take no turn any more."""
        self._stopped = True
        self.interrupt()

    def failed(self, error: PlatformUnavailable | StoreUnavailable, *, deadline: float) -> None:
        """A send failed; the next turn waits for it. Raises `error` when that would be after `deadline`."""
        self._backoff.failed(error)
        if self._backoff.until > deadline:
            raise error

    def succeeded(self) -> None:
        """A send stood."""
        self._backoff.succeeded()

    def hasten(self) -> None:
        """Something that matters more is to be sent: no wait but those that the platform named, and our turn."""
        self._backoff.hasten()

    async def ready(self) -> bool:
        """Whether what failed may be tried again, without any turn; False when that wait was interrupted."""
        if self._stopped:
            raise LeaseLost("this reply was given up")
        wait = self._backoff.remaining
        return not wait or await self.unless_interrupted(self._clock.sleep(wait))

    async def _either(self, late: float, came: list[Kind]) -> None:
        edit = asyncio.create_task(self._pace.turn(self._outlet.budgets("edit"), urgent=True))
        post = asyncio.create_task(self._post_from(late, unless=edit))
        try:
            await asyncio.wait({edit, post}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = edit.done()
            edit.cancel()
            post.cancel()
        (edit if ended else post).result()
        came.append("edit" if ended else "post")

    async def _post_from(self, late: float, *, unless: asyncio.Task[None]) -> None:
        await self._clock.sleep(late - self._clock.monotonic())
        if not unless.done():
            await self._pace.turn(self._outlet.budgets("post"), urgent=True)
