"""When a send may start: turns of budgets that all processes share, given out among the replies of this process."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

from adapters.rendering.line import CROWD, Line, Waiter
from bot.errors import StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.pace import Budget, Lender

HOLDS = 1_000
"""Buckets that nobody has sent to, and that were told to wait: beyond so many, those that need not wait any more are forgotten."""


class Pace:
    """Gives turns, one at a time in each bucket: urgent askers first in the order of asking, then whoever is most stale.

    Turns are borrowed in blocks. While one waits for a turn the next block is asked for, so that a steady stream of sends never waits
    for the lender; the first send after a rest may. Without a lender, and while it is away, this process paces as if it were alone.

    Ask for the turn first and decide what to send when it comes, so that the newest text goes out. Issue no second turn while a send of
    the same reply runs. The numbers of a bucket may change from one turn to the next; buckets nobody waits for are forgotten.
    """

    def __init__(self, clock: Clock, lender: Lender | None = None) -> None:
        self._clock = clock
        self._lender = lender
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._held: dict[tuple[str, bool], float] = {}
        self._serial = count()

    @property
    def buckets(self) -> int:
        """How many buckets are remembered right now."""
        return len(self._lines)

    async def turn(self, budgets: Sequence[Budget], *, urgent: bool, since: float | None = None) -> None:
        """Return when a send that draws on all of `budgets`, the narrowest first, may start. Cancelling gives up one's place, no more.

        `since`: the monotonic moment since when people see something stale, by default now. Of the askers that are not urgent the one
        with the smallest goes first.
        """
        now = self._clock.monotonic()
        await self._turn(budgets, Waiter(not urgent, now if urgent or since is None else since, next(self._serial)), math.inf)

    async def soon(self, budgets: Sequence[Budget], *, within: float) -> bool:
        """Whether a turn in all of `budgets` came `within` so many seconds: then it is taken, else nothing is. It is asked for as urgent.

        Says no as soon as it is plain that it will not; a lender that is asked may take a part of this time.
        """
        now = self._clock.monotonic()
        return await self._turn(budgets, Waiter(False, now, next(self._serial)), now + within)

    def outlook(self, budgets: Sequence[Budget]) -> float:
        """Seconds for which the sends that wait right now in this process will draw on `budgets`, before any that comes later."""
        return max(line.waiting * budget.interval if (line := self._lines.get(budget.bucket)) else 0.0 for budget in budgets)

    def hold(self, bucket: str, seconds: float, *, urgent: bool = True) -> None:
        """No turn of this bucket in this process for so long, because the platform said so; with `urgent` false urgent ones go on."""
        until = self._clock.monotonic() + seconds
        if (line := self._lines.get(bucket)) is not None:
            line.hold(until, urgent=urgent)
            return
        if len(self._held) >= HOLDS:
            self._held = {place: end for place, end in self._held.items() if end > self._clock.monotonic()}
        self._held[bucket, urgent] = max(until, self._held.get((bucket, urgent), until))

    async def _turn(self, budgets: Sequence[Budget], me: Waiter, before: float) -> bool:
        lines: list[Line] = []
        try:
            # looked up anew each time: a line that we left may be forgotten while we wait in another
            while (closed := self._take(lines := [self._line(budget) for budget in budgets], me)) is not None:
                if not await self._wait(closed, me, before):
                    return False
            return True
        finally:
            for line in lines:
                line.leave(me)
            self._forget_idle()

    def _line(self, budget: Budget) -> Line:
        line = self._lines.get(budget.bucket)
        if line is None:
            line = self._lines[budget.bucket] = Line(budget)
            for urgent in (False, True) if self._held else ():
                line.hold(self._held.pop((budget.bucket, urgent), -math.inf), urgent=urgent)
        elif line.budget is not budget:
            line.budget = budget
        return line

    def _take(self, lines: Sequence[Line], me: Waiter) -> Line | None:
        """A turn in every line, if all are open to `me`; else the one to wait in. Nobody stands in a line behind a closed one.

        What a narrow line is lent lapses soon: it is asked for when those behind it are open, or are about to be.
        """
        now = self._clock.monotonic()
        for depth, line in enumerate(lines):
            line.join(me)
            if line.open_to(me, now):
                continue
            behind = lines[depth + 1 :]
            if line.blank(me, now):
                closed = next((wider for wider in behind if not self._reached(wider, me, now)), line)
                if closed is not line and closed.soon(me, now, within=line.grace):
                    self._ask_ahead(line, me, now)
                return closed
            for wider in behind:
                wider.leave(me)
            return line
        for line in lines:
            line.take(me, now)
            self._lines.move_to_end(line.budget.bucket)
        return None

    @staticmethod
    def _reached(line: Line, me: Waiter, now: float) -> bool:
        line.join(me)
        return line.open_to(me, now)

    def _ask_ahead(self, line: Line, me: Waiter, now: float) -> None:
        """So that nobody at the head of a wider line keeps all others waiting for an answer."""
        if self._lender is not None and line.asking is None and (wanted := line.wish(me, now)) is not None:
            line.asking = asyncio.create_task(self._ask(self._lender, line, wanted, urgent=me.urgent))

    async def _wait(self, line: Line, me: Waiter, before: float) -> bool:
        """Until it may be worth looking again; False when it is plain that no turn comes `before` that moment."""
        now = self._clock.monotonic()
        if not line.leads(me):
            return await self._called(me, before)
        wanted = line.wish(me, now)
        if wanted is None:
            moment = line.wake(me, now)
            if moment > before:
                return False
            await self._clock.sleep(moment - now)  # somebody may take the lead meanwhile
        elif self._lender is None:
            line.lent(line.alone(wanted, now), urgent=me.urgent, now=now, asked=now)
        else:
            asking = line.asking = line.asking or asyncio.create_task(self._ask(self._lender, line, wanted, urgent=me.urgent))
            if not await self._comes(asking, before):  # goes on if we are cancelled: what is lent then is for whoever leads next
                return False
            asking.result()
        return True

    async def _called(self, me: Waiter, before: float) -> bool:
        if before == math.inf:
            await me.called.wait()
        else:
            call = asyncio.create_task(me.called.wait())
            try:
                if not await self._comes(call, before):
                    return False
            finally:
                call.cancel()
        me.called.clear()
        return True

    async def _comes(self, awaited: "asyncio.Task[None] | asyncio.Task[bool]", before: float) -> bool:
        if before == math.inf:
            await asyncio.wait({awaited})
            return True
        alarm = asyncio.create_task(self._clock.sleep(before - self._clock.monotonic()))
        try:
            await asyncio.wait({awaited, alarm}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
        return awaited.done()

    async def _ask(self, lender: Lender, line: Line, wanted: int, *, urgent: bool) -> None:
        asked = self._clock.monotonic()
        try:
            loan = await lender.borrow(line.budget, wanted=wanted, urgent=urgent, used=line.used(asked))
        except StoreUnavailable:
            loan = line.alone(wanted, self._clock.monotonic(), crowd=CROWD)
        finally:
            line.asking = None
        line.lent(loan, urgent=urgent, now=self._clock.monotonic(), asked=asked)

    def _forget_idle(self) -> None:
        now = self._clock.monotonic()
        while self._lines:
            name, oldest = next(iter(self._lines.items()))
            if not oldest.idle(now):
                return
            del self._lines[name]
