"""What this process may send in one bucket, and who waits there for it. Policy alone: no clock, no store."""

import asyncio
import math
import random
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.vocabulary.pace import Budget, Loan

TOLERANCE = 1e-6
"""Seconds: sums of floats are not exact, and a wait for 1e-13 s would never end."""

LATE = 1 / 8
"""How much of an interval late a turn may still be used: a process wakes a little after the moment that it slept for."""

NEVER = float("-inf")


@dataclass(order=True, slots=True)
class Waiter:
    """Somebody's place in the order of asking; the same in every line where they stand. `urgent` ones go first."""

    relaxed: bool
    serial: int
    called: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    @property
    def urgent(self) -> bool:
        return not self.relaxed


class Line:
    """The turns that this process was lent and has not used, and its own waiters. Moments are of the monotonic clock."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.asking: asyncio.Task[None] | None = None
        self.idle_from = NEVER
        """From when on it makes no difference whether this line is remembered."""
        self._waiting: list[Waiter] = []
        self._left = 0
        self._first = self._last = self._taken = self._spare = NEVER
        self._ask_again = {True: NEVER, False: NEVER}

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def leads(self, who: Waiter) -> bool:
        return self._waiting[0] is who

    def join(self, who: Waiter) -> None:
        """Take one's place; standing there already is fine."""
        if self._place(who) is None:
            insort(self._waiting, who)

    def leave(self, who: Waiter) -> None:
        """Give up one's place, if any; whoever leads then is called."""
        place = self._place(who)
        if place is None:
            return
        del self._waiting[place]
        if place == 0 and self._waiting:
            self._waiting[0].called.set()

    def open_to(self, who: Waiter, now: float) -> bool:
        """Whether `who` may send now."""
        return self.leads(who) and (self._due(now) <= now + TOLERANCE or (who.urgent and now <= self._spare))

    def take(self, now: float) -> None:
        """The turn that is open is used; an ordinary one first."""
        moment = self._due(now)
        if moment > now + TOLERANCE:
            self._spare = NEVER
            return
        self._left -= 1
        # Counted from when it was due: else the moment by which a process wakes late would add up.
        self._taken = moment if now - moment <= self._grace else now
        self.idle_from = max(self.idle_from, self._taken + self.budget.interval)

    def wish(self, who: Waiter, now: float) -> int | None:
        """For how many sends to ask the lender on behalf of `who`, who leads; None: there is nothing to ask for now."""
        urgent, due = who.urgent, self._due(now)
        if due == math.inf and (urgent or now >= self._ask_again[False]):
            return len(self._waiting)
        return 0 if urgent and self.budget.reserve and now >= self._ask_again[True] else None

    def wake(self, who: Waiter, now: float) -> float:
        """When to look again. Only where there is nothing to ask for now."""
        return min(self._due(now), *self._questions(who, now))

    def lent(self, loan: Loan, *, urgent: bool, now: float) -> None:
        """Take note of what the lender said."""
        interval, late = self.budget.interval, self._grace
        first = now + loan.delay
        if loan.reserved:
            self._spare = first + late
        elif loan.turns:
            self._left, self._first = loan.turns, first
            self._last = first + (loan.turns - 1) * interval + late + self.budget.keep
        if urgent:
            self._ask_again[True] = now + loan.again
        elif not loan.turns:  # many were told the same moment: whoever asks first then should be another each time
            self._ask_again[False] = now + loan.again + random.uniform(0, late)
        self.idle_from = max(self.idle_from, self._last, self._spare)

    def alone(self, wanted: int, now: float) -> Loan:
        """What this process lends itself when nobody else does: one turn an interval after the last one, and no reserve."""
        interval = self.budget.interval
        return Loan(min(wanted, 1), max(0.0, self._taken + interval - now), again=interval)

    def idle(self, now: float) -> bool:
        return not self._waiting and self.asking is None and self.idle_from <= now + TOLERANCE

    def _place(self, who: Waiter) -> int | None:
        place = bisect_left(self._waiting, who)
        return place if place < len(self._waiting) and self._waiting[place] is who else None

    @property
    def _grace(self) -> float:
        return self.budget.interval * LATE

    def _due(self, now: float) -> float:
        """When the next ordinary turn may be used; infinite when there is none, or it has lapsed."""
        moment = max(self._first, self._taken + self.budget.interval)
        return moment if self._left and max(moment, now) <= self._last + TOLERANCE else math.inf

    def _questions(self, who: Waiter, now: float) -> Iterator[float]:
        if self._due(now) == math.inf:
            yield self._ask_again[False]
        if who.urgent and self.budget.reserve:
            yield self._ask_again[True]
        yield math.inf
