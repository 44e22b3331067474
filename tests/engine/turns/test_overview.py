"""How the work stands, and a second chance for what was given up."""

import asyncio
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from bot.store.keys import LaneKeys, ServerKeys
from bot.turns.buried import Graveyard
from bot.turns.mailbox import Mailbox
from bot.turns.overview import LATE_SECONDS, Overview, standing
from bot.turns.turn import Turn, turn_id
from bot.turns.wakes import LocalWakes, Wakes
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.standing import Again, Standing
from tests.engine.samples import BOB, CHANNEL, THREAD
from tests.engine.turns.crew import Crew, Speaker, message, until

HERE = THREAD.server_key
ELSEWHERE = ConversationKey("discord", "other guild", "c", "t")
HELLO = message("hello")


def overview(crew: Crew, *, most: int = 50, wakes: Wakes | None = None) -> Overview:
    graveyard = Graveyard(crew.store, clock=SystemClock())
    return Overview(crew.store, Mailbox(crew.store, most=most), wakes or LocalWakes(), graveyard, is_order=lambda m: m.text == "stop")


async def bury(crew: Crew, *messages: Inbound) -> str:
    """As the walk does it, before it settles the apology."""
    lane = Lane.of(messages[0])
    turn = Turn(turn_id(lane, messages[0].id), lane, messages)
    await Graveyard(crew.store, clock=SystemClock()).bury(turn, reason="KeyError")
    return turn.id


async def joined_ago(crew: Crew, inbound: Inbound, seconds: float, *, place: int = 0) -> None:
    """For the server, the message at `place` in the mailbox joined so long ago."""
    mailbox = LaneKeys(Lane.of(inbound)).mailbox
    line = await crew.store._client.lindex(mailbox, place)
    since, _, rest = line.partition(" ")
    await crew.store._client.lset(mailbox, place, f"{int(since) - int(seconds * 1000)} {rest}")


async def test_nothing_goes_on(crew: Crew) -> None:
    assert await overview(crew).standing(HERE) == Standing()


async def test_an_order_that_asks_is_no_answer_being_written(crew: Crew) -> None:
    seen: list[Standing] = []

    async def look(step: str) -> None:
        if step == "opened":
            seen.append(await overview(crew).standing(HERE))

    async with crew.at_work(Speaker(), order=lambda m: "done" if m.text == "status" else None, checkpoint=look) as process:
        await process.hears(message("status"))
        await crew.done()
    assert seen == [Standing()]


async def test_what_is_written_is_told_from_what_waits_behind_it(crew: Crew) -> None:
    async with crew.at_work(Speaker(("beginning", asyncio.Event())), slots=1, drain=0) as process:
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await process.hears(message("and then?"), message("hm", author=BOB, conversation=CHANNEL), wake=False)
        now = await overview(crew).standing(HERE)
        assert (now.writing, now.waiting, now.left) == (1, 2, 0)
        assert 0 <= now.oldest < LATE_SECONDS


async def test_servers_are_counted_apart_and_together(crew: Crew) -> None:
    process = crew.made(Speaker())
    await process.hears(HELLO, message("there", conversation=ELSEWHERE), wake=False)
    assert (await overview(crew).standing(HERE)).waiting == 1
    assert (await overview(crew).standing(ELSEWHERE.server_key)).waiting == 1
    assert (await standing(crew.store, process.mailbox)).waiting == 2


@pytest.mark.parametrize(("seconds", "left"), [(LATE_SECONDS - 20, 0), (LATE_SECONDS + 20, 1)])
async def test_a_lane_that_nobody_works_on_is_left_after_a_while(crew: Crew, seconds: float, left: int) -> None:
    await crew.made(Speaker()).hears(HELLO, wake=False)
    await joined_ago(crew, HELLO, seconds)
    now = await overview(crew).standing(HERE)
    assert now.left == left
    assert abs(now.oldest - seconds) < 10


async def test_a_long_answer_leaves_nobody(crew: Crew) -> None:
    async with crew.at_work(Speaker(("beginning", asyncio.Event())), drain=0) as process:
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await joined_ago(crew, HELLO, 3 * LATE_SECONDS)
        assert await overview(crew).standing(HERE) == Standing(writing=1)
        await process.hears(message("and then?"), wake=False)
        await joined_ago(crew, HELLO, 2 * LATE_SECONDS, place=1)
        now = await overview(crew).standing(HERE)
        assert (now.writing, now.waiting, now.left) == (1, 1, 0)
        assert now.oldest >= 2 * LATE_SECONDS


async def test_what_a_dead_process_left_is_not_being_written(crew: Crew) -> None:
    async with crew.at_work(Speaker(("beginning", asyncio.Event())), drain=0) as process:
        await process.hears(HELLO)
        await until(lambda: crew.platform.said == ["beginning"])
        await crew.time_passes(HELLO)
        now = await overview(crew).standing(HERE)
        assert (now.writing, now.waiting) == (0, 1)


async def test_a_second_chance_is_a_turn_of_its_own_with_the_same_words(crew: Crew) -> None:
    turn = await bury(crew, HELLO, message("are you there?"))
    async with crew.at_work(Speaker()) as process:
        assert await overview(crew, wakes=process.wakes).again(HERE, turn) is Again.WAITS
        await crew.done()
    assert await crew.history() == [("hello\nare you there?", "heard Ada: hello\nAda: are you there?")]
    assert await overview(crew).buried(HERE) == []


async def test_however_many_ask_at_once_it_is_tried_once(crew: Crew) -> None:
    turn = await bury(crew, HELLO)
    async with crew.at_work(Speaker()) as process:
        asked = [overview(crew, wakes=process.wakes).again(HERE, turn) for _ in range(20)]
        assert sorted(said.value for said in await asyncio.gather(*asked)) == ["unknown"] * 19 + ["waits"]
        await crew.done()
    assert len(await crew.history()) == 1


async def test_who_died_after_its_messages_joined_is_followed_by_nobody_s_second_answer(crew: Crew) -> None:
    """The claim of the first runs out, and its messages are there already."""
    turn = await bury(crew, HELLO)
    async with crew.at_work(Speaker()) as process:
        view = overview(crew, wakes=process.wakes)
        claimed = await view.graveyard.again(HERE, turn)
        assert claimed is not None
        await process.hears(replace(HELLO, id="hello.again.1"))
        await crew.store.hash_set(ServerKeys(HERE).buried, {f"claim {turn}": "1"}, ttl=60)
        assert await view.again(HERE, turn) is Again.WAITS
        await crew.done()
    assert len(await crew.history()) == 1
    assert await view.buried(HERE) == []


async def test_a_turn_of_another_server_is_out_of_reach(crew: Crew) -> None:
    turn = await bury(crew, HELLO)
    assert await overview(crew).again(ELSEWHERE.server_key, turn) is Again.UNKNOWN
    assert [buried.turn for buried in await overview(crew).buried(HERE)] == [turn]


async def test_a_full_lane_takes_none_and_the_turn_stays_in_the_list(crew: Crew) -> None:
    turn = await bury(crew, HELLO)
    process = crew.made(Speaker(), most=1)
    await process.hears(message("first"), wake=False)
    assert await overview(crew, most=1).again(HERE, turn) is Again.FULL
    assert [buried.turn for buried in await overview(crew).buried(HERE)] == [turn]
    assert await overview(crew, most=2).again(HERE, turn) is Again.WAITS
