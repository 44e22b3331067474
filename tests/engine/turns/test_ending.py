"""What must be done to its end, however impatient whoever cancels is."""

import asyncio

import pytest

from bot.turns.ending import to_its_end
from bot.vocabulary.tasks import end
from tests.fakes.clock import VirtualClock


async def late(clock: VirtualClock, done: list[str]) -> str:
    await clock.sleep(10)
    done.append("done")
    return "result"


async def test_its_result_comes_through() -> None:
    clock, done = VirtualClock(), list[str]()
    assert await clock.run_until(to_its_end(late(clock, done))) == "result"


async def test_cancellations_wait_until_it_is_done_and_then_go_on() -> None:
    clock, done = VirtualClock(), list[str]()
    task = asyncio.create_task(to_its_end(late(clock, done)))
    for _ in range(5):
        await clock.advance(1)
        task.cancel()
    await clock.advance(4)
    assert not task.done()
    await clock.advance(1)
    assert done == ["done"]
    assert task.cancelled()


async def test_errors_come_through_and_cancellation_outranks_them() -> None:
    async def fails(clock: VirtualClock) -> None:
        await clock.sleep(1)
        raise RuntimeError

    clock = VirtualClock()
    with pytest.raises(RuntimeError):
        await clock.run_until(to_its_end(fails(clock)))
    task = asyncio.create_task(to_its_end(fails(clock)))
    await clock.quiet()
    task.cancel()
    await clock.advance(1)
    assert task.cancelled()


async def test_a_task_that_swallows_cancellations_is_ended_all_the_same() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while swallowed < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()
    assert swallowed == 2
