"""A lane that takes no more says so in words, once."""

import asyncio

import pytest

from bot.errors import PlatformRefused, PlatformUnavailable
from bot.turns.mailbox import Joined
from bot.turns.refusals import FULL
from bot.vocabulary.lane import Lane
from tests.adapters.rendering.room import Trouble
from tests.engine.turns.crew import Crew, Process, Speaker, message, until

LANE = Lane.of(message("any"))


async def filled(crew: Crew, process: Process) -> None:
    await process.hears(message("one"))
    await until(lambda: crew.platform.said == ["…"])
    assert await process.hears(message("too much")) == [Joined.FULL]


async def test_people_are_told_once_and_only_once_however_often_the_event_comes(crew: Crew) -> None:
    gate = asyncio.Event()
    async with crew.at_work(Speaker((gate, "yes")), most=1) as process:
        await filled(crew, process)
        for _ in range(3):
            await process.refusals.refuse(message("too much"), LANE)
        await until(lambda: crew.platform.room.texts("too much") == [FULL])
        await process.refusals.refuse(message("too much"), LANE)
        gate.set()
        await crew.done()
        assert await process.hears(message("too much")) == [Joined.SEEN]
    assert crew.platform.said == ["yes", FULL]


async def test_a_flood_is_not_echoed(crew: Crew) -> None:
    async with crew.at_work(Speaker((asyncio.Event(),)), most=1, drain=0.0) as process:
        await filled(crew, process)
        crew.platform.room.next("post", Trouble(before=0.1))
        for number in range(20):
            await process.refusals.refuse(message(f"m{number}"), LANE)
        await until(lambda: crew.platform.room.texts("m0") == [FULL])
    assert [name for name in (f"m{number}" for number in range(20)) if crew.platform.room.texts(name)] == ["m0"]


@pytest.mark.parametrize("error", [PlatformRefused("no rights"), PlatformUnavailable("away")])
async def test_a_refusal_that_cannot_be_posted_troubles_nobody(crew: Crew, error: PlatformRefused | PlatformUnavailable) -> None:
    crew.platform.room.next("post", Trouble(error=error, lost=True))
    process = crew.made(Speaker())
    async with process.reception.open(drain_seconds=5):
        await process.refusals.refuse(message("too much"), LANE)
    assert not process.refusals._posting


async def test_without_the_platform_it_is_not_tried(crew: Crew) -> None:
    crew.platforms.clear()
    process = crew.made(Speaker())
    await process.refusals.refuse(message("too much"), LANE)
    assert not process.refusals._posting
