"""Turns: never too close, first come first served, urgent ones first, nothing remembered for ever."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.line import LATE
from adapters.rendering.pace import Pace
from bot.vocabulary.pace import Budget
from tests.fakes.clock import VirtualClock


class Queue:
    """Askers by name, and when each got its turn."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.pace = Pace(self.clock)
        self.turns: list[tuple[str, float]] = []

    def ask(self, name: str, *, bucket: str = "b", urgent: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self._ask(name, bucket, urgent=urgent))

    async def _ask(self, name: str, bucket: str, *, urgent: bool) -> None:
        await self.pace.turn([Budget(bucket, interval=1.0)], urgent=urgent)
        self.turns.append((name, self.clock.elapsed))


async def test_first_at_once_then_in_order() -> None:
    queue = Queue()
    tasks = [queue.ask(name) for name in "abc"]
    await queue.clock.run_until(asyncio.gather(*tasks))
    assert queue.turns == [("a", 0.0), ("b", 1.0), ("c", 2.0)]


async def test_after_a_rest_nobody_waits_and_nothing_is_saved_up() -> None:
    queue = Queue()
    await queue.clock.run_until(queue.ask("a"))
    await queue.clock.advance(5)
    await queue.clock.run_until(asyncio.gather(queue.ask("b"), queue.ask("c")))
    assert queue.turns == [("a", 0.0), ("b", 5.0), ("c", 6.0)]


async def test_urgent_goes_first_even_past_one_who_sleeps() -> None:
    queue = Queue()
    tasks = [queue.ask(name) for name in "abc"]
    await queue.clock.advance(0.5)
    tasks += [queue.ask("U", urgent=True), queue.ask("V", urgent=True)]
    await queue.clock.run_until(asyncio.gather(*tasks))
    assert queue.turns == [("a", 0.0), ("U", 1.0), ("V", 2.0), ("b", 3.0), ("c", 4.0)]


async def test_buckets_do_not_wait_for_each_other() -> None:
    queue = Queue()
    await queue.clock.run_until(asyncio.gather(queue.ask("a"), queue.ask("b", bucket="other")))
    assert queue.turns == [("a", 0.0), ("b", 0.0)]


@pytest.mark.parametrize("who", [0, 1])
async def test_giving_up_a_place_costs_nobody_anything(who: int) -> None:
    queue = Queue()
    await queue.clock.run_until(queue.ask("first"))
    tasks = [queue.ask(name) for name in "ab"]
    last = queue.ask("c")
    await queue.clock.advance(0.5)
    tasks[who].cancel()
    await queue.clock.run_until(last)
    assert queue.turns == [("first", 0.0), ("ba"[who], 1.0), ("c", 2.0)]


async def test_idle_buckets_are_forgotten() -> None:
    queue = Queue()
    for number in range(50):
        await queue.clock.run_until(queue.ask("a", bucket=str(number)))
    assert queue.pace.buckets == 50
    await queue.clock.advance(2)
    await queue.clock.run_until(queue.ask("b", bucket="last"))
    assert queue.pace.buckets == 1


async def test_a_bucket_given_up_by_all_is_forgotten() -> None:
    queue = Queue()
    await queue.clock.run_until(queue.ask("a"))
    waiter = queue.ask("b")
    await queue.clock.advance(0.9)
    waiter.cancel()
    await queue.clock.advance(1)
    await queue.clock.run_until(queue.ask("c", bucket="other"))
    assert queue.pace.buckets == 1


@given(asks=st.lists(st.tuples(st.floats(0, 2), st.booleans(), st.floats(0, 3) | st.none()), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_never_closer_than_the_interval_and_everybody_served(asks: list[tuple[float, bool, float | None]]) -> None:
    async def scenario() -> None:
        queue = Queue()
        kept, tasks = [], []
        for number, (pause, urgent, patience) in enumerate(asks):
            await queue.clock.advance(pause)
            task = queue.ask(str(number), urgent=urgent)
            tasks.append(task)
            if patience is None:
                kept.append(str(number))
            else:
                tasks.append(asyncio.create_task(give_up(queue, task, patience)))
        await queue.clock.run_until(asyncio.gather(*tasks, return_exceptions=True))
        assert set(kept) <= {name for name, _ in queue.turns}
        assert all(later - earlier >= 1 - LATE - 1e-6 for (_, earlier), (_, later) in pairwise(queue.turns))

    asyncio.run(scenario())


async def give_up(queue: Queue, task: asyncio.Task[None], patience: float) -> None:
    await queue.clock.sleep(patience)
    task.cancel()
