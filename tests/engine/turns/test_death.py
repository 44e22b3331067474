"""A process dies, freezes or loses its lease in the middle of a turn, at every step; another goes on."""

import asyncio

import pytest

from bot.store.keys import LaneKeys
from bot.turns.turn import turn_id
from bot.vocabulary.lane import Lane
from tests.adapters.rendering.room import Trouble
from tests.engine.samples import THREAD
from tests.engine.turns.crew import Crew, Mortal, MovedClock, Speaker, Steps, message, until

LEASE = 0.25
HELLO = message("hello")
WRITTEN = {
    "opened": {"stage": "placed", "pending": ""},
    "screened": {"stage": "placed", "pending": ""},
    "briefed": {"stage": "placed", "pending": ""},
    "answered": {"stage": "placed", "pending": ""},
    "remembered": {"stage": "answered", "outcome": '1 Answered {"text":"heard Ada: hello","note":""}'},
    "settled": {"stage": "answered", "outcome": '1 Answered {"text":"heard Ada: hello","note":""}'},
}
CALLS = {"opened": (0, 1), "screened": (0, 1), "briefed": (0, 1), "answered": (1, 1), "remembered": (1, 0), "settled": (1, 0)}
"""Model calls of the one who died, and of its successor."""


@pytest.mark.parametrize("step", WRITTEN)
async def test_death_at_every_step_leaves_one_placeholder_one_answer_one_exchange(crew: Crew, step: str) -> None:
    first, second, steps = Speaker(), Speaker(), Steps(hold=step)
    async with Mortal(crew, first, lease=LEASE, checkpoint=steps) as mortal:
        await mortal.process.hears(HELLO)
        await steps.held.wait()
        journal = await crew.journal_of(HELLO)
        assert journal | WRITTEN[step] == journal
        assert (journal["turn"], journal["count"], journal["attempts"]) == (turn_id(Lane(THREAD), "hello"), "1", "1")
        assert '"message":"0"' in journal["parts"]
        await mortal.die()
    stood = len(crew.platform.room.sends)
    async with crew.at_work(second, sweep=0.02):
        await crew.done()
    assert (len(first.asked), len(second.asked)) == CALLS[step]
    assert crew.platform.said == ["heard Ada: hello"]
    assert len(crew.platform.room.messages) == 1
    assert await crew.history() == [("hello", "heard Ada: hello")]
    assert len(crew.platform.room.sends) > stood or step == "settled"
    assert crew.platform.room.violations == []
    assert await crew.journal_of(HELLO) == {}


async def test_death_after_the_post_and_before_it_was_noted_is_looked_up(crew: Crew) -> None:
    """The post arrived, and nothing knows: the journal only tells under which nonce it was made."""
    steps = Steps(hold="opened")
    async with Mortal(crew, Speaker(), lease=LEASE, checkpoint=steps) as mortal:
        await mortal.process.hears(HELLO)
        await steps.held.wait()
        await mortal.die()
    (posted,) = crew.platform.room.messages
    journal = LaneKeys(Lane(THREAD)).journal
    await crew.store.hash_set(journal, {"pending": posted.nonce, "stage": "placing"}, ttl=60)
    await crew.store._client.hdel(journal, "parts")
    async with crew.at_work(Speaker(), sweep=0.02):
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]
    assert len(crew.platform.room.messages) == 1


async def test_a_stop_that_the_dead_never_heard_is_honoured_by_its_successor(crew: Crew) -> None:
    first, second = Speaker(("beginning", asyncio.Event())), Speaker()
    async with Mortal(crew, first, lease=LEASE) as mortal:
        await mortal.process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await mortal.die()
    assert await crew.made(second).journal.stop(Lane(THREAD))
    async with crew.at_work(second, sweep=0.02):
        await crew.done()
    assert second.asked == []
    assert crew.platform.said == ["beginning\n\n_Stopped._"], "what people had read stays"


async def test_a_frozen_process_does_not_write_over_its_successor(crew: Crew) -> None:
    clock, gate = MovedClock(), asyncio.Event()
    first, second = Speaker(("old beginning", gate, " and old end")), Speaker()
    async with crew.at_work(first, clock=clock, lease=60.0) as process:
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["old beginning"])
        clock.offset += 3600  # it slept, and nothing of it ran meanwhile
        await crew.time_passes(HELLO)
        async with crew.at_work(second, sweep=0.02):
            await crew.done()
            assert crew.platform.said == ["heard Ada: hello"]
            versions = len(crew.platform.room.seen())
            gate.set()
            await until(lambda: not process.worker._working)
    assert len(crew.platform.room.seen()) == versions
    assert crew.platform.said == ["heard Ada: hello"]
    assert await crew.history() == [("hello", "heard Ada: hello")]


async def test_a_refused_renewal_ends_the_turn_there_at_once(crew: Crew) -> None:
    first, steps, gate = Speaker(("old beginning", asyncio.Event())), Steps(), asyncio.Event()
    async with crew.at_work(first, lease=0.9, sweep=60.0, checkpoint=steps) as process:
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["old beginning"])
        await crew.time_passes(HELLO)
        second = Speaker((gate, "new"))
        async with crew.at_work(second, sweep=0.02):
            await until(lambda: first.closed == 1)
            await until(lambda: not process.worker._working)
            sends = len(crew.platform.room.sends)
            gate.set()
            await crew.done()
    assert crew.platform.room.sends[sends:] != []
    assert crew.platform.said == ["new"]
    assert "answered" not in steps.passed
    assert len(second.asked) == 1


async def test_an_edit_in_flight_lands_before_the_lease_is_given_back(crew: Crew) -> None:
    """However often a shutdown insists: whoever takes the lane next must not be overwritten by it."""
    model = Speaker(("beginning", asyncio.Event()))
    crew.platform.room.next("edit", Trouble(before=0.5))
    async with crew.at_work(model, drain=0.0) as process:
        await process.hears(HELLO)
        await until(lambda: len(crew.platform.room.times("edit", "hello")) == 1)
    assert crew.platform.said == ["beginning"]
    assert crew.platform.room.violations == []
    async with crew.at_work(Speaker(), sweep=60.0):  # no lease stands in its way
        await crew.done()


async def test_a_renewed_lease_outlasts_a_long_answer(crew: Crew) -> None:
    gate = asyncio.Event()
    model = Speaker(("beginning", gate, " end"))
    async with crew.at_work(model, lease=0.6, sweep=0.02) as one, crew.at_work(Speaker(), lease=0.6, sweep=0.02):
        await one.hears(HELLO)
        await until(lambda: len(model.asked) == 1)
        asyncio.get_running_loop().call_later(1.5, gate.set)
        await crew.done()
    assert crew.platform.said == ["beginning end"]
    assert crew.platform.surfaces == 1
