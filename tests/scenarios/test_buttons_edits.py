"""Questions that people edit or delete, at every moment: before their turn, in it, and long after."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.errors import StoreUnavailable
from bot.feedback.ratings import Ratings
from bot.store.embedded import EmbeddedServer
from bot.store.keys import ConversationKeys
from bot.turns.asking import WITHDRAWN
from bot.turns.pressing import THANKS, UNKNOWN
from bot.turns.records import FORGOTTEN
from bot.turns.redo import OFFERED
from bot.vocabulary.controls import PressKind
from bot.vocabulary.conversation import Author, ServerKey
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Addressed, Amended, Inbound, Press
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Refused, ReplyAddress
from tests.fakes.frozen import FreezingProxy
from tests.fakes.model.server import ModelServer
from tests.scenarios.room_platform import NAME, House, MovedClock, conversation, open_house


@pytest.fixture
async def house(redis_url: str, model: ModelServer) -> AsyncIterator[House]:
    async with open_house(redis_url, model) as opened:
        yield opened


def direct(event: str, text: str) -> Inbound:
    """In a direct conversation, where what people say in one breath is one turn."""
    place = replace(conversation(), channel="dm")
    address = ReplyAddress(NAME, {"message": event})
    return Inbound(event, place, Author("ada", "Ada"), text, Addressed.DIRECT, address, 1_800_000_000.0, exclusive=True)


async def writing(house: House, model: ModelServer, text: str = "a colour?") -> "tuple[str, asyncio.Event, asyncio.Task[Any]]":
    """The answer to m0 has begun: its message, the event that lets it go on, and its end."""
    gate = asyncio.Event()
    model.says("Red", gate, ".")
    saying = asyncio.create_task(house.says(text))
    await house.shows("m0", "Red")
    return "m0", gate, saying


async def lines(house: House) -> list[tuple[str, str]]:
    return [(" / ".join(line.text for line in exchange.lines), exchange.answer) for exchange in await house.history()]


async def test_an_edited_question_offers_another_answer_and_is_remembered_in_its_new_words(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    buttons = house.buttons(message)
    await house.amends(message, "a light colour?")
    await house.rests()
    assert house.platform.room.texts(message) == [f"Red.\n\n_{OFFERED}_"]
    assert house.buttons(message) == buttons
    assert await lines(house) == [("a light colour?", "Red.")]
    assert len(model.asked) == 1
    model.says("Pink.")
    assert await house.presses(PressKind.REGENERATE, message) == ""
    await house.rests()
    assert "a light colour?" in model.asked[-1].last_user
    assert house.platform.room.texts(message) == ["Pink."]
    assert await lines(house) == [("a light colour?", "Pink.")]


async def test_new_words_that_are_flagged_reach_neither_the_history_nor_the_model(redis_url: str, model: ModelServer) -> None:
    model.flags("vile", category="harassment")
    async with open_house(redis_url, model, moderation=True) as house:
        model.says("Red.")
        message = (await house.says("a colour?")).message
        await house.amends(message, "something vile")
        await house.rests()
        (text,) = house.platform.room.texts(message)
        assert text.startswith("Red.\n\n_I can't help with that message")
        assert await lines(house) == [("a colour?", "Red.")]
        assert await house.presses(PressKind.REGENERATE, message) == ""
        await house.rests()
        await house.says("and a taste?")
    assert "vile" not in str([request.body for request in model.asked])


async def test_the_same_edit_told_twice_or_one_without_new_words_changes_nothing(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    await house.rests()
    sends = len(house.platform.room.sends)
    await house.amends(message, "a colour?")
    await house.rests()
    assert len(house.platform.room.sends) == sends
    for _ in range(2):
        await house.amends(message, "a light colour?", stamp="7")
    await house.rests()
    assert len(house.platform.room.sends) == sends + 1


async def test_a_message_that_was_never_for_us_costs_one_look(house: House, redis_url: str) -> None:
    await house.amends("somebody's", "new words")
    await house.amends("somebody's", None)
    assert await house.store.endless("parley:", most=10) == ([], 0)
    assert house.platform.room.messages == []


async def test_an_edit_while_the_answer_is_written_comes_after_it(house: House, model: ModelServer) -> None:
    message, gate, saying = await writing(house, model)
    await house.amends(message, "a light colour?")
    await house.shows(message, "Red")
    gate.set()
    await saying
    await house.rests()
    assert house.platform.room.texts(message) == [f"Red.\n\n_{OFFERED}_"]
    assert await lines(house) == [("a light colour?", "Red.")]
    model.says("Pink.")
    assert await house.presses(PressKind.REGENERATE, message) == ""
    await house.rests()
    assert "a light colour?" in model.asked[-1].last_user


async def test_an_edit_of_what_waits_is_what_is_answered(house: House, model: ModelServer) -> None:
    _, gate, saying = await writing(house, model)
    waiting = asyncio.create_task(house.says("a taste?"))
    while "m1" not in house.platform.waiting:  # noqa: ASYNC110  # the platform tells nobody
        await asyncio.sleep(0.005)
    await house.amends("m1", "a sweet taste?")
    model.says("Honey.")
    gate.set()
    assert (await saying, await waiting)[1].text == "Honey."
    await house.rests()
    assert await lines(house) == [("a colour?", "Red."), ("a sweet taste?", "Honey.")]
    assert "a sweet taste?" in model.asked[-1].last_user


async def test_what_waits_and_is_deleted_is_never_answered(house: House, model: ModelServer) -> None:
    _, gate, saying = await writing(house, model)
    waiting = asyncio.create_task(house.says("a taste?"))
    while "m1" not in house.platform.waiting:  # noqa: ASYNC110  # the platform tells nobody
        await asyncio.sleep(0.005)
    await house.amends("m1", None)
    gate.set()
    await saying
    await house.rests()
    waiting.cancel()
    assert house.platform.room.texts("m1") == []
    assert await lines(house) == [("a colour?", "Red.")]


async def test_a_question_deleted_while_it_is_answered_stops_the_answer_and_leaves_nothing(house: House, model: ModelServer) -> None:
    message, _, saying = await writing(house, model)
    await house.amends(message, None)
    await saying
    await house.rests()
    assert house.platform.room.texts(message) == [f"Red\n\n_{WITHDRAWN}_"]
    assert house.buttons(message) == ()
    assert await house.history() == []


async def test_a_deleted_question_leaves_the_history_and_its_buttons_say_so(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a secret colour?")).message
    model.says("Sweet.")
    await house.says("a taste?")
    await house.amends(message, None)
    assert await lines(house) == [("a taste?", "Sweet.")]
    assert [await house.presses(PressKind.REGENERATE, message), await house.presses(PressKind.RATE, message, value="bad")] == [
        FORGOTTEN
    ] * 2
    model.says("Loud.")
    await house.says("a sound?")
    assert "secret" not in str(model.asked[-1].body)
    assert "Red." not in str(model.asked[-1].body)


async def test_a_question_deleted_while_another_answer_is_written_to_it_leaves_nothing_either(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    model.says("Blue", asyncio.Event())
    assert await house.presses(PressKind.REGENERATE, message) == ""
    await house.shows(message, "Blue")
    await house.amends(message, None)
    await house.rests()
    assert house.platform.room.texts(message) == [f"Blue\n\n_{WITHDRAWN}_"]
    assert await house.history() == []


async def test_of_several_messages_of_one_turn_each_can_be_edited_and_deleted(redis_url: str, model: ModelServer) -> None:
    async with open_house(redis_url, model, gather_seconds=0.3, local=False) as house:
        one, two = direct("one", "a colour"), direct("two", "and a taste")
        model.says("Red and sweet.")
        for inbound in (one, two):
            assert await house.engine.receive(inbound) is Receipt.JOINED
        await house.platform.settled("two")
        await house.rests()
        await house.engine.amend(Amended("two", one.conversation, True, "and a sour taste", "1"))
        await house.rests()
        assert house.platform.room.texts("two") == [f"Red and sweet.\n\n_{OFFERED}_"]
        assert [line.text for line in (await house.history(channel="dm"))[0].lines] == ["a colour", "and a sour taste"]
        await house.engine.amend(Amended("one", one.conversation, True, None))
        assert [line.text for line in (await house.history(channel="dm"))[0].lines] == ["and a sour taste"]
        model.says("Sour.")
        again = house.buttons("two")[0]
        assert (await house.engine.press(Press("p", again.kind, again.turn, one.author, one.conversation))).text == ""
        await house.rests()
        assert "a colour" not in str(model.asked[-1].body)
        assert house.platform.room.texts("two") == ["Sour."]
        await house.engine.amend(Amended("two", one.conversation, True, None))
        assert await house.history(channel="dm") == []


async def test_a_refused_question_can_be_put_right(redis_url: str, model: ModelServer) -> None:
    async with open_house(redis_url, model, input_characters=100) as house:
        refused = await house.says("so " * 100)
        assert isinstance(refused.outcome, Refused)
        assert house.buttons(refused.message) == ()
        await house.amends(refused.message, "so?")
        await house.rests()
        assert house.platform.room.texts(refused.message) == [OFFERED]
        model.says("So it is.")
        assert await house.presses(PressKind.REGENERATE, refused.message) == ""
        await house.rests()
        assert house.platform.room.texts(refused.message) == ["So it is."]
        assert await lines(house) == [("so?", "So it is.")]


async def test_an_edit_long_after_is_remembered_and_nothing_is_said_again(redis_url: str, model: ModelServer) -> None:
    clock = MovedClock()
    async with open_house(redis_url, model, clock=clock) as house:
        house.platform.limits = Limits(text=2000, edit_seconds=3600)
        model.says("Red.")
        message = (await house.says("a colour?")).message
        clock.pass_(4000)
        await house.amends(message, "a light colour?")
        await house.rests()
        assert house.platform.room.texts(message) == ["Red."]
        assert await lines(house) == [("a light colour?", "Red.")]


async def test_ratings_are_filed_with_who_answered_and_how(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    assert await house.presses(PressKind.RATE, message, value="good") == ""
    assert await house.presses(PressKind.RATE, message, value="bad", text="Not a light one.") == THANKS
    button = replace(house.buttons(message)[1], value="so-so")
    assert await house.presses_old(button) == UNKNOWN
    (rating,) = await Ratings(house.store, clock=SystemClock()).recent(ServerKey(NAME, "home"), 10)
    assert (rating.turn, rating.author, rating.good, rating.reason) == (button.turn, "ada", False, "Not a light one.")
    assert (rating.persona, rating.model) == ("assistant", "small")
    await house.orders("reset")
    assert await house.presses(PressKind.RATE, message, value="good") == "", "who answered is known beyond the words"


async def test_while_redis_is_away_a_press_gets_a_word_and_an_edit_is_not_taken(
    redis_server: EmbeddedServer, redis_url: str, model: ModelServer
) -> None:
    assert redis_url
    async with FreezingProxy(redis_server.socket) as way, open_house(f"redis://{way.address}", model) as house:
        model.says("Red.")
        message = (await house.says("a colour?")).message
        await house.rests()
        await way.cut()
        assert "memory is not reachable" in await house.presses(PressKind.REGENERATE, message)
        with pytest.raises(StoreUnavailable):
            await house.amends(message, "a light colour?")
        await way.mend()
        await house.amends(message, "a light colour?")
        await house.shows(message, f"Red.\n\n_{OFFERED}_")


async def test_the_record_holds_what_buttons_need_and_no_more(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    await house.rests()
    key = ConversationKeys(conversation()).turn(house.buttons(message)[0].turn)
    record = await house.store.hash_all(key)
    assert record.keys() == {"began", "parts", "question", "persona", "model", "filed"}
    assert "mentions_others" not in record["question"], "what is as it usually is, is not written down"
    await house.says("help")
    await house.rests()
    kept = [await house.store.hash_all(name) async for name in house.store._client.scan_iter(match="parley:*:turn:*") if name != key]
    assert [fields.keys() for fields in kept] == [{"began", "parts"}]
