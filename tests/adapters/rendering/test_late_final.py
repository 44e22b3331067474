"""A last version that would come late as an edit is posted anew, and what stood is deleted."""

import asyncio
import math

import pytest

from bot.errors import PlatformUnavailable
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.reply import Answered
from tests.adapters.rendering.room import Log, Trouble
from tests.adapters.rendering.scene import Scene

AGAIN = Button(PressKind.REGENERATE, "turn", "ada")
AWAY = Trouble(error=PlatformUnavailable("away"), lost=True)


def scarce(*, limit: int = 2000, every: float = 100.0, late: float = 4.0) -> Scene:
    """One edit in a hundred seconds."""
    scene = Scene(limit=limit)
    scene.every, scene.late_seconds = every, late
    return scene


async def test_it_is_posted_after_so_long_and_the_old_one_deleted() -> None:
    scene = scarce()
    live = await scene.opened()
    await scene.say(live, "One", then=1)
    assert await scene.settle(live, "One two", [AGAIN]) == pytest.approx(4.0)
    scene.tidy()
    assert scene.room.texts() == ["One two"]
    assert scene.room.buttons() == [(AGAIN,)]
    assert scene.log.parts == [scene.room.messages[1].placeholder]
    assert scene.room.messages[1].after is None
    await scene.rest()


@pytest.mark.parametrize(("every", "late", "seconds"), [(3.0, 4.0, 2.0), (100.0, math.inf, 99.0), (100.0, 99.0, 99.0)])
async def test_a_turn_to_edit_that_comes_sooner_is_taken(every: float, late: float, seconds: float) -> None:
    scene = scarce(every=every, late=late)
    live = await scene.opened()
    await scene.say(live, "One", then=1)
    assert await scene.settle(live, "One two") == pytest.approx(seconds)
    assert scene.room.seen() == ["…", "One", "One two"]
    await scene.rest()


async def test_whichever_turn_comes_first_when_posts_are_scarce_too() -> None:
    scene = scarce(every=10.0)
    scene.post_every = 30.0
    live = await scene.opened()
    await scene.say(live, "One", then=1)
    assert await scene.settle(live, "One two") == pytest.approx(9.0)
    assert scene.room.seen() == ["…", "One", "One two"]
    await scene.rest()


async def test_buttons_alone_are_no_reason_to_post_anew() -> None:
    scene = scarce()
    live = await scene.opened()
    await scene.say(live, "Yes.", then=1)
    assert await scene.settle(live, "Yes.", [AGAIN]) == pytest.approx(99.0)
    assert len(scene.room.messages) == 1


async def test_what_may_stand_already_is_not_posted_anew() -> None:
    scene = scarce(every=20.0)
    await scene.say(await scene.opened(name="other", log=Log()), "takes the turn to edit")
    left = scene.room.stand("Yes.")
    live = await scene.opened(resume=[left.placeholder])
    assert await scene.settle(live, "Yes.") == pytest.approx(20.0)
    assert scene.room.texts() == ["Yes."]
    assert scene.room.times("post") == []


async def test_the_turn_to_edit_is_left_to_others() -> None:
    scene = scarce()
    live, other = [await scene.opened(name=name, log=Log()) for name in ("reply", "other")]
    await scene.say(live, "One", then=1)
    await scene.settle(live, "One two")
    await scene.clock.advance(60)
    await scene.say(other, "mine", then=36)
    assert scene.room.texts("other") == ["mine"]
    assert scene.clock.elapsed < 110
    await scene.settle(other, "mine")
    await scene.rest()


async def test_only_what_is_unfinished_is_posted_anew_in_order() -> None:
    scene = scarce(limit=10, every=20.0)
    live = await scene.opened()
    await scene.say(live, "a" * 10 + "b", then=1)
    assert scene.room.texts() == ["a" * 10, "b"]
    assert await scene.settle(live, "a" * 10 + "b" * 10 + "c" * 5) == pytest.approx(4.0)
    scene.tidy()
    assert scene.room.texts() == ["a" * 10, "b" * 10, "c" * 5]
    assert [message.after for message in scene.room.reply("reply")] == [None, 0, 2]
    await scene.rest()


async def test_all_after_the_first_unfinished_one_is_posted_anew() -> None:
    scene = scarce(limit=10, every=20.0)
    live = await scene.opened()
    await scene.say(live, "a" * 10 + "b" * 10, then=1)
    await scene.settle(live, "A" * 10 + "b" * 10)
    scene.tidy()
    assert scene.room.texts() == ["A" * 10, "b" * 10]
    await scene.rest()


async def test_settling_waits_for_no_deletion_and_leaves_it_to_others() -> None:
    scene = scarce()
    live = await scene.opened()
    await scene.say(live, "One", then=1)
    assert await scene.settle(live, "One two") == pytest.approx(4.0)
    assert scene.room.texts() == ["One", "One two"]
    old, new = scene.room.messages
    assert (scene.log.left, scene.log.parts) == ([old.placeholder], [new.placeholder])
    await scene.rest()


@pytest.mark.parametrize("away", [1, 2, 3])
async def test_what_is_given_up_is_told_the_journal_until_it_knows(away: int) -> None:
    scene = scarce(limit=10)
    live = await scene.opened()
    await scene.say(live, "a" * 10 + "b", then=1)
    scene.room.next("post", Trouble(before=1.0))
    settling = asyncio.create_task(live.settle(Answered("A" * 5)))
    await scene.clock.advance(4.5)
    scene.log.away = away
    await scene.clock.run_until(settling)
    first, second, new = scene.room.messages
    assert (scene.log.left, scene.log.parts) == ([first.placeholder, second.placeholder], [new.placeholder])
    await scene.rest()


async def test_settled_anew_with_fewer_messages_than_were_given_up() -> None:
    scene = scarce(limit=10, every=20.0)
    live = await scene.opened()
    await scene.say(live, "a" * 10 + "b", then=1)
    scene.room.next("post", *[AWAY] * 5)
    settling = asyncio.create_task(live.settle(Answered("a" * 10 + "b" * 10)))
    await scene.clock.advance(5)
    settling.cancel()
    await scene.settle(live, "a" * 10)
    scene.tidy()
    assert scene.room.texts() == ["a" * 10]
    assert scene.log.parts == [scene.room.messages[0].placeholder]
    await scene.rest()


async def test_a_post_of_unknown_fate_stands_once() -> None:
    scene = scarce()
    live = await scene.opened()
    await scene.say(live, "One", then=1)
    scene.room.next("post", Trouble(error=PlatformUnavailable("away")))
    await scene.settle(live, "One two")
    scene.tidy()
    assert scene.room.texts() == ["One two"]
    await scene.rest()


async def test_a_turn_to_post_is_not_used_up_beside_one_to_edit() -> None:
    scene = scarce(every=0.5, late=0.0)
    scene.post_every = 30.0
    live = await scene.opened()
    await scene.say(live, "One", then=40)
    await scene.settle(live, "One two")
    other = scene.live(name="other", log=Log())
    before = scene.clock.elapsed
    await scene.clock.run_until(other.open())
    assert scene.clock.elapsed == before
    await scene.settle(other, "mine")
    await scene.rest()


async def test_cancelled_while_it_waits_for_either_turn() -> None:
    scene = scarce()
    live = await scene.opened()
    await scene.say(live, "One", then=1)
    settling = asyncio.create_task(live.settle(Answered("One two")))
    await scene.clock.advance(1)
    settling.cancel()
    await scene.clock.run_until(live.abandon())
    assert scene.room.texts() == ["One"]
    await scene.rest()
