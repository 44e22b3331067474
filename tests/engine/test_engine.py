"""The one door: what it says of messages, buttons and orders, and that it never keeps anybody waiting."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.errors import StoreUnavailable
from bot.store.embedded import EmbeddedServer
from bot.turns.records import FORGOTTEN
from bot.turns.refusals import FULL
from bot.turns.stopping import NOT_YOURS
from bot.turns.turn import turn_id
from bot.vocabulary.controls import PressKind
from bot.vocabulary.door import Door, Receipt
from bot.vocabulary.inbound import Addressed, Press
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, ADMIN, BOB, CHANNEL, THREAD, call
from tests.engine.turns.crew import message, until
from tests.engine.whole import Whole, whole
from tests.fakes.frozen import FreezingProxy
from tests.fakes.model.server import ModelServer

NOT_WRITING = "I am not writing anything here right now."


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
    server.assert_clean()


@pytest.fixture
async def house(redis_url: str, model: ModelServer) -> AsyncIterator[Whole]:
    async with whole(redis_url, model) as opened:
        yield opened


async def writing(house: Whole, *texts: str) -> None:
    await until(lambda: house.platform.said == list(texts))


async def test_the_engine_is_the_door_that_adapters_know(house: Whole) -> None:
    door: Door = house.engine
    assert {"help", "reset", "stop", "usage", "persona use"} <= {spec.name for spec in door.commands}


async def test_receipts(house: Whole) -> None:
    house.model.says("Hello Ada.")
    receive, hello = house.engine.receive, message("hello", conversation=CHANNEL)
    assert await receive(replace(hello, addressed=Addressed.AMBIENT)) is Receipt.IGNORED
    assert await receive(hello) is Receipt.JOINED
    assert await receive(hello) is Receipt.SEEN
    await writing(house, "Hello Ada.")
    assert await receive(hello) is Receipt.SEEN


async def test_a_thread_is_a_talk_with_one_until_another_speaks_there_to_whomever(house: Whole) -> None:
    house.model.answers(lambda request: "Gladly.")
    receive = house.engine.receive
    assert await receive(message("hello")) is Receipt.JOINED
    assert await receive(replace(message("and then?"), addressed=Addressed.AMBIENT)) is Receipt.JOINED
    others = replace(message("look", author=BOB), addressed=Addressed.AMBIENT, mentions_others=True)
    assert await receive(others) is Receipt.IGNORED
    assert await receive(replace(message("and now?"), addressed=Addressed.AMBIENT)) is Receipt.IGNORED
    await until(house.rests)


async def test_a_stop_by_text_does_not_wait_behind_what_it_stops_and_gets_no_answer_of_its_own(house: Whole) -> None:
    house.model.says("Once upon", asyncio.Event())
    house.model.says("Gladly.")
    await house.engine.receive(message("a story"))
    await writing(house, "Once upon")
    assert await house.engine.receive(message("stop")) is Receipt.SEEN
    await writing(house, "Once upon\n\n_Stopped._")
    await house.engine.receive(message("another"))
    assert await house.engine.receive(message("stop")) is Receipt.SEEN, "the same event again stops nothing"
    await writing(house, "Once upon\n\n_Stopped._", "Gladly.")


async def test_a_stop_when_nothing_runs_gets_an_answer_once(house: Whole) -> None:
    assert await house.engine.receive(message("stop")) is Receipt.JOINED
    await writing(house, NOT_WRITING)
    assert await house.engine.receive(message("stop")) is Receipt.SEEN
    await until(house.rests)
    assert house.platform.said == [NOT_WRITING]


async def test_orders_as_text_are_answered_without_the_model(house: Whole) -> None:
    await house.engine.receive(message("help"))
    await until(lambda: "usage" in "".join(house.platform.said))
    assert house.model.asked == []


@pytest.mark.parametrize("kind", [kind for kind in PressKind if kind is not PressKind.STOP])
async def test_a_button_of_an_answer_that_nobody_knows_is_answered_in_words(house: Whole, kind: PressKind) -> None:
    reply = await house.engine.press(Press("press", kind, "turn", ADA, THREAD))
    assert (reply.text, reply.private) == (FORGOTTEN, True)


async def test_the_stop_button_stops_its_turn(house: Whole) -> None:
    house.model.says("Once upon", asyncio.Event())
    story = message("a story")
    await house.engine.receive(story)
    await writing(house, "Once upon")
    press = Press("press", PressKind.STOP, "another turn", ADA, THREAD)
    assert (await house.engine.press(press)).text == NOT_WRITING
    press = replace(press, turn=turn_id(Lane.of(story), story.id))
    assert (await house.engine.press(replace(press, author=BOB))).text == NOT_YOURS
    assert house.platform.said == ["Once upon"]
    assert (await house.engine.press(press)).text == "Stopping."
    await writing(house, "Once upon\n\n_Stopped._")


async def test_a_message_that_finds_no_place_is_refused_in_words_once(redis_url: str, model: ModelServer) -> None:
    gate = asyncio.Event()
    model.says("Once upon", gate)
    async with whole(redis_url, model, mailbox_messages=1) as house:
        await house.engine.receive(message("a story"))
        await writing(house, "Once upon")
        assert await house.engine.receive(message("and this")) is Receipt.IGNORED
        assert await house.engine.receive(message("and this")) is Receipt.SEEN
        await writing(house, "Once upon", FULL)
        gate.set()
        await until(house.rests)
        assert await house.engine.receive(message("and this")) is Receipt.SEEN
    assert house.platform.said == ["Once upon", FULL]


async def test_receiving_does_not_wait_for_a_slot(redis_url: str, model: ModelServer) -> None:
    gate = asyncio.Event()
    model.says("Once upon", gate)
    model.says("Yes.")
    async with whole(redis_url, model, slots=1) as house:
        await house.engine.receive(message("a story", conversation=CHANNEL))
        await writing(house, "Once upon")
        async with asyncio.timeout(1):
            assert await house.engine.receive(message("me too", author=BOB, conversation=CHANNEL)) is Receipt.JOINED
        gate.set()
        await writing(house, "Once upon", "Yes.")


async def test_orders_reply_whatever_is_wrong(house: Whole) -> None:
    command = house.engine.command
    assert "do not know" in (await command(call("nonsense"))).text
    assert "admins" in (await command(call("persona reset", author=ADA))).text
    assert (await command(call("stop"))).text == NOT_WRITING


async def test_while_redis_is_away_nothing_is_acknowledged_and_orders_say_so(
    redis_server: EmbeddedServer, redis_url: str, model: ModelServer
) -> None:
    assert redis_url
    async with FreezingProxy(redis_server.socket) as way, whole(f"redis://{way.address}", model) as house:
        await way.cut()
        with pytest.raises(StoreUnavailable):
            await house.engine.receive(message("hello"))
        assert "memory is not reachable" in (await house.engine.command(call("reset", author=ADMIN))).text
        await way.mend()
        model.says("Hello.")
        assert await house.engine.receive(message("hello")) is Receipt.JOINED
        await writing(house, "Hello.")


async def test_a_form_is_filled_in_time_whatever_the_store_does(redis_server: EmbeddedServer, redis_url: str, model: ModelServer) -> None:
    assert redis_url
    async with FreezingProxy(redis_server.socket) as way, whole(f"redis://{way.address}", model) as house:
        assert await house.engine.prefill(call("persona set"))
        way.freeze()
        began = time.monotonic()
        assert await house.engine.prefill(call("persona set")) == {}
        assert time.monotonic() - began < 1.5
        way.thaw()
