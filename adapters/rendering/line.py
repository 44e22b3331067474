"""What this process may send in one bucket, and who waits there for it. Policy alone: no clock, no store."""

import asyncio
import math
import random
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.vocabulary.pace import Budget, Loan

TOLERANCE = 1e-6
"""Seconds: sums of floats are not exact, and a wait for 1e-13 s would never end."""

LATE = 1 / 8
"""How much of an interval late a turn may still be used: a process wakes a little after the moment that it slept for."""

SCATTER = 1 / 64
"""How much of a pool's window those who were refused come back apart: many were told the same moment."""

CROWD = 4
"""While nobody can say what others send in a pool, we take it that so many processes do."""

NEVER = float("-inf")


@dataclass(order=True, slots=True)
class Waiter:
    """Somebody's place: `urgent` ones first, then the stalest, then in the order of asking; the same in every line where they stand."""

    relaxed: bool
    since: float
    serial: int
    called: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    @property
    def urgent(self) -> bool:
        return not self.relaxed


class Line:
    """The turns that this process was lent and has not used, and its own waiters. Moments are of the monotonic clock."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        """May be replaced by one with other numbers at any time: what is lent already is then used no faster than the new ones allow."""
        self.asking: asyncio.Task[None] | None = None
        self.idle_from = NEVER
        """From when on it makes no difference whether this line is remembered."""
        self._waiting: list[Waiter] = []
        self._left = 0
        self._first = self._last = self._taken = self._spare = self._pooled_until = NEVER
        self._pooled = False
        self._used: list[float] = []
        self._ask_again = {True: NEVER, False: NEVER}
        self._held = {True: NEVER, False: NEVER}

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def used(self, now: float) -> Sequence[float]:
        """As the lender wants to know it: how many seconds ago each turn was used that a pool lent us last, else the last one."""
        if not self.budget.limit:
            return [now - self._taken] if self._taken > NEVER else []
        return [now - moment for moment in self._used]

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

    def hold(self, until: float, *, urgent: bool) -> None:
        """No ordinary turn before `until`, and no urgent one either if `urgent`."""
        for kind in (False, True) if urgent else (False,):
            self._held[kind] = max(self._held[kind], until)
        self.idle_from = max(self.idle_from, until)

    def open_to(self, who: Waiter, now: float) -> bool:
        """Whether `who` may send now."""
        return self.leads(who) and (self._due(who, now) <= now + TOLERANCE or self._spared(who, now))

    def blank(self, who: Waiter, now: float) -> bool:
        """Whether only the lender can say when `who`, who leads, may send."""
        return self.leads(who) and self.wish(who, now) is not None

    def soon(self, who: Waiter, now: float, *, within: float) -> bool:
        """Whether the turn of `who`, who waits here, may well come `within` so many seconds: never while the lender has none."""
        place = self._place(who) or 0
        return now + TOLERANCE >= self._ask_again[who.urgent] and place * self.budget.interval <= within

    def take(self, who: Waiter, now: float) -> None:
        """The turn that is open is used; an ordinary one first."""
        moment = self._due(who, now)
        if moment > now + TOLERANCE:
            self._spare = NEVER
            return
        self._left -= 1
        # Counted from when it was due: else the moment by which a process wakes late would add up.
        self._taken = moment if now - moment <= self.grace else now
        if self._pooled:
            self._taken, self._pooled_until = now, now + self.budget.window
            self._used.append(now)
            self.idle_from = max(self.idle_from, self._pooled_until)
        self.idle_from = max(self.idle_from, self._taken + self.budget.interval)

    def wish(self, who: Waiter, now: float) -> int | None:
        """For how many sends to ask the lender on behalf of `who`, who leads; None: there is nothing to ask for now."""
        if now + TOLERANCE < self._held[who.urgent]:
            return None
        if self._due(who, now) == math.inf and now + TOLERANCE >= self._asks_from(who):
            return len(self._waiting)
        return 0 if self._may_spare(who) and now >= self._ask_again[True] else None

    def wake(self, who: Waiter, now: float) -> float:
        """When to look again. Only where there is nothing to ask for now."""
        return max(self._held[who.urgent], min(self._due(who, now), *self._questions(who, now)))

    def lent(self, loan: Loan, *, urgent: bool, now: float, asked: float) -> None:
        """Take note of what the lender said to a question of the moment `asked`."""
        if loan.lasts:
            self._pool(loan, asked)
        elif loan.reserved:
            self._spare = now + loan.delay + self.grace
        elif loan.turns:
            self._left, self._first, self._pooled = loan.turns, now + loan.delay, False
            self._last = self._first + (loan.turns - 1) * self.budget.interval + self.grace + self.budget.keep
        self._told_to_come_back(loan, urgent=urgent, now=now)
        self.idle_from = max(self.idle_from, self._last, self._spare)

    def alone(self, wanted: int, now: float, *, crowd: int = 1) -> Loan:
        """What this process lends itself when nobody else does: one turn an interval after the last one, and no reserve.

        `crowd`: so many processes may be sending into the same pool, and none can tell.
        """
        budget = self.budget
        interval = max(budget.interval, crowd * budget.window / budget.limit) if budget.limit else budget.interval
        return Loan(min(wanted, 1), max(0.0, self._taken + interval - now, self._pooled_until - now), again=interval)

    def idle(self, now: float) -> bool:
        return not self._waiting and self.asking is None and self.idle_from <= now + TOLERANCE

    def _pool(self, loan: Loan, asked: float) -> None:
        # What was sent alone before nobody counted: it has passed out of the window before we borrow again.
        alone = self._taken + self.budget.window if not self._pooled else NEVER
        self._left, self._first, self._last = loan.turns, max(asked, alone), asked + loan.lasts
        self._pooled = True
        self._used.clear()

    def _told_to_come_back(self, loan: Loan, *, urgent: bool, now: float) -> None:
        if self.budget.limit:
            if not loan.turns:
                self._ask_again[urgent] = now + loan.again + random.uniform(0, self.budget.window * SCATTER)
        elif urgent:
            self._ask_again[True] = now + loan.again
        elif not loan.turns:  # many were told the same moment: whoever asks first then should be another each time
            self._ask_again[False] = now + loan.again + random.uniform(0, self.grace)

    def _place(self, who: Waiter) -> int | None:
        place = bisect_left(self._waiting, who)
        return place if place < len(self._waiting) and self._waiting[place] is who else None

    @property
    def grace(self) -> float:
        """Seconds that a turn may be used late."""
        return self.budget.interval * LATE

    def _due(self, who: Waiter, now: float) -> float:
        """When the next ordinary turn may be used; infinite when there is none, or it has lapsed."""
        moment = max(self._first, self._taken + self.budget.interval, self._held[who.urgent])
        return moment if self._left and max(moment, now) <= self._last + TOLERANCE else math.inf

    def _spared(self, who: Waiter, now: float) -> bool:
        return who.urgent and self._held[True] <= now + TOLERANCE and now <= self._spare

    def _may_spare(self, who: Waiter) -> bool:
        return who.urgent and self.budget.reserve > 0 and not self.budget.limit

    def _asks_from(self, who: Waiter) -> float:
        """When to ask for ordinary turns: where turns follow each other a lender always has one for an urgent send."""
        return self._ask_again[who.urgent] if self.budget.limit or not who.urgent else NEVER

    def _questions(self, who: Waiter, now: float) -> Iterator[float]:
        if self._due(who, now) == math.inf:
            yield self._asks_from(who)
        if self._may_spare(who):
            yield self._ask_again[True]
        yield math.inf
