"""A process dies while it does something with an answer that stands; another goes on, and it is done once."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.errors import StreamCut
from bot.memory.exchange import Exchange
from bot.store.keys import LaneKeys
from bot.turns.records import FORGOTTEN
from bot.turns.turn import turn_id
from bot.vocabulary.controls import PressKind
from bot.vocabulary.inbound import Again, Inbound, Redo
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import ReplyAddress, ReplyLog, Surface
from tests.engine.samples import THREAD
from tests.engine.turns.crew import Crew, Mortal, Speaker, Steps, message, until

LEASE = 0.25
HELLO = message("hello")
X = turn_id(Lane(THREAD), "hello")
STEPS = ("begun", "opened", "screened", "briefed", "answered", "remembered", "settled")
ANSWER, PART, NEW, REST = "The quick brown fox.", "The quick bro", "Another animal.", "brown fox."


def again(redo: Redo, version: int = 0) -> Inbound:
    """As a press joins the lane; the reply goes by the name of the question."""
    return replace(HELLO, id="press", again=Again(redo, X, version))


async def exchange(crew: Crew) -> Exchange:
    (only,) = await crew.made(Speaker()).memory.recent(THREAD)
    return only


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("redo", [Redo.REGENERATE, Redo.CONTINUE])
async def test_death_at_every_step_leaves_one_answer_in_the_same_message(crew: Crew, redo: Redo, step: str) -> None:
    whole = NEW if redo is Redo.REGENERATE else ANSWER
    async with crew.at_work(Speaker((PART, StreamCut("broke")))) as process:
        await process.hears(HELLO)
        await crew.done()
    more = (NEW,) if redo is Redo.REGENERATE else (REST,)
    first, second, steps = Speaker(more), Speaker(more), Steps(hold=step)
    async with Mortal(crew, first, lease=LEASE, checkpoint=steps) as mortal:
        await mortal.process.hears(again(redo))
        await steps.held.wait()
        await mortal.die()
    async with crew.at_work(second, sweep=0.02):
        await crew.done()
    asked = (len(first.asked), len(second.asked))
    assert asked == ((1, 0) if step in ("remembered", "settled") else (int(step == "answered"), 1))
    assert crew.platform.said == [whole]
    assert len(crew.platform.room.messages) == 1
    assert crew.platform.room.violations == []
    remembered = await exchange(crew)
    assert (remembered.turn, remembered.answer, remembered.complete) == (X, whole, True)
    assert remembered.count == (2 if redo is Redo.REGENERATE else 1)
    kinds = [button.kind for button in crew.platform.buttons("hello")]
    assert kinds == [PressKind.REGENERATE, PressKind.RATE, PressKind.RATE, *[PressKind.SHOW] * (remembered.count - 1)]
    assert await crew.store.hash_all(LaneKeys(Lane(THREAD)).journal) == {}


@pytest.mark.parametrize("step", ["begun", "opened", "remembered", "settled"])
async def test_who_died_over_an_older_answer_leaves_it_to_be_shown(crew: Crew, step: str) -> None:
    async with crew.at_work(Speaker((ANSWER,), (NEW,))) as process:
        await process.hears(HELLO, replace(again(Redo.REGENERATE), id="before"))
        await crew.done()
    nobody, steps = Speaker(), Steps(hold=step)
    async with Mortal(crew, nobody, lease=LEASE, checkpoint=steps) as mortal:
        await mortal.process.hears(again(Redo.SHOW, 1))
        await steps.held.wait()
        await mortal.die()
    async with crew.at_work(nobody, sweep=0.02):
        await crew.done()
    assert (crew.platform.said, nobody.asked) == ([ANSWER], [])
    remembered = await exchange(crew)
    assert (remembered.answer, remembered.shown, remembered.count) == (ANSWER, 1, 2)
    assert [button.value for button in crew.platform.buttons("hello")][-1] == "2/2"


async def test_a_reset_and_a_death_in_the_middle_settle_what_people_were_reading(crew: Crew) -> None:
    """The old answer is forgotten, a part of the new one stands, and nobody knows either: it ends with a word."""
    async with crew.at_work(Speaker((ANSWER,))) as process:
        await process.hears(HELLO)
        await crew.done()
    speaker = Speaker(("Another", asyncio.Event()))
    async with Mortal(crew, speaker, lease=LEASE) as mortal:
        await mortal.process.hears(again(Redo.REGENERATE))
        await until(lambda: crew.platform.said == ["Another"])
        await mortal.die()
    await crew.made(speaker).memory.reset(THREAD)
    async with crew.at_work(Speaker(), sweep=0.02):
        await crew.done()
    assert crew.platform.said == [f"Another\n\n_{FORGOTTEN}_"]
    assert crew.platform.buttons("hello") == ()


async def test_what_must_happen_once_is_noted_before_it_happens_and_known_to_whoever_goes_on(crew: Crew) -> None:
    told: list[tuple[str, bool]] = []

    class Telling:
        """A platform whose writer does something once, as it opens."""

        def __init__(self, who: str) -> None:
            self._who = who

        def __getattr__(self, name: str) -> object:
            return getattr(crew.platform, name)

        def surface(self, address: ReplyAddress, *, log: ReplyLog, **more: Any) -> Surface:
            surface = crew.platform.surface(address, log=log, **more)
            opening = surface.open

            async def open_() -> None:
                await opening()
                for name in ("file", "file", self._who):
                    told.append((self._who, await log.first(name)))

            surface.open = open_  # type: ignore[method-assign]
            return surface

    steps = Steps(hold="screened")
    crew.platforms["discord"] = cast("Platform", Telling("one"))
    async with Mortal(crew, Speaker(), lease=LEASE, checkpoint=steps) as mortal:
        await mortal.process.hears(HELLO)
        await steps.held.wait()
        await mortal.die()
    crew.platforms["discord"] = cast("Platform", Telling("two"))
    async with crew.at_work(Speaker(), sweep=0.02):
        await crew.done()
    assert told == [("one", True), ("one", False), ("one", True), ("two", False), ("two", False), ("two", True)]
