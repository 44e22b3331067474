"""Who goes first, what a platform may forbid, and what can be had soon."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.pace import HOLDS, Pace
from bot.vocabulary.pace import Budget
from tests.fakes.bank import Bank
from tests.fakes.clock import VirtualClock

ONE = Budget("one", interval=1.0)
RESERVED = Budget("reserved", interval=1.0, reserve=2, refill=10.0)
POOL = Budget("pool", interval=0.01, most=2, keep=1.0, reserve=1, limit=3, window=10.0)


class Room:
    """A pace, and who got turns in which order."""

    def __init__(self, *, lent: bool = False, takes: float = 0.0) -> None:
        self.clock = VirtualClock()
        self.bank = Bank(self.clock)
        self.pace = Pace(self.clock, self.bank.lender("here", takes=takes) if lent else None)
        self.turns: list[tuple[str, float]] = []

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.turns]

    def ask(self, name: str, *budgets: Budget, urgent: bool = False, since: float | None = None) -> "asyncio.Task[None]":
        async def ask() -> None:
            await self.pace.turn(budgets or [ONE], urgent=urgent, since=since)
            self.turns.append((name, self.clock.elapsed))

        return asyncio.create_task(ask())

    async def soon(self, *budgets: Budget, within: float) -> list[float]:
        """Whether there was one, 1 or 0, and how long it took."""
        began = self.clock.elapsed
        return [await self.clock.run_until(self.pace.soon(budgets, within=within)), self.clock.elapsed - began]


async def test_the_stalest_goes_first_whenever_it_asked() -> None:
    room = Room()
    await room.clock.run_until(room.ask("first"))
    now = room.clock.monotonic()
    tasks = [room.ask("fresh"), room.ask("stale", since=now - 5), room.ask("stalest", since=now - 9)]
    await room.clock.run_until(asyncio.gather(*tasks))
    assert room.names == ["first", "stalest", "stale", "fresh"]


async def test_whoever_comes_later_and_is_staler_overtakes_one_who_sleeps() -> None:
    room = Room()
    await room.clock.run_until(room.ask("first"))
    tasks = [room.ask("fresh")]
    await room.clock.advance(0.5)
    tasks.append(room.ask("stale", since=room.clock.monotonic() - 3))
    await room.clock.run_until(asyncio.gather(*tasks))
    assert room.turns == [("first", 0.0), ("stale", 1.0), ("fresh", 2.0)]


async def test_urgent_ones_go_before_the_stalest_in_the_order_of_asking() -> None:
    room = Room()
    await room.clock.run_until(room.ask("first"))
    tasks = [room.ask("stale", since=0.0), room.ask("A", urgent=True), room.ask("B", urgent=True, since=0.0)]
    await room.clock.run_until(asyncio.gather(*tasks))
    assert room.names == ["first", "A", "B", "stale"]


async def test_a_bucket_that_is_held_gives_no_turn_before_its_time() -> None:
    room = Room(lent=True)
    await room.clock.run_until(room.ask("first", RESERVED))
    tasks = [room.ask("edit", RESERVED), room.ask("final", RESERVED, urgent=True), room.ask("elsewhere")]
    room.pace.hold(RESERVED.bucket, 7.0)
    await room.clock.run_until(asyncio.gather(*tasks))
    assert room.turns[1] == ("elsewhere", 0.0)
    assert dict(room.turns)["final"] == pytest.approx(7.0, abs=0.01)
    assert dict(room.turns)["edit"] == pytest.approx(8.0, abs=1.01)
    assert room.bank.asked <= 8, "it does not ask for turns that it must not use"


async def test_urgent_ones_pass_where_only_the_others_are_held() -> None:
    room = Room(lent=True)
    room.pace.hold(RESERVED.bucket, 7.0, urgent=False)
    await room.clock.run_until(asyncio.gather(room.ask("edit", RESERVED), room.ask("final", RESERVED, urgent=True)))
    assert room.turns[0] == ("final", 0.0)
    assert room.turns[1][1] == pytest.approx(7.0, abs=0.01)


async def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    room = Room()
    for seconds in (5.0, 1.0):
        room.pace.hold(ONE.bucket, seconds)
    await room.clock.run_until(room.ask("first"))
    room.pace.hold(ONE.bucket, 9.0)
    room.pace.hold(ONE.bucket, 2.0)
    await room.clock.run_until(room.ask("second"))
    assert [at for _, at in room.turns] == [5.0, 14.0]


async def test_holds_of_buckets_that_nobody_uses_are_forgotten() -> None:
    room = Room()
    for number in range(3 * HOLDS):
        room.pace.hold(str(number), 1.0)
        await room.clock.advance(0.01)
    assert len(room.pace._held) <= HOLDS


@pytest.mark.parametrize("lent", [True, False])
async def test_numbers_may_change_while_a_line_stands(*, lent: bool) -> None:
    room = Room(lent=lent)
    slow = Budget("one", interval=4.0)
    for budget in (ONE, ONE, ONE, slow, slow, ONE):
        await room.clock.run_until(room.ask("a", budget))
    times = [at for _, at in room.turns]
    assert times[:3] == [pytest.approx(number, abs=0.01) for number in range(3)]
    assert times[4] - times[3] >= 3.99
    assert times[5] - times[4] >= 0.99
    assert times[5] <= 4 * 4 + 2


@pytest.mark.parametrize("lent", [True, False])
async def test_soon_takes_a_turn_that_can_be_had_and_says_no_at_once_otherwise(*, lent: bool) -> None:
    room = Room(lent=lent)
    assert await room.soon(ONE, within=0.5) == [True, 0.0]
    assert await room.soon(ONE, within=0.5) == [False, 0.0]
    taken, after = await room.soon(ONE, within=1.5)
    assert taken
    assert after == pytest.approx(1.0, abs=0.01)
    await room.clock.run_until(room.ask("next"))
    assert room.turns[0][1] == pytest.approx(2.0, abs=0.2), "nothing was taken by the one that was told no"


async def test_soon_takes_all_or_nothing() -> None:
    room = Room()
    other = Budget("other", interval=10.0)
    await room.clock.run_until(room.ask("first", other))
    assert await room.soon(ONE, other, within=1.0) == [False, 0.0]
    await room.clock.run_until(room.ask("one"))
    assert room.turns[-1] == ("one", 0.0)


async def test_soon_does_not_wait_longer_than_it_may_for_a_lender_or_for_others() -> None:
    room = Room(lent=True, takes=3.0)
    assert await room.soon(ONE, within=1.0) == [False, 1.0]
    await room.clock.advance(10)
    asking = [room.ask(name, urgent=True) for name in "ab"]
    await room.clock.advance(0.1)
    assert await room.soon(ONE, within=1.0) == [False, pytest.approx(1.0)]
    await room.clock.run_until(asyncio.gather(*asking))
    assert await room.soon(ONE, within=9.0) == [True, pytest.approx(1.0, abs=3.5)]


async def test_a_pool_gives_what_it_has_and_then_says_when_more_comes() -> None:
    room = Room(lent=True)
    assert [(await room.soon(POOL, within=1.0))[0] for _ in range(4)] == [True, True, True, False]
    assert await room.soon(POOL, within=11.0) == [True, pytest.approx(10.0, abs=0.2)]


async def test_a_pool_keeps_some_for_urgent_sends() -> None:
    room = Room(lent=True)
    edits = [room.ask(f"edit{number}", POOL) for number in range(3)]
    await room.clock.advance(0.5)
    await room.clock.run_until(room.ask("final", POOL, urgent=True))
    assert room.turns[-1] == ("final", 0.5)
    await room.clock.run_until(asyncio.gather(*edits))
    assert room.turns[-1][1] == pytest.approx(10.0, abs=2.6)


@settings(max_examples=60, deadline=None)
@given(answers=st.lists(st.floats(0.0, 0.9), min_size=1, max_size=12), lent=st.booleans())
def test_nobody_is_staler_than_the_fair_share_and_one_send(answers: list[float], *, lent: bool) -> None:
    """Answers of one process, each of which takes its own time to send: everybody else goes once before one goes again."""

    async def scenario() -> None:
        room, worst = Room(lent=lent), 0.0

        async def stream(takes: float) -> None:
            nonlocal worst
            last = room.clock.monotonic()
            while True:
                await room.pace.turn([ONE], urgent=False, since=last)
                worst, last = max(worst, room.clock.monotonic() - last), room.clock.monotonic()
                await room.clock.sleep(takes)

        streams = [asyncio.create_task(stream(takes)) for takes in answers]
        await room.clock.advance(10 * len(answers))
        for task in streams:
            task.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        assert worst <= len(answers) + 1.01

    asyncio.run(scenario())
