"""Slots: never more than there are, in order, who is overdue first, and who must be alone is alone."""

import asyncio

from bot.turns.slots import Slots


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_as_many_as_there_are_then_in_order_and_who_is_overdue_first() -> None:
    slots, came = Slots(2), list[str]()

    async def ask(name: str, *, overdue: bool = False) -> None:
        await slots.take(overdue=overdue)
        came.append(name)

    tasks = [asyncio.create_task(ask(name)) for name in "abcd"]
    await settled()
    tasks.append(asyncio.create_task(ask("late", overdue=True)))
    await settled()
    assert came == ["a", "b"]
    assert slots.full
    for _ in range(3):
        slots.give()
        await settled()
    assert came == ["a", "b", "late", "c", "d"]
    slots.give()
    await asyncio.gather(*tasks)
    assert slots._taken == 1


async def test_who_stops_waiting_leaves_its_place_to_the_next() -> None:
    slots, came = Slots(1), list[str]()

    async def ask(name: str) -> None:
        await slots.take()
        came.append(name)

    tasks = [asyncio.create_task(ask(name)) for name in "abc"]
    await settled()
    tasks[1].cancel()
    await settled()
    slots.give()
    await settled()
    assert came == ["a", "c"]


async def test_a_slot_that_was_given_to_somebody_who_just_left_is_not_lost() -> None:
    slots = Slots(1)
    await slots.take()
    waiting = asyncio.create_task(slots.take())
    await settled()
    slots.give()
    waiting.cancel()  # called, and has not heard it
    await settled()
    assert not slots.full
    await asyncio.wait_for(slots.take(), 1)


async def test_alone_waits_for_the_others_and_keeps_new_ones_out() -> None:
    slots, events = Slots(3), list[str]()
    await slots.take()
    await slots.take()

    async def alone() -> None:
        async with slots.alone():
            events.append("alone")
            await asyncio.sleep(0.01)
            events.append("done")
        slots.give()

    async def another() -> None:
        await slots.take()
        events.append("another")

    lonely = asyncio.create_task(alone())
    await settled()
    other = asyncio.create_task(another())
    await settled()
    assert events == []
    slots.give()
    await asyncio.gather(lonely, other)
    assert events == ["alone", "done", "another"]
    slots.give()
    assert slots._taken == 0


async def test_two_that_must_be_alone_do_not_wait_for_each_other_for_ever() -> None:
    slots, inside = Slots(2), list[int]()

    async def alone(number: int) -> None:
        await slots.take()
        async with slots.alone():
            inside.append(slots._taken)
        slots.give()

    await asyncio.wait_for(asyncio.gather(*(alone(number) for number in range(4))), 5)
    assert inside == [1, 1, 1, 1]
    assert slots._taken == 0


async def test_who_gives_up_being_alone_still_has_its_slot() -> None:
    slots = Slots(2)
    await slots.take()
    await slots.take()

    async def alone() -> None:
        try:
            async with slots.alone():
                raise AssertionError("somebody else runs")
        finally:
            slots.give()

    task = asyncio.create_task(alone())
    await settled()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    slots.give()
    assert slots._taken == 0
    assert not slots.full
