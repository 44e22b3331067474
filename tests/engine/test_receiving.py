"""A process that only receives, beside one that answers: what each of them does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.assembly import open_engine
from bot.engine import Engine
from bot.receiving import open_reception
from bot.turns.pressing import THANKS
from bot.turns.records import FORGOTTEN
from bot.turns.redo import OFFERED
from bot.turns.refusals import FULL
from bot.turns.turn import turn_id
from bot.vocabulary.controls import PressKind
from bot.vocabulary.door import Door, Receipt
from bot.vocabulary.inbound import Amended, Press
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, THREAD, call
from tests.engine.turns.crew import message, until
from tests.engine.turns.platform import RoomPlatform
from tests.engine.whole import settings_for
from tests.fakes.model.server import ModelServer


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
    server.assert_clean()


@dataclass(frozen=True, slots=True)
class Two:
    """`here` is what the receiver wrote itself, `there` what the other one answered."""

    receiver: Engine
    here: RoomPlatform
    there: RoomPlatform
    model: ModelServer


@pytest.fixture
async def two(redis_url: str, model: ModelServer) -> AsyncIterator[Two]:
    settings = settings_for(redis_url, model.base_url, mailbox_messages=2)
    here, there = RoomPlatform(), RoomPlatform()
    async with open_engine(settings) as worker, open_reception(settings_for(redis_url, "", mailbox_messages=2)) as receiver:
        worker.plug(there)
        receiver.plug(here)
        async with worker.answering(), receiver.answering():
            yield Two(receiver, here, there, model)


async def test_it_is_the_door_that_adapters_know(two: Two) -> None:
    door: Door = two.receiver
    assert {"help", "reset", "stop", "usage", "persona use"} <= {spec.name for spec in door.commands}


async def test_what_it_takes_in_is_answered_elsewhere_and_never_here(two: Two) -> None:
    two.model.says("Hello Ada.")
    assert await two.receiver.receive(message("hello")) is Receipt.JOINED
    assert await two.receiver.receive(message("hello")) is Receipt.SEEN
    await until(lambda: two.there.said == ["Hello Ada."])
    assert await two.receiver.receive(message("help")) is Receipt.JOINED
    await until(lambda: "usage" in two.there.said[-1])
    assert two.here.said == []


async def test_orders_and_forms_are_carried_out_elsewhere(two: Two) -> None:
    assert (await two.receiver.command(call("persona use", preset="tutor"))).text.startswith("I am **tutor** now")
    assert "Python" in (await two.receiver.prefill(call("persona set")))["instructions"]
    assert "do not know" in (await two.receiver.command(call("nonsense"))).text


@pytest.mark.parametrize("by", ["text", "slash", "button"])
async def test_a_stop_is_given_here_and_reaches_the_answer_there(two: Two, by: str) -> None:
    two.model.says("Once upon", asyncio.Event())
    story = message("a story")
    await two.receiver.receive(story)
    await until(lambda: two.there.said == ["Once upon"])
    if by == "text":
        assert await two.receiver.receive(message("stop")) is Receipt.SEEN
    elif by == "slash":
        # in an open channel; a thread is no place of a slash command's own
        assert (await two.receiver.command(call("stop", conversation=THREAD))).text == "Stopping."
    else:
        press = Press("press", PressKind.STOP, turn_id(Lane.of(story), story.id), ADA, THREAD)
        assert (await two.receiver.press(press)).text == "Stopping."
    await until(lambda: two.there.said == ["Once upon\n\n_Stopped._"])


async def test_a_button_that_nobody_knows_is_answered_in_words(two: Two) -> None:
    assert (await two.receiver.press(Press("press", PressKind.RATE, "turn", ADA, THREAD))).text == FORGOTTEN


async def test_buttons_work_where_nothing_is_answered(two: Two) -> None:
    two.model.answers(lambda request: "Hello Ada.")
    await two.receiver.receive(message("hello"))
    await until(lambda: two.there.said == ["Hello Ada."] and len(two.there.buttons("hello")) == 3)
    two.model.answers(lambda request: "Good day.")
    again, good, _ = two.there.buttons("hello")
    assert (await two.receiver.press(Press("p1", again.kind, again.turn, ADA, THREAD))).text == ""
    await until(lambda: two.there.said == ["Good day."] and len(two.there.buttons("hello")) == 4)
    assert (await two.receiver.press(Press("p2", good.kind, good.turn, ADA, THREAD, good.value, "so kind"))).text == THANKS
    await two.receiver.amend(Amended("hello", THREAD, True, "hello you", "1"))
    await until(lambda: two.there.said == [f"Good day.\n\n_{OFFERED}_"])
    assert two.here.said == []


async def test_what_finds_no_place_is_refused_by_who_received_it(two: Two) -> None:
    gate = asyncio.Event()
    two.model.says("Once upon", gate)
    two.model.answers(lambda request: "And the rest.")
    await two.receiver.receive(message("a story"))
    await until(lambda: two.there.said == ["Once upon"])
    await two.receiver.receive(message("and this"))
    assert await two.receiver.receive(message("and that")) is Receipt.IGNORED
    await until(lambda: two.here.said == [FULL])
    gate.set()
    await until(lambda: two.there.said == ["Once upon", "And the rest."])


async def test_a_stop_needs_nobody_who_answers(redis_url: str) -> None:
    async with open_reception(settings_for(redis_url, "")) as alone, alone.answering():
        assert (await alone.command(call("stop"))).text == "I am not writing anything here right now."
