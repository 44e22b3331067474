"""A bucket may be forgotten while somebody who will need it waits in another."""

import asyncio

from adapters.rendering.pace import Pace
from bot.vocabulary.pace import Budget
from tests.fakes.clock import VirtualClock

NARROW, WIDE, OTHER = Budget("narrow", interval=10.0), Budget("wide", interval=1.0), Budget("other", interval=1.0)


async def test_a_wide_bucket_that_was_forgotten_meanwhile_is_begun_anew() -> None:
    clock = VirtualClock()
    pace = Pace(clock)
    for budget in (WIDE, NARROW):
        await clock.run_until(asyncio.create_task(pace.turn([budget], urgent=False)))
    waiting = asyncio.create_task(pace.turn([NARROW, WIDE], urgent=False))
    await clock.advance(5)
    await clock.run_until(asyncio.create_task(pace.turn([OTHER], urgent=False)))  # the wide bucket is idle, and nobody stands in it
    await clock.run_until(waiting)
    assert clock.elapsed == 10.0
