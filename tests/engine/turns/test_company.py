"""Turns over which processes die: they are counted, run alone, and buried in the end; and what a dead one's last edit spoils is mended."""

import asyncio

from bot.clock import SystemClock
from bot.store.connection import open_store
from bot.store.keys import LaneKeys
from bot.turns.buried import Graveyard
from bot.turns.turn import DEATHS_ALONE, MOST_DEATHS
from bot.turns.walk import BURIED
from bot.vocabulary.controls import PressKind
from bot.vocabulary.lane import Lane
from tests.engine.samples import BOB, CHANNEL, THREAD
from tests.engine.turns.crew import Crew, Mortal, Speaker, Steps, message, until
from tests.fakes.frozen import FreezingProxy

HELLO = message("hello")


async def test_every_death_counts_and_a_shutdown_does_not(crew: Crew) -> None:
    for _ in range(2):
        steps = Steps(hold="opened")
        async with Mortal(crew, Speaker(), lease=0.3, checkpoint=steps) as mortal:
            await mortal.process.hears(HELLO)
            await steps.held.wait()
            await mortal.die()
        await until(lambda: _free(crew))
    async with crew.at_work(Speaker((asyncio.Event(),)), drain=0.0) as process:
        await process.hears(HELLO)
        await until(lambda: _attempts(crew, 3))
    assert (await crew.journal_of(HELLO))["deaths"] == "2"
    async with crew.at_work(Speaker()):
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]


async def test_a_turn_in_whose_company_three_died_runs_alone(crew: Crew) -> None:
    other, later = message("other", author=BOB, conversation=CHANNEL), message("later", conversation=CHANNEL)
    gate, alone = asyncio.Event(), asyncio.Event()
    model = Speaker(("other", gate), ("alone", alone), ("later",))
    await _died_over(crew, DEATHS_ALONE)
    async with crew.at_work(model, sweep=60.0) as process:
        await process.hears(other)
        await until(lambda: crew.platform.said == ["other"])
        await process.hears(HELLO)
        await asyncio.sleep(0.1)
        assert crew.platform.said == ["other"], "it waits for the others to end"
        gate.set()
        await until(lambda: crew.platform.said == ["other", "alone"])
        await process.hears(later)
        await asyncio.sleep(0.1)
        assert crew.platform.said == ["other", "alone"], "nobody runs beside it"
        alone.set()
        await until(lambda: crew.platform.said == ["other", "alone", "later"])
        await crew.done()
    assert model.at_once == 1


async def test_a_process_that_was_only_cut_off_is_no_death(crew: Crew) -> None:
    gate = asyncio.Event()
    async with (
        FreezingProxy(crew.server.socket) as way,
        open_store(f"redis://{way.address}") as store,
        crew.at_work(Speaker(("old", asyncio.Event())), store=store, lease=0.6, sweep=60.0) as cut_off,
    ):
        await cut_off.hears(HELLO)
        await until(lambda: crew.platform.said == ["old"])
        await way.cut()
        await crew.time_passes(HELLO)
        async with crew.at_work(Speaker(("new", gate)), sweep=0.05):
            await until(lambda: crew.platform.said == ["new"])
            assert (await crew.journal_of(HELLO))["deaths"] == "1"
            await way.mend()
            await until(lambda: _deaths(crew, 0))
            gate.set()
            await crew.done()


async def test_who_waits_to_run_alone_does_not_keep_the_turn_from_others(crew: Crew) -> None:
    gate = asyncio.Event()
    await _died_over(crew, DEATHS_ALONE)
    async with crew.at_work(Speaker(("other", gate)), sweep=60.0) as busy:
        await busy.hears(message("other", author=BOB, conversation=CHANNEL))
        await until(lambda: crew.platform.said == ["other"])
        await busy.hears(HELLO)
        async with crew.at_work(Speaker(), sweep=0.05):
            await until(lambda: crew.platform.said == ["other", "heard Ada: hello"])
        gate.set()
        await crew.done()


async def test_a_turn_over_which_ten_died_is_buried_with_an_apology(crew: Crew) -> None:
    model = Speaker()
    await _died_over(crew, MOST_DEATHS)
    async with crew.at_work(model) as process:
        await process.hears(HELLO)
        await crew.done()
        assert crew.platform.said == [BURIED]
        assert model.asked == []
        assert await crew.history() == []
        (buried,) = await Graveyard(crew.store, clock=SystemClock()).list(THREAD.server_key)
        assert (buried.reason, [said.text for said in buried.messages]) == ("died", ["hello"])


async def test_an_old_edit_that_comes_after_the_new_answer_is_mended_a_lease_later(crew: Crew) -> None:
    steps = Steps(hold="answered")
    async with Mortal(crew, Speaker(), lease=0.6, checkpoint=steps) as mortal:
        await mortal.process.hears(HELLO)
        await steps.held.wait()
        await mortal.die()
    async with crew.at_work(Speaker(), lease=0.6, sweep=0.05):
        await crew.done()
        (stands,) = crew.platform.standing
        await until(lambda: stands.text == "heard Ada: hello")
        stands.versions.append((0.0, "an old beginning"))  # it was on its way when its process died
        stands.buttons.append(())
        await until(lambda: stands.text == "heard Ada: hello")
    assert [button.kind for button in crew.platform.buttons("hello")] == [PressKind.REGENERATE, PressKind.RATE, PressKind.RATE]
    assert len(crew.platform.room.messages) == 1


async def _died_over(crew: Crew, times: int) -> None:
    """The journal of `HELLO` as so many dead processes would have left it."""
    process = crew.made(Speaker())
    await process.hears(HELLO, wake=False)
    lease = LaneKeys(Lane(THREAD)).lease
    for _ in range(times + 1):
        leases = crew.made(Speaker()).worker._leases
        async with leases.hold(Lane(THREAD)) as held:
            assert held
            await leases.next_turn(held)
            held.lost.set()  # it leaves no word
        await crew.store._client.hset(lease, "ends", 1)
    assert (await crew.journal_of(HELLO))["deaths"] == str(times)
    await crew.store._client.hdel(LaneKeys(Lane(THREAD)).journal, "holder")


async def _free(crew: Crew) -> bool:
    await crew.time_passes(HELLO)
    return True


async def _deaths(crew: Crew, number: int) -> bool:
    return (await crew.journal_of(HELLO)).get("deaths") == str(number)


async def _attempts(crew: Crew, number: int) -> bool:
    return (await crew.journal_of(HELLO)).get("attempts") == str(number)
