"""Lending turns of a pool: the script does what plain Python says, and no window ever holds too much, whatever borrowers do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count

import pytest
import redis
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.discord.limits import OVERALL
from adapters.slack.limits import budgets as of_slack
from bot.clock import SystemClock
from bot.pacing.lender import SharedLender, milliseconds
from bot.store import keys
from bot.store.connection import Store
from bot.vocabulary.pace import Budget
from tests.fakes.bank import Pool, PoolReply

AT = "local redis = {call = function(name, ...) if name == 'TIME' then return {ARGV[12], ARGV[13]} end return server.call(name, ...) end}\n"
SCRIPT = "local server = redis\n" + AT + files("bot.store").joinpath("scripts", "lend_pool.lua").read_text()
"""The script as it is, at a time that the caller names (its numbers 12 and 13)."""

BUDGETS = [
    OVERALL,
    of_slack("T", "C")["start"][0],
    of_slack("T", "C")["stop"][0],
    Budget("small", interval=0.01, most=3, keep=2.0, reserve=1, limit=4, window=1.0),
]
BEGAN = 1_800_000_000_000
buckets = count()


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks, some milliseconds after whoever asked before, and has used some of what it borrowed last, early or late."""

    after: int
    who: str
    wanted: int
    urgent: bool
    used: int
    late: bool


ASKS = st.builds(
    Ask,
    st.one_of(st.integers(0, 40), st.integers(0, 3_000), st.sampled_from([0, 1_049, 1_050, 1_051, 5_000, 6_051, 61_000, 70_000])),
    st.sampled_from("abcd"),
    st.integers(1, 40),
    st.booleans(),
    st.integers(0, 16),
    st.booleans(),
)

Scripted = Callable[[str, Budget, Ask, list[int], int], PoolReply]


@dataclass(slots=True)
class Borrower:
    """What it may use, and when it used what. Moments in milliseconds."""

    turns: int = 0
    asked: int = 0
    ends: int = 0
    sent: list[int] = field(default_factory=list)

    def uses(self, most: int, now: int, *, late: bool) -> list[int]:
        """As many turns as there are, at the first moment that it may or the last; says how long ago."""
        until = min(now, self.ends)
        moments = [until if late else self.asked] * min(most, self.turns)
        self.sent += moments
        self.turns = 0
        return [now - moment for moment in moments]


@pytest.fixture
def scripted(redis_url: str) -> Iterator[Scripted]:
    """The real script on a real server, at any time."""
    client = redis.Redis.from_url(redis_url)
    script = client.register_script(SCRIPT)

    def run(bucket: str, budget: Budget, ask: Ask, ages: list[int], now: int) -> PoolReply:
        window, keep = milliseconds(budget.window), milliseconds(budget.keep)
        sizes = [budget.limit, window, budget.reserve, budget.most, budget.ahead, ask.wanted, int(ask.urgent)]
        used = " ".join(str(age) for age in ages)
        turns, lasts, again = script([keys.pace(bucket)], [ask.who, *sizes, used, keep, min(keep, window), now // 1000, now % 1000 * 1000])
        return turns, lasts, again

    yield run
    client.close()


def most_in(window: int, moments: list[int]) -> int:
    """The most that any window holds."""
    return max((sum(begin <= moment < begin + window for moment in moments) for begin in moments), default=0)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budget=st.sampled_from(BUDGETS), asks=st.lists(ASKS, max_size=40))
@example(budget=BUDGETS[3], asks=[Ask(0, "a", 3, False, 0, True), Ask(1, "b", 1, True, 0, True), Ask(2, "a", 3, True, 3, True)])
def test_the_script_does_what_plain_python_says(scripted: Scripted, budget: Budget, asks: list[Ask]) -> None:
    name, now, pool, borrowers = f"{budget.bucket}:{next(buckets)}", BEGAN, Pool(), {who: Borrower() for who in "abcd"}
    for ask in asks:
        now += ask.after
        me = borrowers[ask.who]
        ages = me.uses(ask.used, now, late=ask.late)
        reply = scripted(name, budget, ask, ages, now)
        assert reply == pool.lend(ask.who, budget, wanted=ask.wanted, urgent=ask.urgent, used=ages, now=now)
        me.turns, lasts, again = reply
        me.asked, me.ends = now, now + lasts
        assert me.turns <= 2 * budget.most
        assert me.turns or 0 < again <= milliseconds(budget.window) // 4
    for me in borrowers.values():
        me.uses(99, me.ends, late=True)
    assert most_in(milliseconds(budget.window), [moment for me in borrowers.values() for moment in me.sent]) <= budget.limit


def test_whoever_waits_gets_a_turn_in_the_end(scripted: Scripted) -> None:
    budget, now, served = BUDGETS[3], BEGAN, set[str]()
    for round_ in range(40):
        for who in "abcd":
            turns, _, again = scripted("waited", budget, Ask(0, who, 1, round_ % 5 == 0, 1, False), [0] if who in served else [], now)
            served |= {who} if turns else set()
            now += 1 if turns else again
    assert served == set("abcd")


def test_a_repeated_call_gives_back_no_more_than_was_lent(scripted: Scripted) -> None:
    budget = BUDGETS[3]
    ask = Ask(0, "a", 3, False, 0, False)
    assert scripted("again", budget, ask, [], BEGAN)[0] == 3
    replies = [scripted("again", budget, ask, [5, 5, 5], BEGAN + 5)[0] for _ in range(4)]
    assert replies == [0, 0, 0, 0], "all three of them count"
    assert scripted("again", budget, Ask(0, "b", 3, True, 0, False), [], BEGAN + 6)[0] == 1


async def test_several_processes_together_are_lent_no_more_than_there_is(store: Store) -> None:
    budget = Budget("pooled", interval=0.01, most=4, keep=5.0, reserve=2, limit=10, window=60.0)
    lenders = [SharedLender(store, clock=SystemClock(), name=str(number)) for number in range(6)]
    ordinary = [(await lender.borrow(budget, wanted=2, urgent=False)).turns for lender in lenders]
    assert sum(ordinary) == 8
    urgent = [await lender.borrow(budget, wanted=1, urgent=True) for lender in lenders[4:]]
    assert [loan.turns for loan in urgent] == [1, 1]
    refused = await lenders[0].borrow(budget, wanted=1, urgent=True, used=[0.0, 0.0])
    assert (refused.turns, refused.reserved) == (0, False)
    assert 14 < refused.again <= 15
    assert (await lenders[1].borrow(budget, wanted=1, urgent=True)).turns == 1, "what it did not use came back"


def test_a_pool_lives_for_seconds(scripted: Scripted, redis_url: str) -> None:
    scripted("brief", OVERALL, Ask(0, "a", 1, False, 0, False), [], BEGAN)
    with redis.Redis.from_url(redis_url) as client:
        lives = client.pttl(keys.pace("brief"))
    assert 0 < lives <= milliseconds(OVERALL.keep + OVERALL.window) + 1
