"""Whose turn it is: first and final texts at once, then whoever people see the oldest state of."""

import asyncio

from bot.errors import PlatformUnavailable
from bot.vocabulary.reply import Notice, TextDelta
from tests.adapters.rendering.room import Log, Trouble
from tests.adapters.rendering.scene import Scene


async def test_the_stalest_goes_first() -> None:
    scene = Scene()
    old, young = [await scene.opened(name=name, log=Log()) for name in ("old", "young")]
    await scene.say(old, "a", then=1)
    await scene.say(young, "a", then=1)
    scene.room.next("edit", Trouble(after=0.6))
    await scene.say(old, "b", then=0.1)  # on its way from 2.0 to 2.6
    await scene.say(old, "c", then=0.2)  # not seen since 2.1
    await scene.say(young, "b", then=0.6)  # not seen since 2.3, and asks for its turn sooner
    await scene.clock.advance(0.2)
    assert scene.room.texts("old") == ["abc"]
    assert scene.room.texts("young") == ["a"]
    await scene.clock.advance(1)
    assert scene.room.texts("young") == ["ab"]
    for live in (old, young):
        await scene.settle(live, "Done.")
    await scene.rest()


async def test_a_failed_edit_leaves_it_as_stale_as_it_was() -> None:
    scene = Scene()
    old, young = [await scene.opened(name=name, log=Log()) for name in ("old", "young")]
    await scene.say(old, "a", then=1)
    await scene.say(young, "a", then=1)
    scene.room.next("edit", Trouble(error=PlatformUnavailable("away"), lost=True))
    await scene.say(old, "b", then=0.1)  # fails at 2.0, is made again from 2.5 on
    await scene.say(young, "b", then=1)
    assert scene.room.texts("old") == ["ab"]
    for live in (old, young):
        await scene.settle(live, "Done.")
    await scene.rest()


async def test_a_further_message_waits_behind_a_placeholder() -> None:
    scene = Scene(limit=10)
    scene.post_every = 1.0
    live = await scene.opened()
    await scene.say(live, "a" * 10, then=0.2)
    await scene.say(live, "b" * 5, then=0.2)
    later = scene.live(name="later", log=Log())
    opening = asyncio.create_task(later.open())
    await scene.clock.advance(0.7)
    assert [message.reply for message in scene.room.messages] == ["reply", "later"]
    await opening
    await scene.clock.advance(1)
    assert scene.room.texts() == ["a" * 10, "b" * 5]
    for growing in (live, later):
        await scene.settle(growing, "Done.")
    await scene.rest()


async def test_a_line_of_ours_is_not_urgent() -> None:
    scene = Scene()
    live, other = [await scene.opened(name=name, log=Log()) for name in ("reply", "other")]
    await scene.say(other, "a", then=1)
    await scene.say(other, "b", then=0.1)
    await scene.say(other, "c", then=0.1)
    live.show(Notice("Trying again…"))
    await scene.clock.advance(0.9)
    assert (scene.room.texts("other"), scene.room.texts("reply")) == (["abc"], ["…"])
    live.show(TextDelta("Yes"))
    await scene.clock.advance(1)
    assert scene.room.texts("reply") == ["Yes"]
    for growing in (live, other):
        await scene.settle(growing, "Done.")
    await scene.rest()
