"""A model that thinks: from three seconds on people read how long, until there is something else."""

import pytest

from bot.errors import PlatformUnavailable
from bot.vocabulary.reply import Failed, Notice, Stopped, TextDelta, ToolFinished, ToolStarted
from tests.adapters.rendering.room import Log, Trouble
from tests.adapters.rendering.scene import Scene


async def test_it_stands_from_three_seconds_on_and_goes_with_the_first_text() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.clock.advance(14)
    await scene.say(live, "Yes", then=2)
    assert scene.room.messages[0].versions == [
        (0.0, "…"),
        (3.0, "_thinking… 3 s_"),
        (8.0, "_thinking… 8 s_"),
        (13.0, "_thinking… 13 s_"),
        (14.0, "Yes"),
    ]
    await scene.idle(60)
    await scene.settle(live, "Yes.")
    assert scene.room.texts() == ["Yes."]
    await scene.rest()


@pytest.mark.parametrize("after", [0.5, 2.9, 3.0, 4.0])
async def test_nothing_of_it_is_left_in_the_end(after: float) -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.clock.advance(after)
    await scene.settle(live, Failed("The model is down."))
    assert scene.room.texts() == ["The model is down."]
    await scene.rest()


async def test_a_model_that_is_quick_shows_none_of_it() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.clock.advance(2.5)
    await scene.say(live, "Quick", then=10)
    assert scene.room.seen() == ["…", "Quick"]
    await scene.settle(live, "Quick.")


async def test_lines_that_say_more_come_first() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.clock.advance(2)
    live.show(Notice("Trying again…"))
    await scene.clock.advance(4)
    live.show(Notice(""))
    await scene.clock.advance(1)
    live.show(ToolStarted("search"))
    await scene.clock.advance(9)
    live.show(ToolFinished("search", ok=True))
    await scene.clock.advance(0.5)
    assert scene.room.seen() == ["…", "_Trying again…_", "_thinking… 6 s_", "_Using search…_", "_thinking… 16 s_"]
    await scene.settle(live, Stopped(""))
    assert scene.room.texts() == ["Stopped."]
    await scene.rest()


async def test_a_notice_is_one_line_that_the_next_text_replaces() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.say(live, "One", then=2)
    live.show(Notice("One moment, I am trying again…"))
    live.show(Notice("Another model goes on…"))
    await scene.clock.advance(2)
    await scene.say(live, " two", then=2)
    assert scene.room.seen() == ["…", "One", "One\n\n_Another model goes on…_", "One two"]
    await scene.settle(live, "One two")
    await scene.rest()


async def test_it_goes_behind_everybodys_text() -> None:
    scene = Scene()
    live = await scene.opened()
    other = await scene.opened(name="other", log=Log())
    for number in range(100):
        await scene.say(other, f"{number} ", then=0.1)
    assert scene.room.seen() == ["…"], "there was always text that people had not seen"
    await scene.clock.advance(3)
    assert scene.room.texts()[0].startswith("_thinking…")
    for growing in (live, other):
        await scene.settle(growing, "Done.")
    await scene.rest()


async def test_a_first_text_does_not_wait_where_the_line_waited() -> None:
    scene = Scene()
    live = await scene.opened()
    other = await scene.opened(name="other", log=Log())
    await scene.say(other, "first", then=2.5)
    await scene.say(other, " and", then=0.1)  # takes the turn of 2.5
    await scene.say(other, " more", then=0.6)  # waits for the one of 3.5, and so does the line since 3.0
    live.show(TextDelta("Yes"))
    await scene.clock.advance(0.4)
    assert scene.room.texts() == ["Yes"]
    for growing in (live, other):
        await scene.settle(growing, "Done.")
    await scene.rest()


async def test_a_line_that_failed_is_not_insisted_on() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", *[Trouble(error=PlatformUnavailable(), lost=True)] * 3)
    await scene.clock.advance(12)
    await scene.say(live, "Yes", then=10)
    await scene.settle(live, "Yes.")
    assert scene.room.texts() == ["Yes."]
    await scene.rest()


async def test_what_a_process_before_us_left_is_better_than_that() -> None:
    scene = Scene()
    left = scene.room.stand("An old beginning")
    live = await scene.opened(resume=[left.placeholder])
    live.show(Notice("Trying again…"))
    await scene.idle(20)
    await scene.say(live, "New", then=1)
    assert scene.room.texts() == ["New"]
    await scene.settle(live, "New.")
    await scene.rest()
