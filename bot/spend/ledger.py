"""The ledger of each server: what was spent today, what running calls hold. One atomic step each way."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, unquote

from bot.errors import BudgetExhausted
from bot.store.connection import Store
from bot.store.keys import HOLD_SECONDS, SPEND_SECONDS, ServerKeys
from bot.vocabulary.clock import Clock
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Account, Usage

HELD_MILLISECONDS = 15 * 60 * 1000
"""How long a call may run before its hold is charged as it stands: its process has died."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call cost. `cost` in millionths of a US dollar."""

    call: str
    account: Account
    day: str
    model: str
    usage: Usage
    cost: int


@dataclass(frozen=True, slots=True)
class Line:
    """What one person used of one model on one day. `cost` in millionths of a US dollar."""

    user: str
    model: str
    input: int = 0
    output: int = 0
    cached: int = 0
    cost: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """What one server used on one UTC day. `spent` and `estimated` (a part of it) in millionths of a US dollar."""

    date: str
    spent: int
    estimated: int
    lines: tuple[Line, ...]


class Ledger:
    """`budget`: millionths of a US dollar a server may spend in a UTC day; None for no limit."""

    def __init__(self, store: Store, *, clock: Clock, budget: int | None) -> None:
        self._store = store
        self._clock = clock
        self._budget = budget

    @property
    def budget(self) -> int | None:
        return self._budget

    def today(self) -> str:
        """The UTC day that money is counted on."""
        return datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()

    async def hold(self, call: str, account: Account, *, amount: int, day: str) -> None:
        """Set `amount` aside for a call. Raises `BudgetExhausted` when the server's day does not allow it."""
        keys = ServerKeys(account.server)
        budget = "" if self._budget is None else self._budget
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        allowed, spent, held = await self._store.run(
            "hold",
            [keys.spend(day), keys.holds, keys.spend(before)],
            [call, amount, budget, HELD_MILLISECONDS, day, SPEND_SECONDS, HOLD_SECONDS],
        )
        if not allowed:
            detail = f"{account.server}: {spent} spent and {held} held of {budget}, {amount} wanted (millionths of USD)"
            raise BudgetExhausted(detail, user_text=f"Today's budget for this server is used up. {self._resets()}")

    async def settle(self, charge: Charge) -> bool:
        """Charge a call and free its hold. Charging it again changes nothing and returns False."""
        keys = ServerKeys(charge.account.server)
        usage, tail = charge.usage, f"{quote(charge.account.user)} {charge.model}"  # the first space parts them
        counters = {
            "spent": charge.cost,
            "estimated": charge.cost if usage.estimated else 0,
            f"input {tail}": usage.input,
            f"output {tail}": usage.output,
            f"cached {tail}": usage.cached,
            f"cost {tail}": charge.cost,
            f"calls {tail}": 1,
        }
        flat = [part for pair in counters.items() if pair[1] for part in pair]
        keys_used = [keys.spend(charge.day), keys.holds, keys.settled(charge.call)]
        return bool(await self._store.run("settle", keys_used, [charge.call, HOLD_SECONDS, SPEND_SECONDS, *flat]))

    async def day(self, server: ServerKey, on: str) -> Day:
        """Everything of one day."""
        fields = await self._store.hash_all(ServerKeys(server).spend(on))
        counted: dict[tuple[str, str], dict[str, int]] = {}
        for field, value in fields.items():
            kind, _, tail = field.partition(" ")
            if tail:
                user, _, model = tail.partition(" ")
                counted.setdefault((unquote(user), model), {})[kind] = int(value)
        lines = tuple(Line(user, model, **counts) for (user, model), counts in sorted(counted.items()))
        return Day(on, int(fields.get("spent", 0)), int(fields.get("estimated", 0)), lines)

    def _resets(self) -> str:
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        minutes = math.ceil((midnight - now).total_seconds() / 60)
        return f"It resets at 00:00 UTC, in {minutes // 60} h {minutes % 60} min."
