"""A reply that was taken up from the dead is sent once more a lease later, but never over what was made of it meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.turns.turn import turn_id
from bot.vocabulary.inbound import Again, Inbound, Redo
from bot.vocabulary.lane import Lane
from tests.adapters.rendering.room import RoomOutlet
from tests.engine.samples import THREAD
from tests.engine.turns.crew import Crew, Mortal, Process, Speaker, Steps, message, until

LEASE = 0.4
HELLO = message("hello")
OLD, NEW = "The first answer.", "Another answer."


def again(redo: Redo, version: int = 0, *, event: str = "press") -> Inbound:
    """As a press joins the lane."""
    return replace(HELLO, id=event, again=Again(redo, turn_id(Lane(THREAD), "hello"), version))


@asynccontextmanager
async def taken_up(crew: Crew, speaker: Speaker) -> AsyncIterator[Process]:
    """A process that has just settled a reply over which another one died, and will mend it."""
    steps = Steps(hold="answered")
    async with Mortal(crew, Speaker((OLD,)), lease=LEASE, checkpoint=steps) as mortal:
        await mortal.process.hears(HELLO)
        await steps.held.wait()
        await mortal.die()
    async with crew.at_work(speaker, lease=LEASE, sweep=0.05) as process:
        await crew.done()
        assert crew.platform.said == [OLD]
        yield process


async def mended(process: Process) -> None:
    await until(lambda: not process.mending._waiting)


@pytest.mark.parametrize("pause", [0.0, LEASE / 2])
async def test_another_answer_stays_when_the_old_one_is_due_to_be_mended(crew: Crew, pause: float) -> None:
    async with taken_up(crew, Speaker((OLD,), (NEW,))) as process:
        await asyncio.sleep(pause)
        await process.hears(again(Redo.REGENERATE))
        await crew.done()
        assert crew.platform.said == [NEW]
        await mended(process)
        assert crew.platform.said == [NEW]
        assert crew.platform.buttons("hello")[-1].value == "1/2"


async def test_an_answer_that_is_written_anew_just_then_is_not_disturbed(crew: Crew) -> None:
    gate = asyncio.Event()
    async with taken_up(crew, Speaker((OLD,), ("Another", gate, " answer."))) as process:
        await process.hears(again(Redo.REGENERATE))
        await until(lambda: crew.platform.said == ["Another"])
        await asyncio.sleep(1.5 * LEASE)
        assert crew.platform.said == ["Another"]
        gate.set()
        await mended(process)
        assert crew.platform.said == [NEW]


async def test_the_version_that_is_shown_again_stays(crew: Crew) -> None:
    async with taken_up(crew, Speaker((OLD,), (NEW,))) as process:
        await process.hears(again(Redo.REGENERATE), again(Redo.SHOW, 1, event="back"), again(Redo.SHOW, 2, event="forth"))
        await mended(process)
        await crew.done()
        assert crew.platform.said == [NEW]
        assert crew.platform.buttons("hello")[-1].value == "1/2"


async def test_what_comes_to_be_sent_long_after_the_store_was_asked_is_looked_up_again(crew: Crew) -> None:
    """Somebody may have shown another version meanwhile: seen after a process was frozen over its last edit (chaos, seed 32)."""
    async with taken_up(crew, Speaker((OLD,))) as process:
        outlet = RoomOutlet(crew.platform.room, name="hello", bucket="hello")
        edits = len(crew.platform.room.times("edit", "hello"))
        crew.platform.pace.hold(outlet.budgets("edit")[0].bucket, 2 * LEASE)
        await asyncio.sleep(2 * LEASE)
        ends = crew.platform.room.clock.elapsed
        await mended(process)
        (mend,) = crew.platform.room.times("edit", "hello")[edits:]
        assert mend - ends > LEASE / 2, "not as soon as its turn came"
        assert crew.platform.said == [OLD]
