"""Troubles: the last version stands, once, or the caller knows why not."""

import pytest

from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.reply import Failed
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene

AWAY = Trouble(error=PlatformUnavailable("away"), lost=True)


async def test_the_final_is_repeated_until_it_stands() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", *[AWAY] * 5)
    assert await scene.settle(live, "Yes.") == pytest.approx(0.5 + 1 + 2 + 4 + 8, abs=1)
    assert scene.room.texts() == ["Yes."]
    await scene.rest()


async def test_waits_are_bounded_by_half_a_minute() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", *[AWAY] * 12)
    await scene.settle(live, "Yes.")
    edits = scene.room.times("edit")
    assert edits[-1] - edits[-2] == pytest.approx(30)
    assert scene.room.texts() == ["Yes."]


async def test_a_wait_the_platform_names_is_kept_by_the_final_too() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(error=PlatformUnavailable(retry_after=20), lost=True))
    await scene.say(live, "One", then=2)
    await scene.settle(live, "One two")
    assert scene.room.times("edit") == [0.0, 20.0]


async def test_a_wait_of_our_own_is_not() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", *[AWAY] * 7)
    await scene.say(live, "One", then=40)
    assert scene.room.texts() == ["…"]
    assert await scene.settle(live, "One two") <= 1.0
    assert scene.room.texts() == ["One two"]


async def test_patience_ends() -> None:
    scene = Scene()
    live = await scene.opened(patience=60)
    scene.room.next("edit", *[AWAY] * 100)
    with pytest.raises(PlatformUnavailable, match="away"):
        await scene.settle(live, "Yes.")
    assert 30 <= scene.clock.elapsed <= 60
    await scene.rest()


async def test_a_deleted_message_is_posted_anew_once() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.messages[0].deleted = True
    await scene.settle(live, "Yes.")
    assert scene.room.texts() == ["Yes."]
    assert scene.room.messages[1].after is None
    await scene.rest()


async def test_parts_after_a_deleted_one_follow_it() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    await scene.say(live, "a" * 10 + "b" * 10 + "c" * 5, then=5)
    scene.room.messages[1].deleted = True
    await scene.settle(live, "a" * 10 + "B" * 10 + "c" * 5)
    scene.tidy()
    assert scene.room.texts() == ["a" * 10, "B" * 10, "c" * 5]
    await scene.rest()


async def test_a_part_in_doubt_behind_a_deleted_one_is_taken_away() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    scene.room.next("post", Trouble(error=PlatformUnavailable()))
    await scene.say(live, "a" * 10 + "b", then=0.1)
    scene.room.messages[0].deleted = True
    await scene.settle(live, "A" * 10 + "b" * 5)
    scene.tidy()
    assert scene.room.texts() == ["A" * 10, "b" * 5]
    assert [message.nonce.split("-")[1] for message in scene.room.reply("reply")] == ["0", "1"]
    await scene.rest()


async def test_a_refused_post_is_made_once_more_by_settle_and_not_looked_up() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    scene.room.next("post", Trouble(error=PlatformRefused("too many"), lost=True))
    scene.room.next("find", AWAY)
    await scene.say(live, "a" * 15, then=20)
    assert len(scene.room.times("post")) == 2
    await scene.settle(live, "a" * 15)
    assert scene.room.texts() == ["a" * 10, "a" * 5]
    assert len(scene.room.upcoming["find"]) == 1


async def test_a_platform_that_gives_back_the_deleted_message_is_not_believed() -> None:
    scene = Scene()
    scene.room.one_per_nonce, scene.log.fresh = True, False
    live = await scene.opened()
    scene.room.messages[0].deleted = True
    with pytest.raises(PlatformRefused, match="gone"):
        await scene.settle(live, "Yes.")
    await scene.rest()


async def test_open_refused_is_told() -> None:
    scene = Scene()
    scene.room.next("post", Trouble(error=PlatformRefused("no right"), lost=True))
    with pytest.raises(PlatformRefused, match="no right"):
        await scene.opened()
    await scene.rest()


@pytest.mark.parametrize("lost", [True, False])
async def test_a_post_of_unknown_fate_stands_once(lost: bool) -> None:
    scene = Scene()
    scene.room.next("post", Trouble(error=PlatformUnavailable(), lost=lost))
    live = await scene.opened()
    assert scene.clock.elapsed == 0.5
    assert scene.room.texts() == ["…"]
    assert len(scene.room.times("post")) == (2 if lost else 1)
    assert {message.nonce for message in scene.room.messages} == {"nonce-0-0"}
    await scene.settle(live, "Yes.")
    assert scene.room.texts() == ["Yes."]
    await scene.rest()


@pytest.mark.parametrize("lost", [True, False])
async def test_a_further_part_of_unknown_fate_stands_once(lost: bool) -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    scene.room.next("post", Trouble(error=PlatformUnavailable(), lost=lost))
    scene.room.next("find", Trouble(error=PlatformUnavailable()))
    await scene.say(live, "a" * 15, then=1)
    await scene.settle(live, "a" * 10 + "b" * 10)
    assert scene.room.texts() == ["a" * 10, "b" * 10]
    assert scene.log.parts == [message.placeholder for message in scene.room.messages]
    await scene.rest()


async def test_a_further_part_that_is_not_wanted_any_more_is_found_and_taken_away() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    scene.room.next("post", Trouble(error=PlatformUnavailable()))
    await scene.say(live, "a" * 15, then=0.1)
    await scene.settle(live, Failed("No."))
    scene.tidy()
    assert scene.room.texts() == ["No."]
    await scene.rest()


async def test_a_second_settle_with_another_outcome_wins() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.settle(live, "Yes.")
    await scene.settle(live, "Yes.")
    await scene.settle(live, Failed("No."))
    assert scene.room.seen() == ["…", "Yes.", "No."]
    await scene.rest()


async def test_settle_works_though_open_did_not() -> None:
    scene = Scene()
    scene.room.next("post", *[AWAY] * 8)
    live = scene.live(patience=10)
    with pytest.raises(PlatformUnavailable):
        await scene.clock.run_until(live.open())
    scene.room.upcoming["post"].clear()
    await scene.settle(live, Failed("No."))
    assert scene.room.texts() == ["No."]
    await scene.rest()
