"""When a send may start: turns of budgets that all processes share, given out among the replies of this process."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

from adapters.rendering.line import Line, Waiter
from bot.errors import StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.pace import Budget, Lender


class Pace:
    """Gives turns, one at a time in each bucket: urgent askers first, otherwise in the order of asking.

    Turns are borrowed in blocks. While one waits for a turn the next block is asked for, so that a steady stream of sends never waits
    for the lender; the first send after a rest may. Without a lender, and while it is away, this process paces as if it were alone.

    Ask for the turn first and decide what to send when it comes, so that the newest text goes out. Issue no second turn while a send of
    the same reply runs. Always give a bucket the same numbers; buckets nobody waits for are forgotten.
    """

    def __init__(self, clock: Clock, lender: Lender | None = None) -> None:
        self._clock = clock
        self._lender = lender
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._serial = count()

    @property
    def buckets(self) -> int:
        """How many buckets are remembered right now."""
        return len(self._lines)

    async def turn(self, budgets: Sequence[Budget], *, urgent: bool) -> None:
        """Return when a send that draws on all of `budgets`, the narrowest first, may start. Cancelling gives up one's place, no more."""
        me = Waiter(not urgent, next(self._serial))
        lines: list[Line] = []
        try:
            # looked up anew each time: a line that we left may be forgotten while we wait in another
            while (closed := self._take(lines := [self._line(budget) for budget in budgets], me)) is not None:
                await self._wait(closed, me)
        finally:
            for line in lines:
                line.leave(me)
            self._forget_idle()

    def _line(self, budget: Budget) -> Line:
        line = self._lines.get(budget.bucket)
        if line is None:
            line = self._lines[budget.bucket] = Line(budget)
        return line

    def _take(self, lines: Sequence[Line], me: Waiter) -> Line | None:
        """A turn in every line, if all are open to `me`; else the first that is not. Nobody waits in a line behind a closed one."""
        now = self._clock.monotonic()
        for depth, line in enumerate(lines):
            line.join(me)
            if not line.open_to(me, now):
                for later in lines[depth + 1 :]:
                    later.leave(me)
                return line
        for line in lines:
            line.take(now)
            self._lines.move_to_end(line.budget.bucket)
        return None

    async def _wait(self, line: Line, me: Waiter) -> None:
        """Until it may be worth looking again."""
        now = self._clock.monotonic()
        if not line.leads(me):
            await me.called.wait()
            me.called.clear()
        elif (wanted := line.wish(me, now)) is None:
            await self._clock.sleep(line.wake(me, now) - now)  # an urgent asker may take the lead meanwhile
        elif self._lender is None:
            line.lent(line.alone(wanted, now), urgent=me.urgent, now=now)
        else:
            asking = line.asking = line.asking or asyncio.create_task(self._ask(self._lender, line, wanted, urgent=me.urgent))
            await asyncio.wait({asking})  # goes on if we are cancelled: what is lent then is for whoever leads next
            asking.result()

    async def _ask(self, lender: Lender, line: Line, wanted: int, *, urgent: bool) -> None:
        try:
            loan = await lender.borrow(line.budget, wanted=wanted, urgent=urgent)
        except StoreUnavailable:
            loan = line.alone(wanted, self._clock.monotonic())
        finally:
            line.asking = None
        line.lent(loan, urgent=urgent, now=self._clock.monotonic())

    def _forget_idle(self) -> None:
        now = self._clock.monotonic()
        while self._lines:
            name, oldest = next(iter(self._lines.items()))
            if not oldest.idle(now):
                return
            del self._lines[name]
