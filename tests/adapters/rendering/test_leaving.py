"""Leases lost, replies given up, callers cancelled, a journal that does not answer."""

import asyncio

import pytest

from bot.errors import LeaseLost, PlatformUnavailable, StoreUnavailable
from bot.vocabulary.reply import Answered, Stopped, TextDelta
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene

AWAY = Trouble(error=PlatformUnavailable("away"), lost=True)


async def test_lease_lost_while_growing() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.say(live, "One", then=2)
    scene.log.lost = True
    sends = len(scene.room.sends)
    await scene.say(live, " two", then=5)
    scene.log.lost = False  # once lost is lost for good
    await scene.say(live, " three", then=5)
    with pytest.raises(LeaseLost):
        await scene.settle(live, "One two three")
    assert len(scene.room.sends) == sends
    await live.abandon()
    await scene.rest()


async def test_lease_lost_while_waiting_for_our_turn() -> None:
    scene = Scene()
    live = await scene.opened()
    await scene.say(live, "One", then=0.2)
    settling = asyncio.create_task(live.settle(Answered("One two")))
    await scene.clock.advance(0.2)
    scene.log.lost = True
    with pytest.raises(LeaseLost):
        await scene.clock.run_until(settling)
    assert scene.room.texts() == ["One"]
    await scene.rest()


async def test_lease_lost_by_word_of_the_journal() -> None:
    scene = Scene(limit=10)
    live = await scene.opened()
    await scene.say(live, "a" * 10, then=2)
    scene.log.check = lambda: None  # type: ignore[method-assign]
    scene.log.lost = True
    with pytest.raises(LeaseLost):
        await scene.settle(live, "a" * 10 + "b")
    with pytest.raises(LeaseLost):
        await scene.settle(live, "c")
    assert scene.room.texts() == ["a" * 10]
    await scene.rest()


async def test_the_journal_is_away_for_a_while() -> None:
    scene = Scene(limit=10)
    scene.log.away = 2
    live = await scene.opened()
    scene.log.away = 3
    await scene.say(live, "a" * 15, then=2)
    await scene.settle(live, "a" * 18)
    assert scene.room.texts() == ["a" * 10, "a" * 8]
    assert scene.log.parts == [message.placeholder for message in scene.room.messages]
    await scene.rest()


async def test_the_journal_stays_away() -> None:
    scene = Scene()
    scene.log.away = 1000
    with pytest.raises(StoreUnavailable):
        await scene.opened(patience=20)
    await scene.rest()


async def test_abandon_lets_the_edit_in_flight_end_and_starts_no_other() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(before=2, after=2))
    await scene.say(live, "One", then=1)
    live.show(TextDelta(" two"))
    await scene.clock.run_until(live.abandon())
    assert scene.clock.elapsed == 4
    assert scene.room.seen() == ["…", "One"]
    with pytest.raises(LeaseLost):
        await live.settle(Answered("One two"))
    await scene.rest()


async def test_abandon_while_a_post_is_announced() -> None:
    scene = Scene()
    scene.log.slow = asyncio.Event()
    live = scene.live()
    opening = asyncio.create_task(live.open())
    await scene.clock.advance(1)
    abandoning = asyncio.create_task(live.abandon())
    await scene.clock.advance(1)
    scene.log.slow.set()
    await abandoning
    with pytest.raises(LeaseLost):
        await opening
    assert scene.room.messages == []
    await scene.rest()


async def test_abandon_while_idle_and_twice() -> None:
    scene = Scene()
    await scene.live().abandon()
    live = await scene.opened()
    await live.abandon()
    await live.abandon()
    assert scene.room.texts() == ["…"]
    await scene.rest()


async def test_abandon_ends_a_settle_that_waits() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", *[AWAY] * 50)
    settling = asyncio.create_task(live.settle(Answered("Yes.")))
    await scene.clock.advance(100)
    await live.abandon()
    with pytest.raises(LeaseLost):
        await settling
    await scene.rest()


async def test_abandon_while_opening() -> None:
    scene = Scene()
    scene.room.next("post", *[AWAY] * 50)
    live = scene.live()
    opening = asyncio.create_task(live.open())
    await scene.clock.advance(100)
    await live.abandon()
    with pytest.raises(LeaseLost):
        await opening
    await scene.rest()


async def test_a_cancelled_settle_cuts_no_edit_short_and_the_text_still_comes() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(before=2, after=2))
    settling = asyncio.create_task(live.settle(Answered("Yes.")))
    await scene.clock.advance(1)
    settling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await settling
    await scene.settle(live, "Yes.")
    assert scene.clock.elapsed == 4
    assert scene.room.seen() == ["…", "Yes."]
    await scene.rest()


async def test_a_cancelled_settle_may_be_followed_by_abandon() -> None:
    scene = Scene()
    live = await scene.opened()
    scene.room.next("edit", Trouble(before=2, error=PlatformUnavailable(), lost=True))
    settling = asyncio.create_task(live.settle(Answered("Yes.")))
    await scene.clock.advance(1)
    settling.cancel()
    await scene.clock.run_until(live.abandon())
    assert scene.clock.elapsed == 2
    assert len(scene.room.times("edit")) == 1
    await scene.rest()


async def test_a_cancelled_open_leaves_no_placeholder_behind_that_nobody_knows() -> None:
    scene = Scene()
    scene.room.next("post", Trouble(before=2))
    live = scene.live()
    opening = asyncio.create_task(live.open())
    await scene.clock.advance(1)
    opening.cancel()
    await scene.settle(live, Stopped(""))
    assert scene.room.texts() == ["Stopped."]
    assert scene.log.parts == [scene.room.messages[0].placeholder]
    await scene.rest()
