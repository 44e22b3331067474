"""Another answer, the rest of one, an older one: what people see, what the model remembers, and who may ask for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.store.keys import ConversationKeys, LaneKeys
from bot.turns.answer import NOTES
from bot.turns.brief import GO_ON
from bot.turns.pressing import AT_IT, COMPLETE, FULL
from bot.turns.records import FORGOTTEN
from bot.turns.standing import CUT
from bot.turns.stopping import NOT_YOURS
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.conversation import Authority
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Failed
from tests.fakes.model.server import ModelServer
from tests.scenarios.room_platform import House, MovedClock, conversation, open_house

ALL = ["again", "rate good", "rate bad"]
BAD = "zorp the glib"


def told(buttons: tuple[Button, ...]) -> list[str]:
    """Kinds and values, in their order."""
    return [f"{button.kind.value} {button.value}".strip() for button in buttons]


@pytest.fixture
async def house(redis_url: str, model: ModelServer) -> AsyncIterator[House]:
    async with open_house(redis_url, model) as opened:
        yield opened


async def again(house: House, message: str, *, kind: PressKind = PressKind.REGENERATE, value: str = "") -> None:
    """Press, and wait until that is done."""
    assert await house.presses(kind, message, value=value) == ""
    await house.rests()


async def test_while_an_answer_grows_it_can_be_stopped_and_afterwards_all_the_rest(house: House, model: ModelServer) -> None:
    gate = asyncio.Event()
    model.says("One ", gate, "two.")
    asked = asyncio.create_task(house.says("count"))
    await house.shows("m0", "One ")
    assert told(house.buttons("m0")) == ["stop"]
    gate.set()
    assert told(house.buttons((await asked).message)) == ALL


async def test_an_order_has_no_buttons_nor_has_a_refusal_and_a_failure_can_be_tried_again(redis_url: str, model: ModelServer) -> None:
    model.flags(BAD, category="harassment")
    async with open_house(redis_url, model, moderation=True, model_attempts=1) as house:
        assert told(house.buttons((await house.says("help")).message)) == []
        assert told(house.buttons((await house.says(BAD)).message)) == []
        model.status(500)
        failed = await house.says("hello")
        assert isinstance(failed.outcome, Failed)
        assert told(house.buttons(failed.message)) == ["again"]
        model.says("Hello Ada.")
        await again(house, failed.message)
        assert house.platform.room.texts(failed.message) == ["Hello Ada."]
        assert told(house.buttons(failed.message)) == ALL
        assert [exchange.answer for exchange in await house.history()] == ["Hello Ada."]


async def test_another_answer_stands_in_the_same_message_and_the_model_forgets_the_first(house: House, model: ModelServer) -> None:
    model.says("Red.")
    first = await house.says("a colour?")
    model.says("Sweet.")
    await house.says("a taste?")
    model.says("Blue.")
    await again(house, first.message)
    prompt = str(model.asked[-1].body)
    assert "a colour?" in prompt
    assert "Red." not in prompt, "it is asked with the past before it"
    assert "a taste?" not in prompt
    assert house.platform.room.texts(first.message) == ["Blue."]
    assert [(exchange.lines[0].text, exchange.answer) for exchange in await house.history()] == [
        ("a colour?", "Blue."),
        ("a taste?", "Sweet."),
    ]
    assert told(house.buttons(first.message)) == [*ALL, "show 1/2"]
    model.says("Loud.")
    await house.says("a sound?")
    prompt = str(model.asked[-1].body)
    assert ("Blue." in prompt, "Red." in prompt) == (True, False)


async def test_all_answers_can_be_leafed_through_and_what_people_see_is_remembered(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    for colour in ("Green.", "Blue."):
        model.says(colour)
        await again(house, message)
    calls = len(model.asked)
    seen = []
    for value in ("2/3", "1/3", "2/3", "3/3"):
        await again(house, message, kind=PressKind.SHOW, value=value)
        ((exchange,), (text,)) = await house.history(), house.platform.room.texts(message)
        assert exchange.answer == text
        seen.append((text, told(house.buttons(message))[3:]))
    both = ["show 1/3", "show 3/3"]
    assert seen == [("Green.", both), ("Red.", ["show 2/3"]), ("Green.", both), ("Blue.", ["show 2/3"])]
    assert len(model.asked) == calls, "nobody was asked"


@pytest.mark.parametrize("how", ["fails", "is flagged", "is stopped"])
async def test_where_no_other_answer_comes_the_old_one_stays(redis_url: str, model: ModelServer, how: str) -> None:
    async with open_house(redis_url, model, moderation=True, model_attempts=1) as house:
        model.says("Red.")
        message = (await house.says("a colour?")).message
        if how == "fails":
            model.status(500)
        elif how == "is flagged":
            model.flags("a colour", category="harassment")
        else:
            model.says(gate := asyncio.Event(), "Blue.")
            assert await house.presses(PressKind.REGENERATE, message) == ""
            while len(model.asked) < 2:  # noqa: ASYNC110  # the model tells nobody
                await asyncio.sleep(0.005)
            turn = (await house.store.hash_all(LaneKeys(Lane(conversation(), "ada")).journal))["turn"]
            assert await house.presses_old(Button(PressKind.STOP, turn, "ada")) == "Stopping."
            await house.rests()
            gate.set()
        if how != "is stopped":
            await again(house, message)
        (text,) = house.platform.room.texts(message)
        assert text.startswith("Red.\n\n_")
        assert told(house.buttons(message)) == ALL
        assert [(exchange.answer, exchange.count) for exchange in await house.history()] == [("Red.", 1)]


async def test_an_answer_that_reached_its_length_goes_on_exactly_there(house: House, model: ModelServer) -> None:
    model.length("The quick brown fox ju")
    message = (await house.says("a sentence?")).message
    assert told(house.buttons(message)) == ["again", "on", *ALL[1:]]
    model.length("fox jumps over the la")
    await again(house, message, kind=PressKind.CONTINUE)
    lines = model.asked[-1].lines
    assert [(line.role, line.text) for line in lines[-2:]] == [("assistant", "The quick brown fox"), ("user", GO_ON)]
    assert house.platform.room.texts(message) == [f"The quick brown fox jumps over the la\n\n_{NOTES['length']}_"]
    model.says("lazy dog.")
    await again(house, message, kind=PressKind.CONTINUE)
    assert house.platform.room.texts(message) == ["The quick brown fox jumps over the lazy dog."]
    (exchange,) = await house.history()
    assert (exchange.answer, exchange.complete, exchange.count) == ("The quick brown fox jumps over the lazy dog.", True, 1)
    assert told(house.buttons(message)) == ALL
    on = Button(PressKind.CONTINUE, house.buttons(message)[0].turn, "ada")
    assert await house.presses_old(on) == COMPLETE


@pytest.mark.parametrize("how", ["fails", "breaks off", "is stopped"])
async def test_what_stood_and_what_came_stay_when_going_on_ends_early(redis_url: str, model: ModelServer, how: str) -> None:
    async with open_house(redis_url, model, model_attempts=1) as house:
        model.length("The quick brown fox ju")
        message = (await house.says("a sentence?")).message
        expected = "The quick brown fox jumps over"
        if how == "fails":
            model.status(500)
            expected = "The quick brown fox ju"
            await again(house, message, kind=PressKind.CONTINUE)
        elif how == "breaks off":
            model.no_finish("jumps over")
            await again(house, message, kind=PressKind.CONTINUE)
        else:
            model.says("jumps over", asyncio.Event())
            assert await house.presses(PressKind.CONTINUE, message) == ""
            await house.shows(message, expected)
            assert await house.presses(PressKind.STOP, message) == "Stopping."
            await house.rests()
        (text,) = house.platform.room.texts(message)
        assert text.startswith(f"{expected}\n\n_")
        (exchange,) = await house.history()
        assert (exchange.answer, exchange.complete) == (expected, False)
        assert told(house.buttons(message))[:2] == ["again", "on"]


async def test_an_older_answer_that_was_cut_can_be_gone_on_with(house: House, model: ModelServer) -> None:
    model.length("Red, gre")
    message = (await house.says("colours?")).message
    model.says("Blue.")
    await again(house, message)
    await again(house, message, kind=PressKind.SHOW, value="1/2")
    assert house.platform.room.texts(message) == [f"Red, gre\n\n_{CUT}_"]
    model.says("green.")
    await again(house, message, kind=PressKind.CONTINUE)
    assert house.platform.room.texts(message) == ["Red, green."]
    await again(house, message, kind=PressKind.SHOW, value="2/2")
    assert house.platform.room.texts(message) == ["Blue."]


async def test_only_whoever_asked_may_press_and_moderators(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    assert await house.presses(PressKind.REGENERATE, message, by="bob") == NOT_YOURS
    assert await house.presses(PressKind.RATE, message, by="bob", value="good") == NOT_YOURS
    model.says("Blue.")
    assert await house.presses(PressKind.REGENERATE, message, by="mod", authority=Authority.MODERATOR) == ""
    await house.rests()
    assert house.platform.room.texts(message) == ["Blue."]
    assert [exchange.lines[0].author for exchange in await house.history()] == ["ada"]


async def test_pressed_twice_is_pressed_once(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    button, gate = house.buttons(message)[0], asyncio.Event()
    model.says("Blue", gate, ".")
    assert await house.presses_old(button, event="press") == ""
    await house.shows(message, "Blue")
    assert await house.presses_old(button, event="press") == "", "the same press, told twice"
    assert await house.presses_old(button, event="another") == AT_IT
    gate.set()
    await house.rests()
    assert await house.presses_old(button, event="press") == "", "and told late"
    await house.rests()
    assert house.platform.room.texts(message) == ["Blue."]
    assert len(model.asked) == 2


async def test_a_press_waits_its_turn_and_finds_no_place_where_there_is_none(redis_url: str, model: ModelServer) -> None:
    async with open_house(redis_url, model, mailbox_messages=2) as house:
        model.says("Red.")
        message = (await house.says("a colour?")).message
        gate = asyncio.Event()
        model.says("A tale", gate)
        tale = asyncio.create_task(house.says("a tale?"))
        await house.shows("m2" if message == "m1" else "m1", "A tale")
        assert await house.presses(PressKind.REGENERATE, message) == ""
        assert await house.presses(PressKind.REGENERATE, message) == AT_IT
        assert await house.presses_old(replace(house.buttons(message)[0], kind=PressKind.SHOW, value="1/1")) == FULL
        assert house.platform.room.texts(message) == ["Red."]
        model.says("Blue.")
        gate.set()
        await tale
        await house.rests()
        assert house.platform.room.texts(message) == ["Blue."]


async def test_forgotten_answers_are_told_politely_and_nothing_visible_changes(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    buttons, sends = house.buttons(message), len(house.platform.room.sends)
    await house.orders("reset")
    assert await house.presses_old(buttons[0]) == FORGOTTEN
    await house.store.delete(ConversationKeys(conversation()).turn(buttons[0].turn))
    assert [await house.presses_old(button) for button in buttons] == [FORGOTTEN] * 3
    await house.rests()
    assert (house.platform.room.texts(message), len(house.platform.room.sends)) == (["Red."], sends)


async def test_a_reset_before_the_press_has_its_turn_leaves_everything_as_it_stands(house: House, model: ModelServer) -> None:
    model.says("Red.")
    message = (await house.says("a colour?")).message
    gate = asyncio.Event()
    model.says("A tale", gate)
    tale = asyncio.create_task(house.says("a tale?"))
    await house.shows("m1", "A tale")
    assert await house.presses(PressKind.REGENERATE, message) == ""
    await house.orders("reset")
    gate.set()
    await tale
    await house.rests()
    assert house.platform.room.texts(message) == ["Red."]
    assert (await house.history(), len(model.asked)) == ([], 2)


async def test_late_a_new_message_answers_and_has_the_buttons_from_then_on(redis_url: str, model: ModelServer) -> None:
    clock = MovedClock()
    async with open_house(redis_url, model, clock=clock) as house:
        house.platform.limits = Limits(text=2000, edit_seconds=3600)
        model.says("Red.")
        message = (await house.says("a colour?")).message
        clock.pass_(4000)
        model.says("Blue.")
        await again(house, message)
        assert house.platform.room.texts(message) == ["Red.", "Blue."]
        new = house.platform.room.reply(message)[-1]
        record = await house.store.hash_all(ConversationKeys(conversation()).turn(new.buttons[-1][0].turn))
        assert f'"message":"{new.number}"' in record["parts"]
        assert [(exchange.answer, exchange.count) for exchange in await house.history()] == [("Blue.", 2)]
        clock.pass_(-3900)
        model.says("Green.")
        assert await house.presses_old(new.buttons[-1][0]) == ""
        await house.rests()
        assert house.platform.room.texts(message) == ["Red.", "Green."], "the new one can be edited"


async def test_an_answer_that_was_whole_after_all_is_complete(house: House, model: ModelServer) -> None:
    model.length("The quick brown fox.")
    message = (await house.says("a sentence?")).message
    model.says("fox.")
    await again(house, message, kind=PressKind.CONTINUE)
    assert house.platform.room.texts(message) == ["The quick brown fox."]
    (exchange,) = await house.history()
    assert (exchange.answer, exchange.complete) == ("The quick brown fox.", True)
    assert told(house.buttons(message)) == ALL


async def test_who_steered_before_the_first_word_can_have_that_answer_too(house: House, model: ModelServer) -> None:
    await house.orders("busy", {"mode": "steer"})
    model.says(asyncio.Event(), "Never.")
    steered = asyncio.create_task(house.says("a colour?"))
    while not model.asked:  # noqa: ASYNC110  # the model tells nobody
        await asyncio.sleep(0.005)
    model.says("Sweet.")
    await house.says("no, a taste!")
    message = (await steered).message
    assert told(house.buttons(message)) == ["again"]
    model.says("Red.")
    await again(house, message)
    assert house.platform.room.texts(message) == ["Red."]
    assert [(exchange.answer, exchange.count) for exchange in await house.history()] == [("Red.", 1), ("Sweet.", 1)]
