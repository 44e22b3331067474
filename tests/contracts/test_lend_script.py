"""Lending turns: the script does what plain Python says, whatever the order and the time; and no window ever holds too much."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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

AT = "local redis = {call = function(name, ...) if name == 'TIME' then return {ARGV[11], ARGV[12]} end return server.call(name, ...) end}\n"
SCRIPT = "local server = redis\n" + AT + files("bot.store").joinpath("scripts", "lend.lua").read_text()
"""The script as it is, at a time that the caller names (its numbers 11 and 12)."""

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
    """Somebody asks, some milliseconds after the one before."""

    after: int
    who: str
    wanted: int
    urgent: bool


ASKS = st.builds(
    Ask,
    st.one_of(st.integers(0, 40), st.integers(0, 3_000), st.sampled_from([0, 5_199, 5_200, 9_999, 10_000, 10_001, 70_000])),
    st.sampled_from("abc"),
    st.integers(0, 9) | st.integers(10, 99),
    st.booleans(),
)


Scripted = Callable[[str, Budget, Ask, int], Reply]


@pytest.fixture
def scripted(redis_url: str) -> Iterator[Scripted]:
    """The real script on a real server, at any time."""
    client = redis.Redis.from_url(redis_url)
    script = client.register_script(SCRIPT)

    def run(bucket: str, budget: Budget, ask: Ask, now: int) -> Reply:
        interval, refill = milliseconds(budget.interval), milliseconds(budget.refill)
        sizes: list[str | int] = [ask.who, interval, budget.most, budget.ahead, ask.wanted, int(ask.urgent), budget.reserve, refill]
        lull = 2 * interval + milliseconds(budget.keep)
        turns, delay, reserved, again = script([keys.pace(bucket)], [*sizes, lull, MEMORY, now // 1000, now % 1000 * 1000])
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budget=st.sampled_from(BUDGETS), asks=st.lists(ASKS, max_size=30))
@example(budget=BUDGETS[1], asks=[Ask(0, "a", 1, False), *[Ask(0, "b", 1, True)] * 4])
def test_the_script_does_what_plain_python_says(scripted: Scripted, budget: Budget, asks: list[Ask]) -> None:
    name, now, bucket = f"{budget.bucket}:{next(buckets)}", BEGAN, Bucket()
    ordinary, reserved = list[int](), list[int]()
    for ask in asks:
        now += ask.after
        reply = scripted(name, budget, ask, now)
        assert reply == bucket.lend(ask.who, budget, wanted=ask.wanted, urgent=ask.urgent, now=now)
        turns, delay, out_of_reserve, _ = reply
        given = reserved if out_of_reserve else ordinary
        given += [now + delay + turn * milliseconds(budget.interval) for turn in range(turns)]
        assert turns <= max(2 * budget.most, budget.ahead)
        assert turns or not ask.wanted or not ask.urgent
    assert all(later - earlier >= milliseconds(budget.interval) for earlier, later in pairwise(ordinary))
    assert windows_hold(budget, ordinary + reserved)


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
    scripted("brief", edits, Ask(0, "a", 1, False), BEGAN)
    scripted("brief", edits, Ask(0, "a", 1, True), BEGAN)
    with redis.Redis.from_url(redis_url) as client:
        lives = client.pttl(keys.pace("brief"))
    assert MEMORY < lives <= MEMORY + milliseconds(edits.refill)
