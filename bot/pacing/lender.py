"""Turns of outbound budgets, lent by the store."""

import asyncio
import math
import random
from secrets import token_hex

import structlog

from bot.errors import StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import pace
from bot.vocabulary.clock import Clock
from bot.vocabulary.pace import Budget, Loan

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 0.5
"""Longest wait for the store: rather pace alone than keep a reader waiting."""

PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
"""How long a store that did not answer is left alone, at first and at most; each failure in a row doubles it."""

MEMORY_SECONDS = 10.0
"""How long after its last loan a process still counts as sending there."""


class SharedLender:
    """`Lender` over the store, one for each process; `name` tells it from the others."""

    def __init__(self, store: Store, *, clock: Clock, name: str = "") -> None:
        self._store = store
        self._clock = clock
        self._name = name or token_hex(6)
        self._failures = 0
        self._until = float("-inf")

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool) -> Loan:
        """As `Lender.borrow`. Never takes longer than `ANSWER_SECONDS`, and after a failure it raises at once for a while."""
        if self._clock.monotonic() < self._until:
            raise StoreUnavailable("the store is left alone for a moment")
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                turns, delay, reserved, again = await self._store.run("lend", [pace(budget.bucket)], self._asked(budget, wanted, urgent))
        except (StoreUnavailable, TimeoutError) as error:
            raise self._away(error, began) from error
        if self._failures:
            self._failures = 0
            log.info("pace_shared_again")
        return Loan(turns, delay / 1000, bool(reserved), again / 1000)

    def _asked(self, budget: Budget, wanted: int, urgent: bool) -> list[str | int | float]:
        interval, refill = milliseconds(budget.interval), milliseconds(budget.refill)
        lull = 2 * interval + milliseconds(budget.keep)
        sizes = [interval, budget.most, budget.ahead, wanted, int(urgent), budget.reserve, refill]
        return [self._name, *sizes, lull, milliseconds(MEMORY_SECONDS)]

    def _away(self, error: Exception, began: float) -> StoreUnavailable:
        if began >= self._until:  # several may fail of the same trouble: it counts once
            if not self._failures:
                log.warning("pace_not_shared", reason=str(error) or "no answer in time")
            pause = min(LONGEST_PAUSE_SECONDS, PAUSE_SECONDS * 2 ** min(self._failures, 16))
            self._failures += 1
            self._until = self._clock.monotonic() + pause * random.uniform(0.5, 1)
        return StoreUnavailable("nobody lends turns now")


def milliseconds(seconds: float) -> int:
    """Rounded up, so that no turn comes early; sums of floats are not exact."""
    return math.ceil(round(seconds * 1000, 3))
