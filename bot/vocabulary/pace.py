"""What may be sent how often, and how a process gets its share of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Budget:
    """One limit of a platform on what we send there, shared by all processes. Times in seconds.

    Ordinary turns are `interval` apart, whoever takes them. Beside them stands a `reserve` of turns for urgent sends, one of which
    comes back every `refill`. In any window of w seconds no more is sent than w / interval, rounded up, and reserve - 1 + w / refill,
    rounded up.

    With a `limit` it is a pool instead: no more than `limit` sends start in any `window`, whoever sends and whenever. All but
    `reserve` of them may be ordinary ones. Only those of one process are `interval` apart.
    """

    bucket: str
    """Its name, such as a channel and a kind of send. The numbers of a name may change, but all processes should learn the same."""
    interval: float
    """Between turns."""
    most: int = 4
    """Turns that one process is lent at once while it is alone there; half of them, or a quarter of its demand, where others send too."""
    ahead: int = 1
    """Turns that it is lent at least, more than one where a turn is so short that each block would hold no more than one send."""
    keep: float = 0.0
    """How late a turn may still be used. 0 where every turn must be used in its time, because the next is somebody else's.

    In a pool: how long turns may be used while there are plenty; where there are few, for a `window` at most.
    """
    reserve: int = 0
    refill: float = 0.0
    limit: int = 0
    window: float = 0.0


@dataclass(frozen=True, slots=True)
class Loan:
    """`turns` of a budget, the first `delay` seconds from now and the others an interval apart each; none: ask `again` seconds later."""

    turns: int
    delay: float = 0.0
    reserved: bool = False
    """Whether this is a turn out of the reserve: now, beside the ordinary ones."""
    again: float = 0.0
    """With urgent demand: after how many seconds the reserve has a turn again."""
    lasts: float = 0.0
    """Of a pool: the turns may be used for so many seconds, counted from the moment of asking."""


class Lender(Protocol):
    """Lends turns of budgets to the process that asks.

    What it does not use in time goes back to it when it asks again, unless somebody else borrowed since: then it is lost to everybody,
    except in a pool.
    """

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool, used: Sequence[float] = ()) -> Loan:
        """Turns for `wanted` sends that wait, as many as is fair; with `wanted` 0 nothing but a turn out of the reserve.

        Who asks again is done with what it borrowed: `used` so many seconds ago, turn by turn in a pool, else the last one.
        Raises `StoreUnavailable` soon when nobody can tell what others send: then pace alone.
        """
