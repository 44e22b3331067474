"""The sweep: looks for lanes that no wake reached and that dead processes left, now and then, and soon after Redis was away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.errors import StoreUnavailable
from bot.store.connection import Store
from bot.turns.mailbox import Mailbox, Waiting
from bot.vocabulary.clock import Clock
from bot.vocabulary.tasks import end

OUTAGE_PAUSE = 0.5
"""Seconds between two looks while Redis is away."""

GRACE = 0.7
"""Seconds after Redis came back in which those who worked may renew their leases, before we look for lanes that nobody works on."""

OFTEN_SECONDS, AFTERMATH_SECONDS = 0.7, 5.0
"""How often, and how long, we look after that: wakes are lost in connections that nobody knew to be dead."""

LookAfter = Callable[[Sequence[Waiting]], Awaitable[None]]

log = structlog.get_logger(__name__)


class Sweep:
    """Every `seconds`, all lanes with waiting messages go to `look_after`, those that wait longest first."""

    def __init__(self, store: Store, mailbox: Mailbox, look_after: LookAfter, *, clock: Clock, seconds: float) -> None:
        self._store = store
        self._mailbox = mailbox
        self._look_after = look_after
        self._clock = clock
        self._seconds = seconds
        self._often_until = float("-inf")

    async def run(self) -> None:
        """For ever."""
        away = False
        while True:
            try:
                waiting = await self._mailbox.waiting()
                if away:
                    away = False
                    await self._clock.sleep(GRACE)
                    continue
                await self._look_after(waiting)
            except StoreUnavailable as error:
                away = True
                log.debug("sweep postponed", reason=str(error))
                await self._clock.sleep(OUTAGE_PAUSE)
                continue
            except Exception:  # task boundary: without the sweep messages would wait for ever
                log.exception("sweep failed")
            await self._until_next()

    async def _until_next(self) -> None:
        now = self._clock.monotonic()
        if now < self._often_until:
            await self._clock.sleep(min(OFTEN_SECONDS, self._seconds))
            return
        back, slept = asyncio.create_task(self._store.returned()), asyncio.create_task(self._clock.sleep(self._seconds))
        try:
            await asyncio.wait({back, slept}, return_when=asyncio.FIRST_COMPLETED)
            if back.done():
                self._often_until = self._clock.monotonic() + AFTERMATH_SECONDS
                await self._clock.sleep(GRACE)
        finally:
            await end(back, slept)
