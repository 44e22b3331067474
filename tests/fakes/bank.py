"""Lending turns in plain Python: what `lend.lua` says, on a clock of one's own and without a server."""

from dataclasses import dataclass

from bot.errors import StoreUnavailable
from bot.pacing.lender import MEMORY_SECONDS, milliseconds
from bot.vocabulary.clock import Clock
from bot.vocabulary.pace import Budget, Loan

MEMORY = milliseconds(MEMORY_SECONDS)

Reply = tuple[int, int, int, int]
"""As the script's: turns, milliseconds to the first, out of the reserve, milliseconds until asking again makes sense."""


@dataclass(slots=True)
class Bucket:
    """Who was lent what. Moments in milliseconds."""

    next: int = 0
    spare: int = 0
    who: str = ""
    at: int = 0
    crowd: int = 0
    run: int = 0

    def lend(self, me: str, budget: Budget, *, wanted: int, urgent: bool, now: int) -> Reply:
        """Turns for `me`."""
        others = self.who not in ("", me) and now - self.at < MEMORY
        known, ended = self.who, self.next
        self.crowd = now + MEMORY if others else self.crowd
        self.who, self.at, self.next, self.spare = me, now, max(self.next, now), max(self.spare, now)
        again = 0
        if urgent and budget.reserve and (self.next > now or not wanted):
            refill = milliseconds(budget.refill)
            again = self.spare - (budget.reserve - 1) * refill - now
            if again <= 0:
                self.spare += refill
                return 1, 0, 1, max(0, again + refill)
        return self._ordinary(budget, wanted, urgent, now, ended if known == me else -MEMORY, again)

    def _ordinary(self, budget: Budget, wanted: int, urgent: bool, now: int, mine_ended: int, again: int) -> Reply:
        interval = milliseconds(budget.interval)
        if not wanted:
            return 0, 0, 0, again
        if not urgent and self.next - now > 2 * budget.most * interval:
            return 0, 0, 0, self.next - now - 2 * budget.most * interval
        if self.crowd > now:
            self.run = budget.ahead
            turns = max(budget.ahead, min(wanted, budget.most // 2))
        else:
            goes_on = now <= mine_ended + 2 * interval + milliseconds(budget.keep)
            self.run = min(budget.most, 2 * self.run) if goes_on else budget.ahead
            turns = min(budget.most, max(self.run, wanted))
        delay = self.next - now
        self.next += turns * interval
        return turns, delay, 0, again


class Bank:
    """The buckets that several lenders draw on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.buckets: dict[str, Bucket] = {}
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

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool) -> Loan:
        bank = self._bank
        bank.asked += 1
        await bank.clock.sleep(self._takes)
        if bank.away:
            raise StoreUnavailable
        bucket = bank.buckets.setdefault(budget.bucket, Bucket())
        now = int(bank.clock.monotonic() * 1000)
        turns, delay, reserved, again = bucket.lend(self._name, budget, wanted=wanted, urgent=urgent, now=now)
        return Loan(turns, delay / 1000, bool(reserved), again / 1000)
