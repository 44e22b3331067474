"""How an answer stands at its end: its outcome, its note, its messages."""

import pytest

from adapters.rendering.pages import EMPTY_ANSWER
from bot.errors import PlatformRefused
from bot.vocabulary.reply import (
    Answered,
    Failed,
    Outcome,
    Refused,
    Stopped,
    ToolStarted,
    Truncated,
)
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene


async def test_a_line_of_ours_opens_no_message() -> None:
    scene = Scene(limit=20)
    live = await scene.opened()
    await scene.say(live, "eighteen letters ok", then=1)
    live.show(ToolStarted("search"))
    await scene.clock.advance(2)
    assert scene.room.texts() == ["eighteen letters ok"]
    await scene.settle(live, "eighteen letters ok")


async def test_ten_thousand_characters_in_five_messages() -> None:
    scene = Scene()
    live = await scene.opened()
    text = "".join(f"word{number:05d}" + ("\n" if number % 10 == 9 else " ") for number in range(1000))
    assert len(text) == 10_000
    for start in range(0, len(text), 100):
        await scene.say(live, text[start : start + 100], then=0.1)
    await scene.settle(live, text)
    assert len(scene.room.texts()) == 5
    assert "".join(scene.room.texts()) == text
    assert [message.after for message in scene.room.messages] == [None, 0, 1, 2, 3]
    assert [part for part, _ in scene.log.opened] == [0, 1, 2, 3, 4]
    assert scene.log.parts == [message.placeholder for message in scene.room.messages]
    for number, page in enumerate(scene.room.texts()):
        assert all(page.startswith(version) or version == "…" for version in scene.room.seen(number)), "grows, never rewritten"
    await scene.rest()


async def test_a_long_answer_that_comes_whole() -> None:
    scene = Scene(limit=100)
    live = await scene.opened()
    text = "A line of the poem.\n" * 30
    await scene.settle(live, text)
    assert "".join(scene.room.texts()) == text
    await scene.rest()


async def test_blank_stretches_open_no_empty_message() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    await scene.say(live, "\n" * 25, then=2)
    assert scene.room.seen() == ["…"]
    await scene.settle(live, "\n" * 25 + "a" * 10 + "\n" * 15)
    assert scene.room.texts() == ["\n" * 5 + "a" * 5, "a" * 5 + "\n" * 5]
    await scene.rest()


@pytest.mark.parametrize(
    ("outcome", "stands"),
    [
        (Answered("Yes.", "cut by 3"), ["Yes.\n\n_cut by 3_"]),
        (Answered(""), [EMPTY_ANSWER]),
        (Answered(" \n"), [EMPTY_ANSWER]),
        (Truncated("Well", "It ended here."), ["Well\n\n_It ended here._"]),
        (Refused("Too long."), ["Too long."]),
        (Failed("The model is down."), ["The model is down."]),
        (Failed(""), [EMPTY_ANSWER]),
        (Stopped("So far"), ["So far\n\n_Stopped._"]),
        (Stopped(""), ["Stopped."]),
        (Truncated("x" * 68, "It ended here."), ["x" * 68, "_It ended here._"]),
    ],
)
async def test_how_each_outcome_stands(outcome: Outcome, stands: list[str]) -> None:
    scene = Scene(limit=80)
    live = await scene.opened()
    await scene.settle(live, outcome)
    assert scene.room.texts() == stands
    await scene.rest()


async def test_a_text_that_grew_too_far_gives_back_its_messages() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    await scene.say(live, "a" * 30, then=5)
    assert len(scene.room.texts()) == 3
    await scene.settle(live, Refused("Not that."))
    scene.tidy()
    assert scene.room.texts() == ["Not that."]
    await scene.rest()


async def test_deleted_while_growing_is_posted_anew_at_the_end_only() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.say(live, "One", then=2)
    scene.room.messages[0].deleted = True
    for _ in range(10):
        await scene.say(live, " more", then=1)
    assert scene.room.texts() == []
    await scene.settle(live, "One and all")
    assert scene.room.texts() == ["One and all"]
    assert scene.log.parts == [scene.room.messages[1].placeholder]
    await scene.rest()


async def test_no_right_to_write_any_more() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.messages[0].deleted = True
    scene.room.next("post", Trouble(error=PlatformRefused("no right"), lost=True))
    with pytest.raises(PlatformRefused, match="no right"):
        await scene.settle(live, "One")
    await scene.rest()
