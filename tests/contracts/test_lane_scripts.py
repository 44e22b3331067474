"""What the lane scripts promise, each by itself and two at once, on a real server."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.store.connection import Store
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import TTL, Begun, Scripts
from tests.engine.samples import CHANNEL, THREAD


@pytest.fixture
def lane(store: Store) -> Scripts:
    return Scripts(store, Lane(THREAD))


async def begun(lane: Scripts, *events: str, by: str = "us") -> Begun:
    """A turn over `events`, begun `by` this process."""
    for event in events or ("one",):
        await lane.join(event, most=1_000)
    return await lane.start(by)


async def test_a_message_joins_once_and_is_pending_until_it_is_answered(lane: Scripts) -> None:
    assert [await lane.join("one"), await lane.join("one")] == ["joined", "pending"]
    assert await lane.waiting() == ["one"]
    assert await lane.indexed()
    turn = await lane.start("us")
    assert await lane.join("one") == "pending"
    assert await lane.finish(turn.epoch, lane.turn("one")) == 0
    assert not await lane.indexed()
    assert await lane.join("one") == "seen"
    assert await lane.waiting() == []


async def test_who_joins_behind_a_turn_that_runs_hears_so(lane: Scripts) -> None:
    turn = await begun(lane, "one")
    assert await lane.join("two") == "busy"
    assert await lane.finish(turn.epoch, lane.turn("one")) == 1
    assert await lane.join("three") == "joined", "nothing runs: what waits is about to begin"


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


async def test_a_turn_is_what_one_author_says_in_a_row_and_an_order_by_itself(lane: Scripts) -> None:
    for event, author, flags in (("a", "ada", "-"), ("b", "ada", "d"), ("c", "bob", "-"), ("d", "bob", "o"), ("e", "bob", "o")):
        await lane.join(event, author=author, flags=flags)
    turns = []
    while (turn := await lane.start("us")).epoch:
        turns.append(turn.messages)
        await lane.finish(turn.epoch, turn.journal["turn"])
    assert turns == [["a", "b"], ["c"], ["d"], ["e"]]


async def test_a_turn_is_bounded(lane: Scripts) -> None:
    for number in range(5):
        await lane.join(str(number))
    assert (await lane.start("us", batch=3)).messages == ["0", "1", "2"]


async def test_a_direct_message_waits_for_what_follows_unless_its_turn_has_begun(lane: Scripts) -> None:
    await lane.join("one", flags="d")
    early = await lane.start("us", gather=60_000)
    assert early.epoch == 0
    assert 0 < early.early <= 60_000
    assert (await lane.store.hash_all(lane.of.lease)).get("token") is None
    turn = await lane.start("us", gather=0)
    await lane.release(turn.epoch)
    assert (await lane.start("them", gather=60_000)).epoch > turn.epoch


async def test_with_nothing_to_do_nobody_has_the_lane(lane: Scripts) -> None:
    assert (await lane.start("us")).epoch == 0
    turn = await begun(lane)
    await lane.finish(turn.epoch, lane.turn("one"))
    assert (await lane.start("us")).epoch == 0
    assert (await begun(lane, "two", by="them")).epoch > turn.epoch


async def test_a_lease_is_held_by_one_and_taken_again_by_its_holder(lane: Scripts) -> None:
    epoch = (await begun(lane)).epoch
    assert epoch
    assert (await lane.start("them")).epoch == 0
    assert (await lane.start("us")).epoch == epoch, "a repeated call must not make a holder lose its own lease"
    assert await lane.release(epoch)
    assert (await lane.start("them")).epoch > epoch
    assert not await lane.release(epoch)


async def test_epochs_grow_for_ever(lane: Scripts) -> None:
    epochs = []
    for number in range(200):  # many to a millisecond
        turn = await begun(lane, f"m{number}", by=f"token {number}")
        epochs.append(turn.epoch)
        if number % 2:
            await lane.finish(turn.epoch, turn.journal["turn"])
        await lane.release(turn.epoch)
    assert epochs == sorted(set(epochs))
    assert epochs[0] > 1_600_000_000_000, "seeded from server time, which outgrows an epoch whose key is gone"


async def test_an_epoch_that_starts_anew_outgrows_the_old_one(lane: Scripts) -> None:
    first = await begun(lane)
    await lane.store.delete(lane.of.lease)  # its time was over, and its key with it
    await asyncio.sleep(0.002)
    second = await lane.start("them")
    assert second.epoch > first.epoch
    assert not await lane.note(first.epoch, stage="placed")


async def test_renewal_keeps_the_epoch_and_brings_a_stop_and_its_reason(lane: Scripts) -> None:
    turn = await begun(lane)
    assert await lane.renew(turn.epoch) == (True, "", "")
    assert await lane.stop("another turn") == ""
    assert await lane.stop(why="steer") == lane.turn("one")
    assert await lane.stop() == lane.turn("one")
    assert await lane.renew(turn.epoch) == (True, lane.turn("one"), "steer"), "the first reason stands"
    assert (await lane.start("them")).epoch == 0


async def test_a_late_renewal_holds_when_nobody_has_taken_the_lane(lane: Scripts) -> None:
    turn = await begun(lane)
    await lane.expires()
    assert await lane.renew(turn.epoch) == (True, "", "")
    assert (await lane.start("them")).epoch == 0
    await lane.expires()
    assert (await lane.start("them")).epoch > turn.epoch
    assert await lane.renew(turn.epoch) == (False, "", "")


FENCED: dict[str, Callable[[Scripts, int], Awaitable[object]]] = {
    "renew": lambda lane, epoch: lane.renew(epoch),
    "note": lambda lane, epoch: lane.note(epoch, stage="placed"),
    "first": lambda lane, epoch: lane.first(epoch, "file"),
    "remember": lambda lane, epoch: lane.remember(epoch, lane.turn("one"), "entry"),
    "finish": lambda lane, epoch: lane.finish(epoch, lane.turn("one")),
    "finish nothing": lambda lane, epoch: lane.finish(epoch, ""),
    "release": lambda lane, epoch: lane.release(epoch),
}
REFUSALS = [(False, "", ""), False, -1]


@pytest.mark.parametrize("script", FENCED)
@pytest.mark.parametrize("how", ["released", "taken over", "never held"])
async def test_an_epoch_that_is_over_writes_nothing(lane: Scripts, script: str, how: str) -> None:
    epoch = (await begun(lane)).epoch
    if how == "released":
        await lane.release(epoch)
    elif how == "taken over":
        await lane.release(epoch)
        await lane.start("them")
    else:
        epoch -= 1
    before = await lane.everything()
    assert await FENCED[script](lane, epoch) in REFUSALS
    assert await lane.everything() == before


@pytest.mark.parametrize("script", sorted(set(FENCED) - {"finish nothing"}))
async def test_an_epoch_whose_time_is_over_stands_until_somebody_takes_the_lane(lane: Scripts, script: str) -> None:
    """Late work after an outage is not thrown away; what fences is the epoch, which whoever takes the lane raises."""
    epoch = (await begun(lane)).epoch
    await lane.expires()
    before = await lane.everything()
    await FENCED[script](lane, epoch)
    assert await lane.everything() != before


async def test_a_turn_is_frozen_and_taken_up_by_a_successor(lane: Scripts) -> None:
    first = await begun(lane, "one", "two")
    told = {name: first.journal[name] for name in ("turn", "count", "stage", "attempts", "generation", "author")}
    assert told == {"turn": lane.turn("one"), "count": "2", "stage": "begun", "attempts": "1", "generation": "0", "author": "ada"}
    assert first.journal["pending"] == f"{lane.turn('one')[:16]}{first.epoch & 0xFFFF:04x}.1"
    await lane.note(first.epoch, stage="placed", parts="p")
    await lane.join("three")
    await lane.release(first.epoch)
    second = await lane.start("them")
    again = second.journal
    assert (again["count"], again["stage"], again["attempts"], again["parts"]) == ("2", "placed", "2", "p")
    assert again["epoch"] == str(second.epoch)
    assert second.messages == ["one", "two"]


async def test_who_leaves_no_word_is_counted_dead_and_who_gives_back_is_not(lane: Scripts) -> None:
    first = await begun(lane)
    await lane.release(first.epoch)
    second = await lane.start("b")
    assert "deaths" not in second.journal
    await lane.expires()
    third = await lane.start("c")
    assert third.journal["deaths"] == "1"
    await lane.expires()
    again = await lane.start("d", process="c")
    assert again.journal["deaths"] == "1", "the same process, which an outage kept from renewing, is alive"


async def test_who_was_taken_for_dead_and_lives_takes_its_death_back_once(lane: Scripts) -> None:
    for process in "abc":
        turn = (await lane.start(process) if process > "a" else await begun(lane, by=process)).journal
        await lane.expires()
    assert turn["deaths"] == "2"
    assert [await lane.alive(turn["turn"], process) for process in ("a", "a", "c")] == [True, False, False]
    assert not await lane.alive("another turn", "b")
    assert (await lane.start("d")).journal["deaths"] == "2"
    assert await lane.alive(turn["turn"], "b")
    assert (await lane.journal())["deaths"] == "1"


async def test_a_journal_of_a_message_that_is_gone_is_not_taken_for_this_one(lane: Scripts) -> None:
    turn = await begun(lane, "old")
    await lane.remember(turn.epoch, lane.turn("old"), "")
    await lane.store.delete(lane.of.mailbox)
    fresh = (await begun(lane, "new")).journal
    assert (fresh["turn"], fresh["attempts"], fresh["stage"]) == (lane.turn("new"), "1", "begun")
    assert "outcome" not in fresh


async def test_finish_drops_only_what_was_frozen_and_keeps_the_lease_while_more_waits(lane: Scripts) -> None:
    turn = await begun(lane, "one", "two")
    await lane.join("three")
    assert await lane.finish(turn.epoch, lane.turn("one")) == 1
    assert await lane.waiting() == ["three"]
    assert await lane.indexed()
    assert await lane.finish(turn.epoch, lane.turn("one")) == 1, "the same again drops nothing"
    assert (await lane.start("them")).epoch == 0
    assert await lane.journal() == {}
    settled = await lane.store.hash_all(lane.shared.turn(lane.turn("one")))
    assert settled == {"began": turn.journal["began"], "question": "one\ntwo"}


async def test_the_index_tells_since_when_the_first_one_waits(lane: Scripts) -> None:
    turn = await begun(lane, "one")
    before = dict((await lane.store.sorted_scores(lane.shared.pending))[0])[str(lane.lane)]
    await asyncio.sleep(0.005)
    await lane.join("two")
    await lane.finish(turn.epoch, lane.turn("one"))
    assert dict((await lane.store.sorted_scores(lane.shared.pending))[0])[str(lane.lane)] > before


async def test_finish_of_the_last_leaves_the_index_and_frees_the_lane(lane: Scripts) -> None:
    turn = await begun(lane)
    assert await lane.finish(turn.epoch, lane.turn("one")) == 0
    assert not await lane.indexed()
    assert (await begun(lane, "two", by="them")).epoch > turn.epoch


async def test_a_sign_of_waiting_is_known_to_whoever_begins_the_turn_and_gone_when_it_is_finished(lane: Scripts) -> None:
    turn = await begun(lane, "one")
    await lane.join("two")
    assert [await lane.sign(event) for event in ("one", "two", "three")] == [False, True, False]
    await lane.finish(turn.epoch, lane.turn("one"))
    second = await lane.start("us")
    assert second.signs == ["two"]
    assert not await lane.sign("two"), "its turn has begun"
    await lane.release(second.epoch)
    third = await lane.start("them")
    assert third.signs == ["two"], "whoever died may not have taken it away"
    await lane.finish(third.epoch, lane.turn("two"))
    assert await lane.store.hash_all(lane.of.signs) == {}


async def test_to_remember_twice_is_to_remember_once(lane: Scripts) -> None:
    epoch = (await begun(lane)).epoch
    assert await lane.remember(epoch, "turn", "entry")
    before = await lane.everything()
    assert await lane.remember(epoch, "turn", "entry")
    assert await lane.everything() == before
    assert await lane.history() == ["entry"]
    assert (await lane.journal())["stage"] == "answered"


async def test_what_is_posted_after_the_answer_does_not_undo_it(lane: Scripts) -> None:
    epoch = (await begun(lane)).epoch
    await lane.remember(epoch, "turn", "entry")
    await lane.note(epoch, stage="placing", pending="n")
    assert (await lane.journal())["stage"] == "answered"
    assert (await lane.journal())["pending"] == "n"
    assert await lane.stop() == ""
    assert "stop" not in await lane.journal()


async def test_history_keeps_the_newest_turns_and_a_turn_hears_the_newest_of_them(lane: Scripts) -> None:
    for number in range(5):
        turn = await begun(lane, f"m{number}")
        await lane.remember(turn.epoch, f"turn {number}", f"entry {number}", keep=3)
        await lane.finish(turn.epoch, turn.journal["turn"])
    assert await lane.history() == ["entry 2", "entry 3", "entry 4"]
    assert len(await lane.store.hash_all(lane.shared.history)) == 3
    await lane.join("last")
    assert (await lane.start("us", past=2)).past == ["entry 3", "entry 4"]


@pytest.mark.parametrize("entry", ["", "entry"])
async def test_a_reset_in_the_middle_of_a_turn_files_nothing(lane: Scripts, entry: str) -> None:
    first = await begun(lane, "first")
    await lane.remember(first.epoch, "first", "old")
    await lane.finish(first.epoch, lane.turn("first"))
    second = await begun(lane, "second")
    assert await lane.reset() == 1
    assert await lane.remember(second.epoch, "second", entry), "the outcome is filed all the same"
    assert (await lane.journal())["outcome"] == "fine"
    assert await lane.history() == []
    await lane.finish(second.epoch, lane.turn("second"))
    third = await begun(lane, "third")
    await lane.remember(third.epoch, "third", "new")
    assert await lane.history() == ["new"]


async def test_a_reset_reaches_every_lane_of_the_conversation_and_no_other(store: Store) -> None:
    lanes = [Scripts(store, lane) for lane in (Lane(CHANNEL, "ada"), Lane(CHANNEL, "bob"), Lane(THREAD))]
    turns = [await begun(lane, f"m{number}") for number, lane in enumerate(lanes)]
    await lanes[0].reset()
    for lane, turn in zip(lanes, turns, strict=True):
        await lane.remember(turn.epoch, "turn", "entry")
    assert [await lane.history() for lane in lanes] == [[], [], ["entry"]]


async def test_stop_names_who_is_stopped_and_spares_the_order_itself(lane: Scripts) -> None:
    assert await lane.stop() == ""
    epoch, name = (await begun(lane)).epoch, lane.turn("one")
    assert await lane.stop("other") == ""
    assert await lane.stop(by=name) == ""
    assert await lane.stop(author="bob") == ""
    assert "stop" not in await lane.journal()
    assert await lane.stop(name, author="ada") == name
    await lane.remember(epoch, name, "")
    assert await lane.stop(name) == ""
    await lane.finish(epoch, name)
    assert await lane.stop() == ""


async def test_a_turn_makes_way_only_for_a_message_that_waits_behind_it(lane: Scripts) -> None:
    turn = await begun(lane, "one")
    await lane.join("two")
    assert await lane.stop(waiting="one") == ""
    assert await lane.stop(waiting="two") == lane.turn("one")
    await lane.finish(turn.epoch, lane.turn("one"))
    await lane.start("us")
    assert await lane.stop(waiting="two") == "", "this is its own turn by now"


async def test_a_line_that_nobody_can_read_is_a_turn_of_its_own_and_blocks_nobody(lane: Scripts) -> None:
    await lane.join("one")
    await lane.store._client.lpush(lane.of.mailbox, "not ours")
    bad = await lane.start("us")
    assert bad.messages == [""]
    assert await lane.finish(bad.epoch, bad.journal["turn"]) == 1
    assert (await lane.start("us")).messages == ["one"]


async def test_everything_has_an_end(lane: Scripts) -> None:
    turn = await begun(lane, "one")
    await lane.join("two")
    await lane.sign("two")
    await lane.note(turn.epoch, stage="placed")
    await lane.remember(turn.epoch, "turn", "entry")
    await lane.reset()
    await lane.renew(turn.epoch)
    await lane.join("three", word="called")
    client = lane.store._client
    for key in [key async for key in client.scan_iter()]:
        assert key == lane.shared.pending or 0 < await client.ttl(key) <= TTL, key


async def test_the_last_message_never_strands(store: Store) -> None:
    """Whoever joins while the lane is being left either is seen by the leaver, or finds the lane free."""
    lane, answered = Scripts(store, Lane(THREAD)), list[str]()

    async def work(token: str) -> None:
        waiting = 1
        while waiting:
            turn = await lane.start(token, batch=1)
            if not turn.epoch:
                return  # somebody works there: finish will tell them
            waiting = await lane.finish(turn.epoch, turn.journal["turn"])
            answered.extend(turn.messages)

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
        await lane.join(f"m{round_}")
        turns = await asyncio.gather(*(lane.start(str(number)) for number in range(10)))
        assert len([turn for turn in turns if turn.epoch]) == 1
