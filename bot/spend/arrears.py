"""Charges that could not be written while Redis was away: written as soon as it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.errors import StoreUnavailable
from bot.spend.ledger import Charge, Ledger
from bot.vocabulary.clock import Clock
from bot.vocabulary.tasks import end

PAUSE = 0.5
"""Seconds between two attempts."""

log = structlog.get_logger(__name__)


class Arrears:
    """A process that ends with charges unwritten leaves them to their holds, which are charged when their time is over."""

    def __init__(self, ledger: Ledger, *, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._owed: list[Charge] = []
        self._paying: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Arrears"]:
        """Charges are written later only while open."""
        self._paying = asyncio.create_task(self._pay(), name="arrears")
        try:
            yield self
        finally:
            await end(self._paying)

    def owe(self, charge: Charge) -> None:
        """To be written when Redis answers again. Writing it twice charges it once."""
        self._owed.append(charge)

    async def _pay(self) -> None:
        while True:
            await self._clock.sleep(PAUSE)
            try:
                while self._owed:
                    await self._ledger.settle(self._owed[0])
                    self._owed.pop(0)
            except StoreUnavailable as away:
                log.debug("charges not written yet", charges=len(self._owed), reason=str(away))
            except Exception:  # task boundary: one charge that cannot be written must not keep the others from it
                log.exception("charge not written, its hold stands for it", call=self._owed.pop(0).call)
