"""A reply that a process before us began."""

import asyncio

import pytest

from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable
from bot.vocabulary.reply import Stopped
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene

AWAY = Trouble(error=PlatformUnavailable("away"), lost=True)


async def test_takeover_writes_into_what_stands() -> None:
    scene = Scene()
    standing = scene.room.stand("Old beginn")
    live = await scene.opened(resume=[standing.placeholder])
    await scene.clock.advance(2)
    await scene.say(live, "New", then=1)
    await scene.settle(live, "New answer")
    assert scene.room.seen() == ["Old beginn", "New", "New answer"]
    assert scene.room.times("post") == []
    await scene.rest()


async def test_takeover_repeats_a_final_that_may_stand() -> None:
    scene = Scene()
    standing = scene.room.stand("Yes.")
    live = await scene.opened(resume=[standing.placeholder])
    await scene.settle(live, "Yes.")
    assert scene.room.seen() == ["Yes.", "Yes."]


async def test_takeover_takes_surplus_messages_away() -> None:
    scene = Scene(limit=10)
    standing = [scene.room.stand(text) for text in ("one", "two", "three")]
    live = await scene.opened(resume=[message.placeholder for message in standing])
    await scene.settle(live, "a" * 9)
    assert scene.room.seen(0)[-1] == "a" * 9
    assert scene.log.parts == [standing[0].placeholder]
    assert scene.log.left == [message.placeholder for message in standing[1:]]
    await scene.rest()


@pytest.mark.parametrize("arrived", [True, False])
async def test_takeover_looks_a_pending_post_up_first(arrived: bool) -> None:
    scene = Scene()
    if arrived:
        scene.room.stand("…", nonce="theirs")
    live = await scene.opened(pending="theirs")
    await scene.settle(live, "Yes.")
    assert scene.room.texts() == ["Yes."]
    assert len(scene.room.times("post")) == (0 if arrived else 1)
    assert scene.room.messages[0].nonce == "theirs"
    assert scene.log.parts == [scene.room.messages[0].placeholder]
    await scene.rest()


async def test_takeover_with_a_pending_further_part() -> None:
    scene = Scene(limit=10)
    first = scene.room.stand("a" * 10)
    scene.room.stand("b", nonce="theirs", after=0)
    live = await scene.opened(resume=[first.placeholder], pending="theirs")
    await scene.settle(live, "a" * 10 + "c" * 10)
    assert scene.room.texts() == ["a" * 10, "c" * 10]
    await scene.rest()


async def test_a_find_that_answers_with_another_part_is_not_believed() -> None:
    scene = Scene(limit=10)
    first = scene.room.stand("a" * 10, nonce="theirs")
    live = await scene.opened(resume=[first.placeholder], pending="theirs")
    await scene.settle(live, "a" * 10 + "b" * 10)
    assert scene.room.texts() == ["a" * 10, "b" * 10]


async def test_without_the_right_to_look_it_posts_under_the_same_nonce() -> None:
    scene = Scene()
    scene.room.next("find", Trouble(error=PlatformRefused("no history")))
    await scene.settle(await scene.opened(pending="theirs"), "Yes.")
    assert [message.nonce for message in scene.room.messages] == ["theirs"]


async def test_stopped_before_a_word_of_ours_what_a_process_before_us_wrote_stays() -> None:
    scene = Scene(limit=40)
    left = [scene.room.stand("a" * 40), scene.room.stand("and more")]
    live = await scene.opened(resume=[message.placeholder for message in left])
    await scene.clock.run_until(asyncio.create_task(live.settle(Stopped(""))))
    assert scene.room.texts() == ["a" * 40, "and more\n\n_Stopped._"]
    again = await scene.opened(resume=[message.placeholder for message in left])
    await scene.clock.run_until(asyncio.create_task(again.settle(Stopped(""))))
    assert scene.room.texts() == ["a" * 40, "and more\n\n_Stopped._"], "the word stands there once"
    await scene.rest()


@pytest.mark.parametrize("trouble", [PlatformRefused("no right to read"), PlatformUnavailable("away")])
async def test_what_cannot_be_read_gives_way_to_the_word_that_it_was_stopped(trouble: PlatformError) -> None:
    scene = Scene()
    left = scene.room.stand("a beginning")
    scene.room.next("read", Trouble(error=trouble))
    live = await scene.opened(resume=[left.placeholder])
    await scene.clock.run_until(asyncio.create_task(live.settle(Stopped(""))))
    assert scene.room.texts() == ["Stopped."]
    await scene.rest()
