"""What the lane scripts promise, each by itself and two at once, on a real server."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.store.connection import Store
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import TTL, Scripts
from tests.engine.samples import CHANNEL, THREAD


@pytest.fixture
def lane(store: Store) -> Scripts:
    return Scripts(store, Lane(THREAD))


async def expiry(lane: Scripts) -> None:
    """Return when the lease can be taken by somebody else: its time has passed on the server."""
    async with asyncio.timeout(5):
        while not (epoch := await lane.take("somebody else", milliseconds=1)):
            pass
    await lane.release(epoch)


async def test_a_message_joins_once_and_is_pending_until_it_is_answered(lane: Scripts) -> None:
    assert [await lane.join("one"), await lane.join("one")] == ["joined", "pending"]
    assert await lane.waiting() == ["one"]
    assert await lane.indexed()
    epoch = await lane.take("us")
    await lane.begin(epoch, "turn")
    assert await lane.join("one") == "pending"
    assert await lane.finish(epoch, "turn") == 0
    assert not await lane.indexed()
    assert await lane.join("one") == "seen"
    assert await lane.waiting() == []


async def test_a_full_mailbox_takes_nothing_and_forgets_that_it_was_asked(lane: Scripts) -> None:
    assert [await lane.join(name, most=2) for name in ("one", "two", "three")] == ["joined", "joined", "full"]
    assert await lane.waiting() == ["one", "two"]
    assert await lane.join("one", most=2) == "pending"
    assert await lane.join("three", most=3) == "joined"


async def test_the_same_event_in_two_conversations_is_two(store: Store) -> None:
    assert [await Scripts(store, Lane(place)).join("one") for place in (THREAD, CHANNEL)] == ["joined", "joined"]


async def test_one_event_in_two_lanes_of_a_conversation_joins_once(store: Store) -> None:
    lanes = [Scripts(store, Lane(CHANNEL, author)) for author in ("ada", "bob")]
    assert [await each.join("one") for each in lanes] == ["joined", "seen"]


async def test_a_lease_is_held_by_one_and_taken_again_by_its_holder(lane: Scripts) -> None:
    epoch = await lane.take("us")
    assert epoch
    assert await lane.take("them") == 0
    assert await lane.take("us") == epoch, "a repeated call must not make a holder lose its own lease"
    assert await lane.release(epoch)
    assert await lane.take("them") > epoch
    assert not await lane.release(epoch)


async def test_epochs_grow_for_ever(lane: Scripts) -> None:
    epochs = []
    for number in range(200):  # many to a millisecond
        epochs.append(await lane.take(f"token {number}"))
        await (lane.release(epochs[-1]) if number % 2 else lane.finish(epochs[-1], ""))
    assert epochs == sorted(set(epochs))
    assert epochs[0] > 1_600_000_000_000, "seeded from server time, which outgrows an epoch whose key is gone"


async def test_epochs_grow_over_expiry(lane: Scripts) -> None:
    first = await lane.take("us", milliseconds=1)
    await expiry(lane)
    assert await lane.renew(first) == (False, "")
    second = await lane.take("us", milliseconds=10)
    assert second > first
    async with asyncio.timeout(5):
        while await lane.store.hash_all(lane.of.lease):
            pass  # the key itself lives twice as long
    assert await lane.take("us") > second


async def test_renewal_keeps_the_epoch_and_brings_a_stop(lane: Scripts) -> None:
    epoch = await lane.take("us", milliseconds=500)
    assert await lane.renew(epoch) == (True, "")
    await lane.begin(epoch, "turn")
    assert await lane.stop("another turn") == ""
    assert await lane.stop() == "turn"
    assert await lane.renew(epoch) == (True, "turn")
    assert await lane.take("them") == 0


FENCED: dict[str, Callable[[Scripts, int], Awaitable[object]]] = {
    "renew": lambda lane, epoch: lane.renew(epoch),
    "begin": lambda lane, epoch: lane.begin(epoch, "another"),
    "begin again": lambda lane, epoch: lane.begin(epoch, "turn"),
    "note": lambda lane, epoch: lane.note(epoch, stage="placed"),
    "drop": lambda lane, epoch: lane.drop(epoch, "one"),
    "remember": lambda lane, epoch: lane.remember(epoch, "turn", "entry"),
    "finish": lambda lane, epoch: lane.finish(epoch, "turn"),
    "finish nothing": lambda lane, epoch: lane.finish(epoch, ""),
    "release": lambda lane, epoch: lane.release(epoch),
}
REFUSALS = [(False, ""), {}, False, -1]


@pytest.mark.parametrize("script", FENCED)
@pytest.mark.parametrize("how", ["released", "taken over", "never held"])
async def test_an_epoch_that_is_over_writes_nothing(lane: Scripts, script: str, how: str) -> None:
    await lane.join("one")
    epoch = await lane.take("us")
    await lane.begin(epoch, "turn")
    if how == "released":
        await lane.release(epoch)
    elif how == "taken over":
        await lane.release(epoch)
        await lane.take("them")
    else:
        epoch -= 1
    before = await lane.everything()
    assert await FENCED[script](lane, epoch) in REFUSALS
    assert await lane.everything() == before


@pytest.mark.parametrize("script", sorted(set(FENCED) - {"release"}))
async def test_an_epoch_whose_time_is_over_writes_nothing_though_nobody_took_it(lane: Scripts, script: str) -> None:
    await lane.join("one")
    epoch = await lane.take("us", milliseconds=20)
    await lane.begin(epoch, "turn")
    async with asyncio.timeout(5):
        while await lane.note(epoch, stage="begun"):
            pass
    await lane.store._client.persist(lane.of.lease)
    before = await lane.everything()
    assert await FENCED[script](lane, epoch) in REFUSALS
    assert await lane.everything() == before


async def test_begin_freezes_and_is_taken_up_by_a_successor(lane: Scripts) -> None:
    first = await lane.take("us")
    begun = await lane.begin(first, "turn", 2)
    assert (begun["turn"], begun["count"], begun["stage"], begun["attempts"], begun["generation"]) == ("turn", "2", "begun", "1", "0")
    await lane.note(first, stage="placed", parts="p")
    await lane.release(first)
    second = await lane.take("them")
    again = await lane.begin(second, "turn", 5)
    assert (again["count"], again["stage"], again["attempts"], again["parts"]) == ("2", "placed", "2", "p")
    assert again["epoch"] == str(second)


async def test_a_journal_of_a_message_that_is_gone_is_not_taken_for_this_one(lane: Scripts) -> None:
    epoch = await lane.take("us")
    await lane.begin(epoch, "old turn")
    await lane.remember(epoch, "old turn", "")
    fresh = await lane.begin(epoch, "new turn")
    assert (fresh["turn"], fresh["attempts"], fresh["stage"]) == ("new turn", "1", "begun")
    assert "outcome" not in fresh


async def test_finish_drops_only_what_was_frozen_and_keeps_the_lease_while_more_waits(lane: Scripts) -> None:
    epoch = await lane.take("us")
    for name in ("one", "two", "three"):
        await lane.join(name)
    await lane.begin(epoch, "turn", 2)
    await lane.join("four")
    assert await lane.finish(epoch, "turn") == 2
    assert await lane.waiting() == ["three", "four"]
    assert await lane.indexed()
    assert await lane.finish(epoch, "turn") == 2, "the same again drops nothing"
    assert await lane.waiting() == ["three", "four"]
    assert await lane.take("them") == 0
    assert await lane.journal() == {}
    assert (await lane.store.hash_all(lane.shared.turn("turn")))["stage"] == "settled"


async def test_finish_of_the_last_leaves_the_index_and_frees_the_lane(lane: Scripts) -> None:
    epoch = await lane.take("us")
    await lane.join("one")
    await lane.begin(epoch, "turn")
    assert await lane.finish(epoch, "turn") == 0
    assert not await lane.indexed()
    assert await lane.take("them") > epoch


async def test_to_remember_twice_is_to_remember_once(lane: Scripts) -> None:
    epoch = await lane.take("us")
    await lane.begin(epoch, "turn")
    assert await lane.remember(epoch, "turn", "entry")
    before = await lane.everything()
    assert await lane.remember(epoch, "turn", "entry")
    assert await lane.everything() == before
    assert await lane.history() == ["entry"]
    assert (await lane.journal())["stage"] == "answered"


async def test_what_is_posted_after_the_answer_does_not_undo_it(lane: Scripts) -> None:
    epoch = await lane.take("us")
    await lane.begin(epoch, "turn")
    await lane.remember(epoch, "turn", "entry")
    await lane.note(epoch, stage="placing", pending="n")
    assert (await lane.journal())["stage"] == "answered"
    assert (await lane.journal())["pending"] == "n"
    assert await lane.stop() == ""
    assert "stop" not in await lane.journal()


async def test_history_keeps_the_newest_turns(lane: Scripts) -> None:
    for number in range(5):
        epoch = await lane.take("us")
        await lane.begin(epoch, f"turn {number}")
        await lane.remember(epoch, f"turn {number}", f"entry {number}", keep=3)
        await lane.finish(epoch, f"turn {number}")
    assert await lane.history() == ["entry 2", "entry 3", "entry 4"]
    assert len(await lane.store.hash_all(lane.shared.history)) == 3


@pytest.mark.parametrize("entry", ["", "entry"])
async def test_a_reset_in_the_middle_of_a_turn_files_nothing(lane: Scripts, entry: str) -> None:
    epoch = await lane.take("us")
    await lane.begin(epoch, "first")
    await lane.remember(epoch, "first", "old")
    await lane.finish(epoch, "first")
    epoch = await lane.take("us")
    await lane.begin(epoch, "second")
    assert await lane.reset() == 1
    assert await lane.remember(epoch, "second", entry), "the outcome is filed all the same"
    assert (await lane.journal())["outcome"] == "fine"
    assert await lane.history() == []
    await lane.finish(epoch, "second")
    epoch = await lane.take("us")
    await lane.begin(epoch, "third")
    await lane.remember(epoch, "third", "new")
    assert await lane.history() == ["new"]


async def test_a_reset_reaches_every_lane_of_the_conversation_and_no_other(store: Store) -> None:
    ada, bob, other = (Scripts(store, lane) for lane in (Lane(CHANNEL, "ada"), Lane(CHANNEL, "bob"), Lane(THREAD)))
    for lane in (ada, bob, other):
        await lane.begin(await lane.take("us"), "turn")
    await ada.reset()
    for lane in (ada, bob, other):
        await lane.remember(int((await lane.journal())["epoch"]), "turn", "entry")
    assert [await lane.history() for lane in (ada, bob, other)] == [[], [], ["entry"]]


async def test_stop_names_who_is_stopped_and_spares_the_order_itself(lane: Scripts) -> None:
    assert await lane.stop() == ""
    epoch = await lane.take("us")
    await lane.begin(epoch, "turn")
    assert await lane.stop("other") == ""
    assert await lane.stop(by="turn") == ""
    assert "stop" not in await lane.journal()
    assert await lane.stop("turn") == "turn"
    await lane.remember(epoch, "turn", "")
    assert await lane.stop("turn") == ""
    await lane.finish(epoch, "turn")
    assert await lane.stop() == ""


async def test_only_what_is_at_the_head_is_dropped(lane: Scripts) -> None:
    epoch = await lane.take("us")
    for name in ("bad", "worse", "good", "bad again"):
        await lane.join(name)
    assert await lane.drop(epoch, "bad", "worse", "bad again") == 2
    assert await lane.waiting() == ["good", "bad again"]
    assert await lane.drop(epoch, "bad") == 0


async def test_everything_has_an_end(lane: Scripts) -> None:
    await lane.join("one")
    epoch = await lane.take("us")
    await lane.begin(epoch, "turn")
    await lane.note(epoch, stage="placed")
    await lane.remember(epoch, "turn", "entry")
    await lane.reset()
    await lane.begin(epoch, "turn")
    client = lane.store._client
    for key in [key async for key in client.scan_iter()]:
        assert key == lane.shared.pending or 0 < await client.ttl(key) <= TTL, key


async def test_the_last_message_never_strands(store: Store) -> None:
    """Whoever joins while the lane is being left either is seen by the leaver, or finds the lane free."""
    lane, answered = Scripts(store, Lane(THREAD)), list[str]()

    async def work(token: str) -> None:
        if not (epoch := await lane.take(token)):
            return  # somebody works there: finish will tell them
        while True:
            waiting = await lane.waiting()
            if waiting:
                await lane.begin(epoch, waiting[0])
            if await lane.finish(epoch, waiting[0] if waiting else "") == 0:
                answered.extend(waiting[:1])
                return
            answered.extend(waiting[:1])

    async def writer(name: str) -> None:
        for number in range(60):
            await lane.join(f"{name}{number}", most=1_000)
            await work(f"{name}{number}")

    await asyncio.gather(*(writer(name) for name in "abcd"))
    assert await lane.waiting() == []
    assert not await lane.indexed()
    assert sorted(answered) == sorted(f"{name}{number}" for name in "abcd" for number in range(60))
    for name in "abcd":
        assert [event for event in answered if event[0] == name] == [f"{name}{number}" for number in range(60)]


async def test_of_many_who_ask_at_once_one_gets_the_lease(store: Store) -> None:
    for round_ in range(20):
        lane = Scripts(store, Lane(CHANNEL, str(round_)))
        epochs = await asyncio.gather(*(lane.take(str(number)) for number in range(10)))
        assert len([epoch for epoch in epochs if epoch]) == 1
