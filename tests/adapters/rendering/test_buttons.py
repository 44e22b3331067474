"""The buttons under a reply: stop while it grows, the settled ones under its last message, none anywhere else."""

import pytest

from adapters.rendering.labels import label
from bot.errors import PlatformUnavailable
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from bot.vocabulary.reply import Stopped
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene

STOP = Button(PressKind.STOP, "turn", "ada")
AGAIN = Button(PressKind.REGENERATE, "turn", "ada")
RATED = Button(PressKind.RATE, "turn", "ada", GOOD)


async def test_stop_while_it_grows_then_the_settled_ones() -> None:
    scene = Scene()
    live = await scene.opened(stop=STOP)
    await scene.say(live, "One", then=2)
    await scene.settle(live, "One two", [AGAIN, RATED])
    assert scene.room.seen() == ["…", "One", "One two"]
    assert scene.room.messages[0].buttons == [(STOP,), (STOP,), (AGAIN, RATED)]
    await scene.rest()


async def test_only_the_last_message_has_buttons() -> None:
    scene = Scene(limit=10)
    live = await scene.opened(stop=STOP)
    await scene.say(live, "a" * 10, then=2)
    assert scene.room.buttons() == [(STOP,)]
    await scene.say(live, "b" * 5, then=3)
    assert scene.room.buttons() == [(), (STOP,)]
    await scene.settle(live, "a" * 10 + "b" * 10 + "c", [AGAIN])
    assert scene.room.buttons() == [(), (), (AGAIN,)]
    await scene.rest()


async def test_buttons_alone_are_a_change_and_the_same_again_are_none() -> None:
    scene = Scene()
    live = await scene.opened(stop=STOP)
    await scene.say(live, "Yes.", then=2)
    await scene.settle(live, "Yes.", [AGAIN])
    assert scene.room.messages[0].buttons == [(STOP,), (STOP,), (AGAIN,)]
    sends = len(scene.room.sends)
    await scene.settle(live, "Yes.", [AGAIN])
    assert len(scene.room.sends) == sends
    await scene.settle(live, "Yes.", [AGAIN, RATED])
    assert scene.room.buttons() == [(AGAIN, RATED)]
    await scene.rest()


async def test_a_settle_without_buttons_takes_stop_away() -> None:
    scene = Scene()
    live = await scene.opened(stop=STOP)
    await scene.say(live, "Yes.", then=2)
    await scene.settle(live, "Yes.")
    assert scene.room.buttons() == [()]


async def test_what_is_taken_up_gets_its_buttons_though_the_text_stands() -> None:
    scene = Scene(limit=10)
    left = [scene.room.stand("a" * 10), scene.room.stand("b" * 10, buttons=[STOP])]
    live = await scene.opened(resume=[message.placeholder for message in left], stop=STOP)
    await scene.settle(live, "a" * 10 + "b" * 10, [AGAIN])
    assert scene.room.texts() == ["a" * 10, "b" * 10]
    assert scene.room.buttons() == [(), (AGAIN,)]


@pytest.mark.parametrize("buttons", [(), (AGAIN,)])
async def test_stopped_over_what_stood_takes_the_old_button_away(buttons: tuple[Button, ...]) -> None:
    scene = Scene()
    left = scene.room.stand("so far\n\n_Stopped._", buttons=[STOP])
    live = await scene.opened(resume=[left.placeholder])
    await scene.settle(live, Stopped(""), buttons)
    assert (scene.room.texts(), scene.room.buttons()) == (["so far\n\n_Stopped._"], [buttons])


async def test_an_edit_in_doubt_is_repeated_with_its_buttons() -> None:
    scene = Scene()
    live = await scene.opened(stop=STOP)
    scene.room.next("edit", Trouble(error=PlatformUnavailable()))
    await scene.settle(live, "Yes.", [AGAIN])
    assert scene.room.messages[0].buttons == [(STOP,), (AGAIN,), (AGAIN,)]
    await scene.rest()


async def test_closed_once_where_the_platform_wants_to_be_told() -> None:
    scene = Scene(limit=10)
    scene.closes = True
    live = await scene.opened()
    await scene.say(live, "a" * 15, then=4)
    assert [message.closed for message in scene.room.messages] == [True, False]
    await scene.settle(live, "a" * 15)
    assert [message.closed for message in scene.room.messages] == [True, True]
    assert scene.room.seen(1) == ["aaaaa", "aaaaa"], "the text stood, but the platform was told once"
    sends = len(scene.room.sends)
    await scene.settle(live, "a" * 15)
    assert len(scene.room.sends) == sends
    await scene.rest()


async def test_what_is_posted_at_the_end_is_closed_too() -> None:
    scene = Scene(limit=10)
    scene.closes = True
    await scene.settle(await scene.opened(), "a" * 25)
    assert [message.closed for message in scene.room.messages] == [True, True, True]
    await scene.rest()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (PressKind.STOP, "", "Stop"),
        (PressKind.REGENERATE, "", "Regenerate"),
        (PressKind.CONTINUE, "", "Continue"),
        (PressKind.RATE, GOOD, "👍"),
        (PressKind.RATE, BAD, "👎"),
        (PressKind.SHOW, "1/3", "‹ 1/3"),
        (PressKind.SHOW, "2/3", "2/3"),
        (PressKind.SHOW, "3/3", "3/3 ›"),
    ],
)
def test_words_on_a_button(kind: PressKind, value: str, words: str) -> None:
    assert label(Button(kind, "turn", "ada", value)) == words
