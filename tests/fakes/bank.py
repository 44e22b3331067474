"""Lending turns in plain Python: what `lend.lua` and `lend_pool.lua` say, on a clock of one's own and without a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.errors import StoreUnavailable
from bot.pacing.lender import MEMORY_SECONDS, milliseconds
from bot.vocabulary.clock import Clock
from bot.vocabulary.pace import Budget, Loan

MEMORY = milliseconds(MEMORY_SECONDS)

Reply = tuple[int, int, int, int]
"""As the script's: turns, milliseconds to the first, out of the reserve, milliseconds until asking again makes sense."""

PoolReply = tuple[int, int, int]
"""As the script's: turns, milliseconds that they last, milliseconds until asking again makes sense."""


@dataclass(slots=True)
class Bucket:
    """Who was lent what. Moments in milliseconds."""

    next: int = 0
    spare: int = 0
    who: str = ""
    at: int = 0
    crowd: int = 0
    run: int = 0
    booked: int = 0
    whose: str = ""
    start: int = 0
    appointed: dict[str, int] = field(default_factory=dict)

    def lend(self, me: str, budget: Budget, *, wanted: int, urgent: bool, now: int, last: int = -1) -> Reply:
        """Turns for `me`, who used its last one `last` milliseconds ago."""
        others = self.who not in ("", me) and now - self.at < MEMORY
        known, ended = self.who, self.next
        self.crowd = now + MEMORY if others else self.crowd
        self.who, self.at, self.next, self.spare = me, now, max(self.next, now), max(self.spare, now)
        again, free = 0, self.next
        if known == me and self.whose == me and wanted:
            unused = now if last < 0 else now - last + milliseconds(budget.interval)
            free = max(now, self.start, min(free, unused))
        if urgent and budget.reserve and (free > now or not wanted):
            refill = milliseconds(budget.refill)
            again = self.spare - (budget.reserve - 1) * refill - now
            if again <= 0:
                self.spare += refill
                return 1, 0, 1, max(0, again + refill)
        return self._ordinary(budget, wanted, urgent, now, ended if known == me else -MEMORY, again, free)

    def _ordinary(self, budget: Budget, wanted: int, urgent: bool, now: int, mine_ended: int, again: int, free: int) -> Reply:
        interval = milliseconds(budget.interval)
        if not wanted:
            return 0, 0, 0, again
        if self.crowd > now:
            self.run = budget.ahead
            turns = max(budget.ahead, min(wanted, 2 * budget.most, max(budget.most // 2, -(-wanted // 4))))
        else:
            goes_on = now <= mine_ended + 2 * interval + milliseconds(budget.keep)
            self.run = min(budget.most, 2 * self.run) if goes_on else budget.ahead
            turns = min(budget.most, max(self.run, wanted))
        if not urgent and self.crowd > now and (wait := self._appointment(budget, turns, now) - now) > 0:
            return 0, 0, 0, wait
        delay = free - now
        self.whose, self.start = self.who, free
        self.next = free + turns * interval
        return turns, delay, 0, again

    def _appointment(self, budget: Budget, turns: int, now: int) -> int:
        """When whoever asks now may have turns; each is told another moment, while turns are lent far ahead."""
        interval = milliseconds(budget.interval)
        free = max(self.next - 2 * budget.most * interval, self.booked)
        if self.who not in self.appointed and free > now and self.next - now > budget.most * interval:
            self.appointed[self.who] = free
            self.booked = free + turns * interval
        moment = self.appointed.get(self.who, now)
        if moment <= now:
            self.appointed.pop(self.who, None)
        return moment


@dataclass(slots=True)
class Lent:
    """One loan of a pool; `open` until its borrower is done with it."""

    who: str
    turns: int
    ends: int
    open: bool = True


@dataclass(slots=True)
class Pool:
    """Who was lent what. Moments in milliseconds."""

    loans: list[Lent] = field(default_factory=list)

    def lend(self, me: str, budget: Budget, *, wanted: int, urgent: bool, used: Sequence[int], now: int) -> PoolReply:
        """Turns for `me`."""
        window, keep, ordinary = milliseconds(budget.window), milliseconds(budget.keep), budget.limit - budget.reserve
        run = self._done(me, budget.ahead, used, now)
        self.loans = [loan for loan in self.loans if loan.turns and loan.ends + window > now]
        out = sum(loan.turns for loan in self.loans)
        fair = self._fair(me, budget, wanted, run)
        turns, worth = min(fair, ordinary - out), min(fair, max(1, budget.most // 4), ordinary)
        if turns < worth:
            turns = max(1, turns) if urgent and out < budget.limit else 0
        lasts = keep if 2 * (out + turns) <= ordinary else min(keep, window)
        if turns:
            self.loans.append(Lent(me, turns, now + 1 + lasts))
            return turns, lasts, 0
        self.loans.sort(key=lambda loan: loan.ends)
        most = budget.limit - 1 if urgent else ordinary - worth
        free = next(loan.ends + window - now for loan, left in self._emptying(out) if left <= most)
        return 0, lasts, min(free, window // 4)

    def _done(self, me: str, least: int, used: Sequence[int], now: int) -> int:
        mine = [loan for loan in self.loans if loan.who == me and loan.open]
        for loan in mine:
            loan.open, loan.ends = False, min(loan.ends, now + 1)
        if not mine:
            return least
        last = mine[-1]
        self.loans.remove(last)
        self.loans += [Lent(me, 1, now + 1 - age, open=False) for age in used[: last.turns]]
        return len(used) if len(used) < last.turns else 2 * last.turns

    def _fair(self, me: str, budget: Budget, wanted: int, run: int) -> int:
        if any(loan.who != me for loan in self.loans):
            return max(budget.ahead, min(wanted, 2 * budget.most, max(budget.most // 2, -(-wanted // 4))))
        return min(budget.most, max(budget.ahead, run, wanted))

    def _emptying(self, out: int) -> Iterator[tuple[Lent, int]]:
        for loan in self.loans:
            out -= loan.turns
            yield loan, out


class Bank:
    """The buckets that several lenders draw on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.buckets: dict[str, Bucket | Pool] = {}
        self.away = False
        self.asked = 0
        """How often anybody asked."""

    def lender(self, name: str, *, takes: float = 0.0) -> "BankLender":
        """The lender of one process, whose every question `takes` so many seconds."""
        return BankLender(self, name, takes)


class BankLender:
    """`Lender` of one process."""

    def __init__(self, bank: Bank, name: str, takes: float) -> None:
        self._bank = bank
        self._name = name
        self._takes = takes

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool, used: Sequence[float] = ()) -> Loan:
        bank = self._bank
        bank.asked += 1
        await bank.clock.sleep(self._takes)
        if bank.away:
            raise StoreUnavailable
        bucket = bank.buckets.setdefault(budget.bucket, Pool() if budget.limit else Bucket())
        now = int(bank.clock.monotonic() * 1000)
        ages = [int(age * 1000) for age in used]
        if isinstance(bucket, Pool):
            turns, lasts, again = bucket.lend(self._name, budget, wanted=wanted, urgent=urgent, used=ages, now=now)
            return Loan(turns, again=again / 1000, lasts=lasts / 1000)
        last = ages[-1] if ages else -1
        turns, delay, reserved, again = bucket.lend(self._name, budget, wanted=wanted, urgent=urgent, now=now, last=last)
        return Loan(turns, delay / 1000, bool(reserved), again / 1000)
