"""Messages through a real store to answers in a room."""

import asyncio

import pytest

from bot.store.keys import ConversationKeys, LaneKeys
from bot.turns.checkpoint import STEPS
from bot.turns.lease import BATCH
from bot.turns.mailbox import Joined
from bot.turns.turn import MOST_RAISED
from bot.turns.walk import BURIED
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, BOB, CHANNEL, THREAD
from tests.engine.turns.crew import Crew, Speaker, Steps, message, until


async def test_one_answer_for_one_message_and_its_exchange_is_remembered(crew: Crew) -> None:
    model, steps = Speaker(), Steps()
    async with crew.at_work(model, checkpoint=steps) as process:
        assert await process.hears(message("hello")) == [Joined.JOINED]
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]
    assert crew.platform.room.seen()[0] == "…"
    assert await crew.history() == [("hello", "heard Ada: hello")]
    assert steps.passed == list(STEPS[STEPS.index("begun") :])
    assert crew.platform.room.violations == []


async def test_an_event_that_comes_again_is_answered_once(crew: Crew) -> None:
    model, gate = Speaker(), asyncio.Event()
    model.script.append((gate, "yes"))
    async with crew.at_work(model) as process:
        assert await process.hears(message("hello"), message("hello")) == [Joined.JOINED, Joined.PENDING]
        gate.set()
        await crew.done()
        assert await process.hears(message("hello")) == [Joined.SEEN]
    assert crew.platform.said == ["yes"]
    assert len(model.asked) == 1


async def test_a_lane_is_answered_in_order_and_what_waited_becomes_one_turn(crew: Crew) -> None:
    model, gate = Speaker(), asyncio.Event()
    model.script.append((gate, "first"))
    async with crew.at_work(model) as process:
        await process.hears(message("one"))
        await until(lambda: len(model.asked) == 1)
        await process.hears(message("two"), message("three"), message("four", author=BOB))
        gate.set()
        await crew.done()
    assert model.at_once == 1
    assert model.heard == ["Ada: one", "Ada: two\nAda: three", "Bob: four"]
    assert crew.platform.said == ["first", "heard Ada: two\nAda: three", "heard Bob: four"]
    assert [said for said, _ in await crew.history()] == ["one", "two\nthree", "four"]
    assert [text for name in ("one", "two", "three", "four") for text in crew.platform.room.texts(name)] == crew.platform.said


async def test_lanes_are_answered_side_by_side(crew: Crew) -> None:
    gate = asyncio.Event()
    model = Speaker(*((gate, "yes"),) * 2)
    async with crew.at_work(model) as process:
        await process.hears(message("one", conversation=CHANNEL), message("two", conversation=CHANNEL, author=BOB))
        await until(lambda: len(model.asked) == 2)
        gate.set()
        await crew.done()
    assert model.at_once == 2


async def test_no_more_turns_run_than_there_are_slots_and_none_is_forgotten(crew: Crew) -> None:
    model, gate = Speaker(), asyncio.Event()
    model.script += [(gate, "yes")] * 6
    async with crew.at_work(model, slots=2, sweep=0.02) as process:
        for number in range(6):
            await process.hears(message(str(number), conversation=CHANNEL, author=BOB if number % 2 else ADA, event=str(number)))
            await process.hears(message(f"t{number}", conversation=THREAD, event=f"t{number}"))
        await until(lambda: len(model.asked) == 2)
        gate.set()
        await crew.done()
    assert model.at_once == 2
    assert sum(len(text.split("\n")) for text in model.heard) == 12


async def test_a_lost_wake_is_found_by_the_sweep(crew: Crew) -> None:
    async with crew.at_work(Speaker(), sweep=0.02) as process:
        await until(lambda: not process.worker._working)
        await process.hears(message("hello"), wake=False)
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]


async def test_what_waited_before_the_start_is_answered_at_once(crew: Crew) -> None:
    await crew.made(Speaker()).hears(message("hello"))
    async with crew.at_work(Speaker(), sweep=60.0):
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]


async def test_messages_that_come_while_a_lane_is_just_ending_are_answered_without_a_sweep(crew: Crew) -> None:
    async with crew.at_work(Speaker(), sweep=60.0) as process:
        for number in range(60):
            await process.hears(message(f"m{number}"))
            for _ in range(number):  # each time a little later in the life of the lane's task
                await asyncio.sleep(0)
        await crew.done()
    answered = [line for text in crew.platform.said for line in text.removeprefix("heard ").split("\n")]
    assert answered == [f"Ada: m{number}" for number in range(60)]


async def test_two_processes_answer_every_message_once_and_in_order(crew: Crew) -> None:
    models = Speaker(), Speaker()
    async with crew.at_work(models[0], sweep=0.05) as one, crew.at_work(models[1], sweep=0.05) as other:
        for number in range(30):
            await (one, other)[number % 2].hears(message(f"m{number}"))
        await crew.done()
    said = [line for text, _ in await crew.history() for line in text.split("\n")]
    assert said == [f"m{number}" for number in range(30)]
    assert crew.platform.room.violations == []


async def test_a_turn_whose_platform_is_not_here_waits_for_a_process_that_has_it(crew: Crew) -> None:
    hello = message("hello")
    elsewhere = crew.platforms.pop("discord")
    async with crew.at_work(Speaker(), sweep=0.01) as process:
        await process.hears(hello)
        assert not process.worker._working
    assert await crew.journal_of(hello) == {}
    crew.platforms["discord"] = elsewhere
    async with crew.at_work(Speaker()):
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]


@pytest.mark.parametrize(
    ("where", "defects", "reply", "asked"),
    [
        ("opened", MOST_RAISED, BURIED, ["Ada: fine"]),
        ("opened", MOST_RAISED + 1, "…", ["Ada: fine"]),
        ("settled", MOST_RAISED, "heard Ada: poison", ["Ada: poison", "Ada: fine"]),
        ("settled", MOST_RAISED + 1, "heard Ada: poison", ["Ada: poison", "Ada: fine"]),
    ],
)
async def test_three_attempts_that_raise_bury_a_turn_unless_it_was_answered_and_the_lane_goes_on(
    crew: Crew, where: str, defects: int, reply: str, asked: list[str]
) -> None:
    attempts = 0

    async def breaks(step: str) -> None:
        nonlocal attempts
        if step == where and attempts < defects:
            attempts += 1
            raise RuntimeError("a defect")

    model = Speaker()
    async with crew.at_work(model, checkpoint=breaks, sweep=0.01) as process:
        await process.hears(message("poison"))
        await until(lambda: attempts >= 1)
        await process.hears(message("fine"))
        await crew.done()
    assert attempts == defects
    assert crew.platform.said == [reply, "heard Ada: fine"]
    assert model.heard == asked


async def test_shutdowns_do_not_count_as_attempts_that_broke(crew: Crew) -> None:
    for _ in range(MOST_RAISED + 2):
        never = Speaker((asyncio.Event(),))
        async with crew.at_work(never, drain=0) as process:
            await process.hears(message("hello"))
            await until(lambda never=never: len(never.asked) == 1)  # type: ignore[misc]
    assert (await crew.journal_of(message("hello")))["attempts"] == str(MOST_RAISED + 2)
    async with crew.at_work(Speaker()):
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]


async def test_what_nobody_can_read_is_dropped_and_holds_nothing_up(crew: Crew) -> None:
    lane = Lane(THREAD)
    process = crew.made(Speaker())
    await process.hears(message("one"))
    for _ in range(BATCH + 3):
        await crew.store._client.rpush(LaneKeys(lane).mailbox, "99 {}")
    await process.hears(message("two"))
    await crew.store._client.lpush(LaneKeys(lane).mailbox, "garbage")
    await crew.store._client.zadd(ConversationKeys(THREAD).pending, {"not a lane": 0})
    model = Speaker()
    async with crew.at_work(model):
        await until(lambda: len(crew.platform.said) == 2)
    assert model.heard == ["Ada: one", "Ada: two"]
    assert await crew.store.range(LaneKeys(lane).mailbox, 0, -1) == []


@pytest.mark.parametrize("drain", [5.0, 0.0])
async def test_shutdown_drains_what_runs_and_leaves_the_rest(crew: Crew, drain: float) -> None:
    gate = asyncio.Event()
    model = Speaker(("beginning", gate, " end"))
    async with crew.at_work(model, drain=drain) as process:
        await process.hears(message("one"))
        await until(lambda: len(model.asked) == 1)
        await process.hears(message("two", author=BOB))
        if drain:
            asyncio.get_running_loop().call_later(0.05, gate.set)
    assert model.closed == 1
    assert crew.platform.said == (["beginning end"] if drain else crew.platform.said)
    assert len(crew.platform.said) == 1
    successor = Speaker()
    async with crew.at_work(successor, sweep=60.0):  # no lease stands in its way
        await crew.done()
    assert successor.heard == (["Bob: two"] if drain else ["Ada: one", "Bob: two"])
    assert len(crew.platform.said) == 2


async def test_a_worker_can_work_again(crew: Crew) -> None:
    process = crew.made(Speaker())
    for text in ("one", "two"):
        async with process.worker.working(process.wakes, drain_seconds=1):
            await process.hears(message(text))
            await crew.done()
    assert crew.platform.said == ["heard Ada: one", "heard Ada: two"]
