"""What is promised of answered turns: their records, what is asked for again, and questions that change."""

import asyncio

import pytest

from bot.store.connection import Store
from bot.store.keys import ConversationKeys
from bot.turns.turn import turn_id
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import TTL, Begun, Scripts
from tests.engine.samples import THREAD


@pytest.fixture
def lane(store: Store) -> Scripts:
    return Scripts(store, Lane(THREAD))


async def answered(lane: Scripts, *events: str, entry: str = "entry") -> Begun:
    """A turn over `events`, settled."""
    for event in events:
        await lane.join(event)
    turn = await lane.start("us")
    name = turn.journal["turn"]
    await lane.note(turn.epoch, parts="parts")
    await lane.remember(turn.epoch, name, entry)
    await lane.finish(turn.epoch, name, others=events[1:])
    return turn


async def record(lane: Scripts, event: str) -> dict[str, str]:
    return await lane.store.hash_all(lane.shared.turn(lane.turn(event)))


async def before(lane: Scripts, event: str, began: str, most: int = 10) -> tuple[str, list[str]]:
    found = await lane.store.run("before", [lane.shared.order, lane.shared.history], [lane.turn(event), began, most])
    return str(found[0]), list(found[1])


async def test_a_settled_turn_leaves_what_its_buttons_need(lane: Scripts) -> None:
    turn = await answered(lane, "one", "two")
    assert await record(lane, "one") == {"began": turn.journal["began"], "parts": "parts", "filed": "1", "question": "one\ntwo"}
    assert await lane.journal() == {}
    seen = [await lane.store.get(lane.shared.seen(event)) for event in ("one", "two")]
    assert seen == ["ada", f"ada {lane.turn('one')}"], "whoever edits the second message finds the turn"
    assert 0 < await lane.store._client.ttl(lane.shared.seen("two")) <= TTL


async def test_what_was_not_filed_is_not_said_to_be(lane: Scripts) -> None:
    await answered(lane, "one", entry="")
    assert "filed" not in await record(lane, "one")


async def test_an_order_leaves_no_question(lane: Scripts) -> None:
    await lane.join("one", flags="o")
    turn = await lane.start("us")
    await lane.finish(turn.epoch, lane.turn("one"))
    assert await record(lane, "one") == {"began": turn.journal["began"]}


async def test_a_turn_over_an_answer_brings_its_record_up_to_date(lane: Scripts) -> None:
    first = await answered(lane, "one")
    for adopted in (True, False):
        event = f"again {adopted}"
        await lane.join(event, flags="o")
        turn = await lane.start("us")
        await lane.note(turn.epoch, parts=f"parts {adopted}", place=first.journal["began"], **({"adopted": "1"} if adopted else {}))
        assert await lane.remember(turn.epoch, lane.turn("one"), f"entry {adopted}", facts={"model": "large"})
        await lane.finish(turn.epoch, turn.journal["turn"], whose=lane.turn("one"))
        kept = await record(lane, "one")
        assert kept.pop("posted", None) == (None if adopted else turn.journal["began"])
        base = {"began": first.journal["began"], "filed": "1", "question": "one"}
        assert kept == base | {"parts": f"parts {adopted}", "model": "large"}
        assert await lane.history() == [f"entry {adopted}"]
        assert await lane.store.hash_all(lane.shared.turn(turn.journal["turn"])) == {}


async def test_a_record_that_is_gone_does_not_come_back(lane: Scripts) -> None:
    await answered(lane, "one")
    await lane.join("again", flags="o")
    turn = await lane.start("us")
    await lane.note(turn.epoch, parts="parts")
    await lane.store.delete(lane.shared.turn(lane.turn("one")))
    await lane.finish(turn.epoch, turn.journal["turn"], whose=lane.turn("one"))
    assert await record(lane, "one") == {}


async def test_what_asks_for_the_same_joins_once_until_that_is_done(lane: Scripts) -> None:
    assert await lane.join("p1", twin='"again":1') == "joined", "nothing of what waits says so"
    await lane.store._client.rpush(lane.of.mailbox, '1 o ada p2\n{"again":1}')
    assert await lane.join("p3", twin='"again":1') == "twin"
    assert await lane.join("p1", twin='"again":1') == "pending", "itself it may be"
    assert await lane.join("p4", twin='"again":2') == "joined"


async def test_the_past_of_a_turn_is_what_was_before_it(lane: Scripts) -> None:
    began = []
    for event in "abc":
        began.append((await answered(lane, event, entry=f"entry {event}")).journal["began"])
        await asyncio.sleep(0.002)  # each in a millisecond of its own
    assert await before(lane, "c", began[2]) == ("entry c", ["entry a", "entry b"])
    assert await before(lane, "c", began[2], most=1) == ("entry c", ["entry b"])
    assert await before(lane, "a", began[0]) == ("entry a", [])
    assert await before(lane, "other", str(int(began[2]) + 1)) == ("", ["entry a", "entry b", "entry c"])


async def test_once_is_once_whoever_asks(lane: Scripts) -> None:
    await lane.join("one")
    turn = await lane.start("us")
    assert [await lane.first(turn.epoch, name) for name in ("file", "file", "sound")] == [1, 0, 1]
    await lane.expires()
    heir = await lane.start("them")
    assert await lane.first(turn.epoch, "another") == -1
    assert await lane.first(heir.epoch, "file") == 0
    await lane.finish(heir.epoch, lane.turn("one"))
    assert "once:file" not in await record(lane, "one")


async def test_what_waits_can_be_rewritten_and_what_runs_cannot(lane: Scripts) -> None:
    await lane.join("one")
    turn = await lane.start("us")
    await lane.join("two", author="bob")
    first, second = await lane.store.range(lane.of.mailbox, 0, -1)
    assert await lane.rewrite(second, second.replace("\ntwo", "\nnew two")) == "waits"
    assert await lane.rewrite(second, "again") == "gone"
    assert await lane.rewrite(first, "new one") == lane.turn("one")
    assert await lane.waiting() == ["one", "new two"]
    await lane.finish(turn.epoch, lane.turn("one"))
    assert (await lane.start("us")).messages == ["new two"]


async def test_a_deleted_message_leaves_its_mailbox_or_stops_its_turn(lane: Scripts) -> None:
    await lane.join("one")
    turn = await lane.start("us")
    await lane.join("two", author="bob")
    await lane.sign("two")
    assert await lane.drop("two") == ""
    assert (await lane.waiting(), await lane.store.hash_all(lane.of.signs)) == (["one"], {})
    assert await lane.drop("other") == ""
    assert "stop" not in await lane.journal()
    assert await lane.drop("one") == lane.turn("one")
    assert (await lane.journal())["why"] == "deleted"
    assert await lane.remember(turn.epoch, lane.turn("one"), "entry")
    assert await lane.history() == []
    await lane.finish(turn.epoch, lane.turn("one"))
    assert await record(lane, "one") == {}


async def test_the_only_message_that_waits_is_deleted_and_the_lane_leaves_the_index(lane: Scripts) -> None:
    await lane.join("one")
    assert await lane.drop("one") == ""
    assert (await lane.start("us")).epoch == 0
    assert not await lane.indexed()


@pytest.mark.parametrize("stage", ["answered", "settled"])
async def test_an_answer_that_is_there_already_is_not_stopped(lane: Scripts, stage: str) -> None:
    await lane.join("one")
    turn = await lane.start("us")
    await lane.remember(turn.epoch, lane.turn("one"), "entry")
    if stage == "settled":
        await lane.finish(turn.epoch, lane.turn("one"))
    assert await lane.drop("one") == ""
    if stage == "answered":
        await lane.finish(turn.epoch, lane.turn("one"))
        assert await record(lane, "one") == {}


async def test_a_deleted_question_stops_what_is_done_with_its_answer_and_nothing_else(lane: Scripts) -> None:
    await answered(lane, "one")
    for question, stopped in (("one", True), ("other", False)):
        marked = f'{{"text":"x","again":{{"redo":"continue","turn":"{turn_id(lane.lane, question)}"}}}}'
        await lane.store._client.rpush(lane.of.mailbox, f"1 o ada press-{question}\n{marked}")
        turn = await lane.start("us")
        assert bool(await lane.drop("one")) is stopped
        await lane.finish(turn.epoch, turn.journal["turn"], whose=lane.turn(question))


async def test_an_exchange_and_its_record_change_together_or_not_at_all(lane: Scripts) -> None:
    await answered(lane, "one")
    before_ = await lane.everything()
    assert not await lane.amend("one", "another", "new", "one", "new one")
    assert not await lane.amend("one", "entry", "new", "another", "new one")
    assert await lane.everything() == before_
    assert await lane.amend("one", "entry", "new", "one", "new one")
    assert (await lane.history(), (await record(lane, "one"))["question"]) == (["new"], "new one")
    assert await lane.amend("one", "new", "", "new one", "")
    assert (await lane.history(), await record(lane, "one")) == ([], {})
    assert await lane.store.sorted_range(lane.shared.order, 0, -1) == []
    assert ConversationKeys(THREAD) == lane.shared
