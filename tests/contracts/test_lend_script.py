"""Lending turns: the script does what plain Python says, whatever the order and the time; and no window ever holds too much."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count, pairwise

import pytest
import redis
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.discord.limits import budgets as of_discord
from adapters.slack.limits import budgets as of_slack
from bot.clock import SystemClock
from bot.pacing.lender import SharedLender, milliseconds
from bot.store import keys
from bot.store.connection import Store
from bot.vocabulary.pace import Budget
from tests.fakes.bank import MEMORY, Bucket, Reply

AT = "local redis = {call = function(name, ...) if name == 'TIME' then return {ARGV[12], ARGV[13]} end return server.call(name, ...) end}\n"
SCRIPT = "local server = redis\n" + AT + files("bot.store").joinpath("scripts", "lend.lua").read_text()
"""The script as it is, at a time that the caller names (its numbers 12 and 13)."""

BUDGETS = [
    of_discord(1)["post"][0],
    of_discord(1)["edit"][0],
    of_slack("T", "C")["edit"][0],
    of_slack("T", "C")["post"][0],
    of_slack("T", "C")["append"][0],
    Budget("quick", interval=1 / 30, most=8, ahead=2, keep=5.0, reserve=6, refill=0.08),
    Budget("plain", interval=1.0, most=1),
]
BEGAN = 1_800_000_000_000
buckets = count()


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks, some milliseconds after the one before, and has used some of the turns that it was lent last, early or late."""

    after: int
    who: str
    wanted: int
    urgent: bool
    used: int = 9
    late: bool = False


ASKS = st.builds(
    Ask,
    st.one_of(st.integers(0, 40), st.integers(0, 3_000), st.sampled_from([0, 5_199, 5_200, 9_999, 10_000, 10_001, 70_000])),
    st.sampled_from("abc"),
    st.integers(0, 9) | st.integers(10, 99),
    st.booleans(),
    st.integers(0, 9),
    st.booleans(),
)


Scripted = Callable[[str, Budget, Ask, int, int], Reply]


@dataclass(slots=True)
class Borrower:
    """What it may use, and when it used what. Moments in milliseconds."""

    lent: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    def uses(self, most: int, now: int, interval: int, *, late: bool) -> int:
        """At most so many turns, an interval apart, at the first moment that it may or the last. How long ago the last was, or -1."""
        if self.lent:
            first, last = self.lent[0], self.lent[-1]
            moment = max(first, min(now, last) if late else first, self.sent[-1] + interval if self.sent else first)
            for _ in self.lent[:most]:
                if moment <= min(now, last):
                    self.sent.append(moment)
                    moment += interval
        return now - self.sent[-1] if self.sent else -1


@pytest.fixture
def scripted(redis_url: str) -> Iterator[Scripted]:
    """The real script on a real server, at any time."""
    client = redis.Redis.from_url(redis_url)
    script = client.register_script(SCRIPT)

    def run(bucket: str, budget: Budget, ask: Ask, now: int, last: int) -> Reply:
        interval, refill = milliseconds(budget.interval), milliseconds(budget.refill)
        sizes: list[str | int] = [ask.who, interval, budget.most, budget.ahead, ask.wanted, int(ask.urgent), budget.reserve, refill]
        lull = 2 * interval + milliseconds(budget.keep)
        turns, delay, reserved, again = script([keys.pace(bucket)], [*sizes, lull, MEMORY, last, now // 1000, now % 1000 * 1000])
        return turns, delay, reserved, again

    yield run
    client.close()


def windows_hold(budget: Budget, moments: list[int]) -> bool:
    """Whether no window of 5 s, or of a minute, holds more turns than the budget promises."""
    interval, refill = milliseconds(budget.interval), milliseconds(budget.refill)
    for window in (5_000, 60_000):
        most = -(-window // interval) + (budget.reserve - 1 - (-window // refill) if budget.reserve else 0)
        if any(sum(begin <= moment < begin + window for moment in moments) > most for begin in moments):
            return False
    return True


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budget=st.sampled_from(BUDGETS), asks=st.lists(ASKS, max_size=30))
@example(budget=BUDGETS[1], asks=[Ask(0, "a", 1, False), *[Ask(0, "b", 1, True)] * 4])
@example(budget=BUDGETS[1], asks=[Ask(0, "a", 4, False), Ask(5_000, "b", 1, False), Ask(1, "b", 1, True, 0), Ask(1, "a", 1, False)])
def test_the_script_does_what_plain_python_says(scripted: Scripted, budget: Budget, asks: list[Ask]) -> None:
    name, now, bucket, interval = f"{budget.bucket}:{next(buckets)}", BEGAN, Bucket(), milliseconds(budget.interval)
    borrowers, reserved = {who: Borrower() for who in "abc"}, list[int]()
    for ask in asks:
        now += ask.after
        me = borrowers[ask.who]
        last = me.uses(ask.used, now, interval, late=ask.late)
        reply = scripted(name, budget, ask, now, last)
        assert reply == bucket.lend(ask.who, budget, wanted=ask.wanted, urgent=ask.urgent, now=now, last=last)
        turns, delay, out_of_reserve, _ = reply
        if out_of_reserve:
            reserved.append(now + delay)
        elif turns:
            me.lent = [now + delay + turn * interval for turn in range(turns)]
        assert turns <= max(2 * budget.most, budget.ahead)
        assert turns or not ask.wanted or not ask.urgent
    for me in borrowers.values():
        me.uses(99, me.lent[-1] if me.lent else now, interval, late=False)
    ordinary = sorted(moment for me in borrowers.values() for moment in me.sent)
    assert all(later - earlier >= interval for earlier, later in pairwise(ordinary))
    assert windows_hold(budget, ordinary + reserved)


def test_what_was_not_used_comes_back_to_whoever_borrowed_last(scripted: Scripted) -> None:
    edits, interval = BUDGETS[1], milliseconds(BUDGETS[1].interval)
    assert scripted("alone", edits, Ask(0, "a", 4, False), BEGAN, -1)[:2] == (4, 0)
    late = BEGAN + 3 * interval + interval // 2
    assert scripted("alone", edits, Ask(0, "a", 1, False), late, interval + 400)[1] == 0, "its last turn had lapsed: it may send at once"
    assert scripted("alone", edits, Ask(0, "a", 1, False), late + 100, 100)[1] == interval - 100


def test_what_stands_behind_somebody_elses_turn_never_comes_back(scripted: Scripted) -> None:
    edits, interval = BUDGETS[1], milliseconds(BUDGETS[1].interval)
    scripted("shared", edits, Ask(0, "a", 4, False), BEGAN, -1)
    assert scripted("shared", edits, Ask(0, "b", 1, True), BEGAN + 1, -1)[2] == 1, "b has the turn out of the reserve"
    _, delay, _, _ = scripted("shared", edits, Ask(0, "b", 1, True), BEGAN + 2, -1)
    assert delay == 4 * interval - 2
    assert scripted("shared", edits, Ask(0, "b", 1, True), BEGAN + 3, -1)[1] == 4 * interval - 3, "its own, not a's"
    assert scripted("shared", edits, Ask(0, "a", 1, True), BEGAN + 4, 4)[1] >= 5 * interval - 4, "b has borrowed since"


async def test_two_processes_are_lent_turn_by_turn(store: Store) -> None:
    budget = Budget("shared", interval=10.0, most=4, reserve=1, refill=60.0)
    left, right = (SharedLender(store, clock=SystemClock(), name=name) for name in ("left", "right"))
    first = await left.borrow(budget, wanted=1, urgent=False)
    assert (first.turns, first.delay, first.reserved) == (1, 0.0, False)
    urgent = await right.borrow(budget, wanted=1, urgent=True)
    assert (urgent.turns, urgent.delay, urgent.reserved) == (1, 0.0, True)
    assert 50 < urgent.again <= 60
    second = await right.borrow(budget, wanted=9, urgent=True)
    assert (second.turns, second.reserved) == (3, False)
    assert 5 < second.delay <= 10 < 50 < second.again
    assert 35 < (await left.borrow(budget, wanted=1, urgent=False)).delay <= 40
    nothing = await left.borrow(budget, wanted=0, urgent=True)
    assert (nothing.turns, nothing.reserved) == (0, False)
    assert 50 < nothing.again <= 60


async def test_far_ahead_only_urgent_sends_get_turns(store: Store) -> None:
    budget = Budget("far", interval=10.0, most=2)
    lenders = [SharedLender(store, clock=SystemClock(), name=str(number)) for number in range(8)]
    loans = [await lender.borrow(budget, wanted=1, urgent=False) for lender in lenders]
    assert [loan.turns for loan in loans] == [1, 1, 1, 1, 1, 0, 0, 0]
    assert [math.ceil(loan.again / budget.interval) for loan in loans[5:]] == [1, 2, 3], "one after the other"
    assert 45 < (await lenders[0].borrow(budget, wanted=1, urgent=True)).delay <= 50


def test_a_bucket_lives_for_seconds(scripted: Scripted, redis_url: str) -> None:
    edits = BUDGETS[1]
    scripted("brief", edits, Ask(0, "a", 1, False), BEGAN, -1)
    scripted("brief", edits, Ask(0, "a", 1, True), BEGAN, 0)
    with redis.Redis.from_url(redis_url) as client:
        lives = client.pttl(keys.pace("brief"))
    assert MEMORY < lives <= MEMORY + milliseconds(edits.refill)
