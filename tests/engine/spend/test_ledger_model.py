"""Any interleaving of holds, settlements and deaths leaves the ledger where plain arithmetic leaves it."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BudgetExhausted
from bot.spend.ledger import Charge, Ledger
from bot.store.connection import Store
from bot.store.keys import HOLD_SECONDS, SPEND_SECONDS, ServerKeys
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Account, Usage
from tests.fakes.clock import VirtualClock

BUDGET, BEFORE, DAY = 100, "2027-01-14", "2027-01-15"
CALLS = st.sampled_from("abcd")
STEPS = st.lists(st.tuples(st.sampled_from(["hold", "settle", "die"]), CALLS, st.integers(0, 60)), max_size=25)
servers = count()


@dataclass
class Arithmetic:
    """What must be true of one server's day."""

    spent: int = 0
    estimated: int = 0
    held: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    charged: dict[str, int] = field(default_factory=dict)
    """Estimates of the dead, which a late settlement takes back."""
    settled: set[str] = field(default_factory=set)

    def bury(self) -> None:
        self.spent += sum(self.dead.values())
        self.estimated += sum(self.dead.values())
        self.charged |= self.dead
        self.dead.clear()

    def fits(self, amount: int) -> bool:
        return self.spent + sum(self.held.values()) + amount <= BUDGET

    def hold(self, call: str, amount: int) -> bool:
        self.bury()
        allowed = call in self.held or self.fits(amount)
        if allowed:
            self.held.setdefault(call, amount)
            self.charged.pop(call, None)
        return allowed

    def settle(self, call: str, cost: int) -> bool:
        self.held.pop(call, None)
        self.dead.pop(call, None)
        estimate = self.charged.pop(call, 0)
        first = call not in self.settled
        self.settled.add(call)
        self.spent += cost - estimate if first else 0
        self.estimated -= estimate if first else 0
        return first

    def die(self, call: str, amount: int) -> None:
        """A hold whose time is over at once, whatever the budget."""
        self.bury()
        if call not in self.held:
            self.dead[call] = amount
            self.charged.pop(call, None)


async def allowed(ledger: Ledger, call: str, account: Account, amount: int) -> bool:
    try:
        await ledger.hold(call, account, amount=amount, day=DAY)
    except BudgetExhausted:
        return False
    return True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_spent_and_held_are_what_arithmetic_says(store: Store, steps: list[tuple[str, str, int]]) -> None:
    server = ServerKey("discord", str(next(servers)))
    account, keys, truth = Account(server, "ada"), ServerKeys(server), Arithmetic()
    ledger = Ledger(store, clock=VirtualClock(), budget=BUDGET)
    for step, call, amount in steps:
        if step == "hold":
            assert await allowed(ledger, call, account, amount) is truth.hold(call, amount)
        elif step == "settle":
            assert await ledger.settle(Charge(call, account, DAY, "model", Usage(), amount)) is truth.settle(call, amount)
        else:
            truth.die(call, amount)
            touched = [keys.spend(DAY), keys.holds, keys.spend(BEFORE)]
            await store.run("hold", touched, [call, amount, "", 0, DAY, SPEND_SECONDS, HOLD_SECONDS])
        day = await ledger.day(server, DAY)
        assert (day.spent, day.estimated) == (truth.spent, truth.estimated)
    truth.bury()
    left = BUDGET - truth.spent - sum(truth.held.values())
    assert not await allowed(ledger, "one too many", account, max(left, 0) + 1)
    assert left < 0 or await allowed(ledger, "the last", account, left)


@pytest.mark.parametrize("cost", [0, 40])
async def test_arithmetic_itself_counts(cost: int) -> None:
    truth = Arithmetic()
    assert truth.hold("a", 60)
    assert not truth.hold("b", 50)
    assert truth.settle("a", cost)
    assert truth.hold("b", 60)
    assert truth.spent == cost
