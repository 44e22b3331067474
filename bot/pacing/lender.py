"""Turns of outbound budgets, lent by the store."""

import asyncio
import math
import random
from collections.abc import Sequence
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

SLEPT_SECONDS = 0.25
"""Who notices so much later that `ANSWER_SECONDS` have passed was frozen, or has no time: that says nothing about the store."""

NOTHING = Loan(0)


class SharedLender:
    """`Lender` over the store, one for each process; `name` tells it from the others."""

    def __init__(self, store: Store, *, clock: Clock, name: str = "") -> None:
        self._store = store
        self._clock = clock
        self._name = name or token_hex(6)
        self._failures = 0
        self._until = float("-inf")
        self._sleeps = 0

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool, used: Sequence[float] = ()) -> Loan:
        """As `Lender.borrow`. Never takes longer than `ANSWER_SECONDS`, and after a failure it raises at once for a while."""
        if self._clock.monotonic() < self._until:
            raise StoreUnavailable("the store is left alone for a moment")
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                loan = await (self._pooled(budget, wanted, urgent, used) if budget.limit else self._following(budget, wanted, urgent, used))
        except (StoreUnavailable, TimeoutError) as error:
            if self._slept(began):
                return NOTHING
            raise self._away(error, began) from error
        if self._slept(began):
            return NOTHING
        if self._failures:
            self._failures = 0
            log.info("pace_shared_again")
        return loan

    async def _following(self, budget: Budget, wanted: int, urgent: bool, used: Sequence[float]) -> Loan:
        """Of a budget whose turns follow each other."""
        interval, refill = milliseconds(budget.interval), milliseconds(budget.refill)
        lull = 2 * interval + milliseconds(budget.keep)
        sizes = [interval, budget.most, budget.ahead, wanted, int(urgent), budget.reserve, refill]
        age = int(used[-1] * 1000) if used else -1
        asked: list[str | int] = [self._name, *sizes, lull, milliseconds(MEMORY_SECONDS), age]
        turns, delay, reserved, again = await self._store.run("lend", [pace(budget.bucket)], asked)
        return Loan(turns, delay / 1000, bool(reserved), again / 1000)

    async def _pooled(self, budget: Budget, wanted: int, urgent: bool, used: Sequence[float]) -> Loan:
        window, keep = milliseconds(budget.window), milliseconds(budget.keep)
        sizes = [budget.limit, window, budget.reserve, budget.most, budget.ahead, wanted, int(urgent)]
        ages = " ".join(str(int(age * 1000)) for age in used)
        turns, lasts, again = await self._store.run("lend_pool", [pace(budget.bucket)], [self._name, *sizes, ages, keep, min(keep, window)])
        return Loan(turns, again=again / 1000, lasts=lasts / 1000)

    def _slept(self, began: float) -> bool:
        """Whether this process itself stood still while it asked: then it asks again, once, instead of believing what is old by now."""
        slept = self._clock.monotonic() - began > ANSWER_SECONDS + SLEPT_SECONDS
        self._sleeps = self._sleeps + 1 if slept else 0
        return self._sleeps == 1

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
