"""Messages that are left over are deleted: by whoever comes to it, whatever happens to whoever left them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.store.connection import open_store
from bot.store.keys import LaneKeys, leftovers
from bot.turns.begun import placeholders
from bot.turns.journal import JournaledReply
from bot.turns.lease import Lease
from bot.turns.leftovers import Leftovers
from bot.turns.tidying import Tidying
from bot.turns.turn import Turn
from bot.turns.unfenced import Unfenced
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import Placeholder
from tests.adapters.rendering.room import Message, Trouble
from tests.engine.samples import THREAD
from tests.engine.turns.crew import Crew, Mortal, MovedClock, Speaker, Steps, message, until
from tests.fakes.frozen import FreezingProxy

HELLO = message("hello")
NAME = "discord"
KEY = leftovers(NAME)


class Hasty(MovedClock):
    """Pauses pass ten times as fast."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


def left_over(crew: Crew, *texts: str) -> list[Message]:
    """Messages that stand in the room."""
    return [crew.platform.room.stand(text, name="old") for text in texts]


def named(*messages: Message) -> list[Placeholder]:
    return [each.placeholder for each in messages]


@asynccontextmanager
async def tidying(crew: Crew, leftovers_: Leftovers | None = None) -> AsyncIterator[None]:
    async with Tidying(leftovers_ or Leftovers(crew.store), crew.platforms, clock=Hasty()).open():
        yield


async def nothing_is_left(crew: Crew) -> bool:
    return await crew.store.sorted_scores(KEY) == [[]]


async def claims_run_out(crew: Crew) -> None:
    """For the server, the time of every claim is over."""
    ((*entries,),) = await crew.store.sorted_scores(KEY)
    await crew.store._client.zadd(KEY, dict.fromkeys([member for member, _ in entries], 1))


async def test_what_is_left_here_is_deleted_at_once_one_after_the_other(crew: Crew) -> None:
    here = Leftovers(crew.store)
    async with tidying(crew, here):
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        await here.leave(named(*left_over(crew, "a", "b", "c")))
        await until(lambda: crew.platform.said == [])
        assert asyncio.get_running_loop().time() - began < 0.4, "before anybody would look by themselves"
        await until(lambda: nothing_is_left(crew))
    assert len(crew.platform.room.times("delete", "old")) == 3


async def test_what_another_process_left_is_found(crew: Crew) -> None:
    async with tidying(crew):
        await asyncio.sleep(0.05)
        await Leftovers(crew.store).leave(named(*left_over(crew, "a")))
        await until(lambda: crew.platform.said == [])


async def test_two_processes_share_the_work(crew: Crew) -> None:
    here = Leftovers(crew.store)
    await here.leave(named(*left_over(crew, *"abcdef")))
    async with tidying(crew), tidying(crew):
        await until(lambda: nothing_is_left(crew))
    assert len(crew.platform.room.times("delete", "old")) == 6


async def test_what_somebody_claimed_and_died_over_is_deleted_by_another_later(crew: Crew) -> None:
    dead = Leftovers(crew.store)
    await dead.leave(named(*left_over(crew, "a")))
    assert isinstance(await dead.claim(NAME), str)
    async with tidying(crew):
        await asyncio.sleep(0.1)
        assert crew.platform.said == ["a"]
        await claims_run_out(crew)
        await until(lambda: crew.platform.said == [])


async def test_a_platform_that_is_away_is_asked_again_later(crew: Crew) -> None:
    crew.platform.room.next("delete", Trouble(error=PlatformUnavailable("away"), lost=True))
    await Leftovers(crew.store).leave(named(*left_over(crew, "a")))
    async with tidying(crew):
        await until(lambda: bool(crew.platform.room.times("delete", "old")))
        assert crew.platform.said == ["a"]
        await claims_run_out(crew)
        await until(lambda: nothing_is_left(crew))
    assert crew.platform.said == []


async def test_what_may_not_be_deleted_stays_and_is_not_tried_again(crew: Crew) -> None:
    crew.platform.room.next("delete", Trouble(error=PlatformRefused("no"), lost=True))
    await Leftovers(crew.store).leave(named(*left_over(crew, "a", "b")))
    async with tidying(crew):
        await until(lambda: nothing_is_left(crew))
    assert len(crew.platform.said) == 1


async def test_what_nobody_here_can_read_is_left_to_others(crew: Crew) -> None:
    await crew.store.run("leave", [KEY], [60_000, "of tomorrow"])
    await Leftovers(crew.store).leave(named(*left_over(crew, "a")))
    async with tidying(crew):
        await until(lambda: crew.platform.said == [])
    assert [member for member, _ in (await crew.store.sorted_scores(KEY))[0]] == ["of tomorrow"]


async def test_without_the_store_it_waits_and_goes_on(crew: Crew) -> None:
    async with FreezingProxy(crew.server.socket) as way, open_store(f"redis://{way.address}") as store:
        async with tidying(crew, Leftovers(store)):
            await way.cut()
            await asyncio.sleep(0.2)
        with pytest.raises(StoreUnavailable):
            await Leftovers(store).leave(named(*left_over(crew, "a")))


async def test_a_deletion_under_way_is_finished_when_the_process_ends(crew: Crew) -> None:
    crew.platform.room.next("delete", Trouble(before=0.3))
    await Leftovers(crew.store).leave(named(*left_over(crew, "a", "b")))
    async with tidying(crew):
        await until(lambda: bool(crew.platform.room.times("delete", "old")))
    assert len(crew.platform.said) == 1
    assert len((await crew.store.sorted_scores(KEY))[0]) == 1


@pytest.mark.parametrize("step", ["remembered", "settled"])
async def test_a_turn_whose_process_dies_before_it_ends_leaves_nothing_standing(crew: Crew, step: str) -> None:
    """Its reply stands in a message that was posted anew; only the journal knows of the old one."""
    steps = Steps(hold=step)
    async with Mortal(crew, Speaker(("Yes.",)), lease=0.25, checkpoint=steps) as mortal:
        await mortal.process.hears(HELLO)
        await steps.held.wait()
        await mortal.die()
    (old,) = left_over(crew, "Ye")
    await crew.store.hash_set(LaneKeys(Lane(THREAD)).journal, {"surplus": placeholders.dump(tuple(named(old)))}, ttl=None)
    async with crew.at_work(Speaker(), sweep=0.02):
        await crew.done()
        await until(lambda: crew.platform.said == ["Yes."])
        await until(lambda: nothing_is_left(crew))


async def test_the_journal_never_loses_a_message_that_stands(crew: Crew) -> None:
    """Posted anew, shrunk, found again: at each moment it is a part or surplus."""
    process, steps = crew.made(Speaker()), Steps(hold="nowhere")
    lane = Lane(THREAD)
    await process.mailbox.join(HELLO, lane, order=False)
    async with process.worker._leases.hold(lane) as lease:
        assert isinstance(lease, Lease)
        turn = await process.worker._leases.next_turn(lease)
        assert isinstance(turn, Turn)
        reply = JournaledReply(process.journal, lease, turn, steps)
        a, b, c, d, e = named(*left_over(crew, *"abcde"))
        for number, part in enumerate((a, b, c)):
            await reply.placed(number, part)
        assert await known(crew) == ((a, b, c), ())
        await reply.placed(1, d)
        assert await known(crew) == ((a, d), (b, c))
        await reply.leave([b, c])
        await reply.leave([d, e])
        await reply.leave([d, e])
        assert await known(crew) == ((a,), (b, c, d, e))


async def known(crew: Crew) -> tuple[tuple[Placeholder, ...], tuple[Placeholder, ...]]:
    fields = await crew.store.hash_all(LaneKeys(Lane(THREAD)).journal)
    return placeholders.load(fields.get("parts")) or (), placeholders.load(fields.get("surplus")) or ()


async def test_what_is_said_beside_the_turns_hands_over_what_it_replaces(crew: Crew) -> None:
    here = Leftovers(crew.store)
    a, b, c = named(*left_over(crew, *"abc"))
    reply = Unfenced("name", here, [a, b])
    await reply.placed(1, b)
    assert await nothing_is_left(crew)
    await reply.placed(0, c)
    assert len((await crew.store.sorted_scores(KEY))[0]) == 2
