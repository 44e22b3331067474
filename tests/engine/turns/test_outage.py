"""Redis or a platform goes away in the middle of a turn and comes back."""

import asyncio

import pytest

from bot.errors import PlatformRefused, PlatformUnavailable
from bot.store.connection import open_store
from tests.adapters.rendering.room import Trouble
from tests.engine.samples import BOB, CHANNEL
from tests.engine.turns.crew import Crew, Speaker, Steps, message, until
from tests.engine.turns.platform import RoomPlatform
from tests.fakes.frozen import FreezingProxy

HELLO = message("hello")


async def test_an_answer_that_was_written_waits_for_the_store_and_is_not_asked_for_again(crew: Crew) -> None:
    gate, steps = asyncio.Event(), Steps()
    model = Speaker(("beginning", gate, " end"))
    async with (
        FreezingProxy(crew.server.socket) as way,
        open_store(f"redis://{way.address}") as store,
        crew.at_work(model, store=store, sweep=0.05, checkpoint=steps) as process,
    ):
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await way.cut()
        gate.set()
        await until(lambda: "answered" in steps.passed)
        await asyncio.sleep(0.4)  # longer than the client itself repeats a call
        await way.mend()
        await crew.done()
    assert len(model.asked) == 1
    assert await crew.history() == [("hello", "beginning end")]


async def test_past_its_lease_a_turn_pauses_and_goes_on_when_nobody_has_taken_its_lane(crew: Crew) -> None:
    more, end = asyncio.Event(), asyncio.Event()
    model = Speaker(("beginning", more, " middle", end, " end"))
    async with (
        FreezingProxy(crew.server.socket) as way,
        open_store(f"redis://{way.address}") as store,
        crew.at_work(model, store=store, lease=0.8, sweep=0.05) as process,
    ):
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await way.cut()
        await crew.time_passes(HELLO)
        await asyncio.sleep(0.9)
        more.set()
        await asyncio.sleep(0.2)
        assert crew.platform.said == ["beginning"], "nobody knows whose lane it is"
        await way.mend()
        await until(lambda: crew.platform.said == ["beginning middle"])
        end.set()
        await crew.done()
    assert len(model.asked) == 1
    assert crew.platform.said == ["beginning middle end"]
    assert await crew.history() == [("hello", "beginning middle end")]


async def test_past_its_lease_a_turn_ends_when_another_process_took_its_lane(crew: Crew) -> None:
    gate, successor = asyncio.Event(), Speaker()
    model = Speaker(("beginning", gate, " end"))
    async with (
        FreezingProxy(crew.server.socket) as way,
        open_store(f"redis://{way.address}") as store,
        crew.at_work(model, store=store, lease=0.8, sweep=0.05) as process,
    ):
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await way.cut()
        await crew.time_passes(HELLO)
        async with crew.at_work(successor, sweep=0.05):
            await crew.done()
            await asyncio.sleep(0.8)  # its lease is over by its own clock too
            gate.set()
            await way.mend()
            await until(lambda: not process.worker._working)
    assert (len(model.asked), len(successor.asked)) == (1, 1)
    assert crew.platform.said == ["heard Ada: hello"]
    assert len(crew.platform.room.messages) == 1
    assert await crew.history() == [("hello", "heard Ada: hello")]


async def test_after_an_outage_new_turns_do_not_wait_for_old_ones(crew: Crew) -> None:
    gate = asyncio.Event()
    model = Speaker(("old", gate))
    async with (
        FreezingProxy(crew.server.socket) as way,
        open_store(f"redis://{way.address}") as store,
        crew.at_work(model, store=store, lease=2.0) as process,
    ):
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["old"])
        await way.cut()
        await crew.made(Speaker()).hears(message("new", author=BOB, conversation=CHANNEL), wake=False)
        await asyncio.sleep(0.3)
        await way.mend()
        await until(lambda: crew.platform.said == ["old", "heard Bob: new"])
        gate.set()
        await crew.done()


async def test_an_outage_of_the_platform_at_its_post_does_not_count_against_the_turn(crew: Crew) -> None:
    crew.platform = RoomPlatform(patience=0.01)
    crew.platforms["discord"] = crew.platform
    crew.platform.room.next("post", *(Trouble(error=PlatformUnavailable("away"), lost=True),) * 5)
    model = Speaker()
    async with crew.at_work(model, sweep=0.02) as process:
        await process.hears(HELLO)
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]
    assert len(model.asked) == 1


async def test_an_outage_of_the_platform_at_the_last_edit_repeats_only_the_edit(crew: Crew) -> None:
    crew.platform = RoomPlatform(patience=0.01)
    crew.platforms["discord"] = crew.platform
    model, steps = Speaker(), Steps()
    crew.platform.room.next("edit", *(Trouble(error=PlatformUnavailable("away"), lost=True),) * 5)
    async with crew.at_work(model, sweep=0.02, checkpoint=steps) as process:
        await process.hears(HELLO)
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]
    assert len(model.asked) == 1
    assert steps.passed.count("remembered") == 1
    assert await crew.history() == [("hello", "heard Ada: hello")]


@pytest.mark.parametrize("kind", ["post", "edit"])
async def test_a_place_where_nobody_can_read_us_does_not_hold_up_the_lane(crew: Crew, kind: str) -> None:
    crew.platform.room.next(kind, *(Trouble(error=PlatformRefused("no rights"), lost=True),) * (1 if kind == "post" else 3))
    model = Speaker()
    async with crew.at_work(model, sweep=60.0) as process:
        await process.hears(HELLO)
        await crew.done()
        await process.hears(message("again"))
        await crew.done()
        await until(lambda: crew.platform.room.texts("again") == ["heard Ada: again"])
    assert len(model.asked) == (1 if kind == "post" else 2)
