"""What people see while an answer grows."""

from itertools import pairwise

import pytest

from bot.errors import PlatformUnavailable
from bot.vocabulary.reply import (
    Answered,
    Notice,
    Surface,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from tests.adapters.rendering.room import Log, Trouble
from tests.adapters.rendering.scene import Scene


async def test_grows_in_place_first_text_at_once_then_by_pace() -> None:
    scene = Scene()
    live: Surface = scene.live()
    await scene.clock.run_until(live.open())
    await scene.clock.advance(0.3)
    for word in ["One", " two", " three", " four", " five"]:
        live.show(TextDelta(word))
        await scene.clock.advance(0.39)
    await scene.clock.run_until(live.settle(Answered("One two three four five.")))
    assert scene.room.messages[0].versions == [
        (0.0, "…"),
        (0.3, "One"),
        (pytest.approx(1.3), "One two three"),
        (pytest.approx(2.3), "One two three four five."),
    ]
    assert scene.log.opened == [(0, "nonce-0-0")]
    assert scene.log.parts == [scene.room.messages[0].placeholder]
    await scene.rest()


async def test_final_text_comes_right_after_a_burst() -> None:
    scene = Scene()
    live = await scene.opened()
    for number in range(300):
        live.show(TextDelta(f"{number} "))
    text = "".join(f"{number} " for number in range(300))
    assert await scene.settle(live, text) <= 1.0
    assert scene.room.texts() == [text]
    assert len(scene.room.sends) <= 3
    await scene.rest()


async def test_unchanged_text_is_not_sent() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.say(live, "Done.", then=3)
    live.show(TextDelta(""))
    await scene.clock.advance(3)
    assert await scene.settle(live, "Done.") == 0
    assert scene.room.seen() == ["…", "Done."]
    await scene.rest()


async def test_the_same_answer_twice_is_shown_twice() -> None:
    scene = Scene()
    for name in ("first", "second"):
        live = await scene.opened(name=name, log=Log())
        await scene.settle(live, "Yes.")
    assert scene.room.texts("first") == scene.room.texts("second") == ["Yes."]


async def test_slow_edits_never_hold_up_who_shows() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", *[Trouble(before=3)] * 3)
    for number in range(8):
        await scene.say(live, str(number), then=1)
    assert scene.clock.elapsed == 8
    assert scene.room.seen() == ["…", "0", "012"]
    await scene.settle(live, "01234567")
    assert scene.room.seen() == ["…", "0", "012", "012345", "01234567"]
    await scene.rest()


async def test_a_hidden_wait_delays_the_final_by_no_more_than_itself() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(after=5))  # applied at once, returns when the window opens
    await scene.say(live, "Half", then=0.5)
    assert await scene.settle(live, "Half and half") == 4.5
    assert scene.room.messages[0].versions[-1] == (5.0, "Half and half")
    await scene.rest()


async def test_a_line_that_may_have_arrived_is_taken_away() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.say(live, "Look:", then=1)
    scene.room.next("edit", Trouble(error=PlatformUnavailable()))
    live.show(ToolStarted("search"))
    await scene.clock.advance(0.1)
    live.show(ToolFinished("search", ok=True))
    await scene.settle(live, "Look:")
    assert scene.room.seen() == ["…", "Look:", "Look:\n\n_Using search…_", "Look:"]
    await scene.rest()


async def test_a_first_text_does_not_wait_behind_growing_replies() -> None:
    scene = Scene()
    others = [await scene.opened(name=f"other{number}", log=Log()) for number in range(5)]
    for other in others:
        other.show(TextDelta("first"))
    await scene.clock.advance(10)
    for other in others:
        other.show(TextDelta(" more"))
    await scene.clock.advance(0.5)
    live = await scene.opened()
    await scene.say(live, "A", then=0.6)
    assert scene.room.texts() == ["A"]
    for growing in (*others, live):
        await scene.settle(growing, "Done.")
    await scene.rest()


async def test_the_final_does_not_wait_behind_growing_replies() -> None:
    scene = Scene()
    others = [await scene.opened(name=f"other{number}", log=Log()) for number in range(5)]
    live = await scene.opened()
    await scene.say(live, "A")
    for other in others:
        other.show(TextDelta("first"))
    await scene.clock.advance(10)
    for other in others:
        other.show(TextDelta(" more"))
    live.show(TextDelta("B"))
    await scene.clock.advance(0.1)
    assert await scene.settle(live, "AB!") <= 1.0
    for other in others:
        await scene.settle(other, "first more")
    await scene.rest()


async def test_two_replies_in_one_bucket_share_fairly() -> None:
    scene = Scene()
    pair = {name: await scene.opened(name=name, log=Log()) for name in ("left", "right")}
    for _ in range(40):
        for live in pair.values():
            live.show(TextDelta("x"))
        await scene.clock.advance(0.5)
    edits = [(at, name) for at, name, kind, _ in scene.room.sends if kind == "edit"]
    assert all(later - earlier >= 0.999999 for (earlier, _), (later, _) in pairwise(edits))
    assert len(edits) == 21
    assert all(one != other for (_, one), (_, other) in pairwise(edits))
    for live in pair.values():
        await scene.settle(live, "x" * 40)
    await scene.rest()


async def test_lines_of_ours_come_and_go() -> None:
    scene = Scene()
    live = await scene.opened()
    live.show(Notice("Trying again…"))
    await scene.clock.advance(1)
    live.show(Notice(""))
    await scene.clock.advance(1)
    await scene.say(live, "Look:", then=1)
    live.show(ToolStarted("search"))
    await scene.clock.advance(1)
    live.show(ToolFinished("search", ok=True))
    await scene.clock.advance(1)
    assert scene.room.seen() == ["…", "_Trying again…_", "…", "Look:", "Look:\n\n_Using search…_", "Look:"]
    await scene.settle(live, "Look: here.")
    await scene.rest()


async def test_a_failed_edit_is_skipped_and_the_newest_text_follows() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(error=PlatformUnavailable(), lost=True), Trouble(error=PlatformUnavailable(retry_after=7), lost=True))
    for number in range(6):
        await scene.say(live, str(number), then=1.9)
    assert scene.room.times("edit")[:3] == [0.0, 1.0, 8.0]
    assert scene.room.seen()[:2] == ["…", "01234"]
    await scene.settle(live, "012345")
    assert scene.room.texts() == ["012345"]
    await scene.rest()


async def test_an_edit_that_failed_but_arrived_is_written_again() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(error=PlatformUnavailable()))
    await scene.say(live, "Yes.")
    await scene.settle(live, "Yes.")
    assert scene.room.seen() == ["…", "Yes.", "Yes."]
    await scene.rest()
