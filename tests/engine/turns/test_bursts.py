"""What people say while an answer is being written, or in one breath: queued, gathered or steered, and seen to wait."""

import asyncio
from dataclasses import replace

from bot.errors import PlatformUnavailable
from bot.turns.asking import STEERED
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Addressed
from bot.vocabulary.lane import Lane
from bot.vocabulary.manners import Busy
from tests.engine.samples import ADA, BOB, CHANNEL, THREAD
from tests.engine.turns.crew import Crew, Speaker, message, until


async def test_who_waits_sees_it_until_their_turn_begins(crew: Crew) -> None:
    gate = asyncio.Event()
    async with crew.at_work(Speaker(("first", gate))) as process:
        assert await process.reception.join(message("one")) is Receipt.JOINED
        await until(lambda: crew.platform.said == ["first"])
        for text in ("two", "three"):
            await process.reception.join(message(text))
        await until(lambda: crew.platform.waiting == {"two": True, "three": True})
        gate.set()
        await until(lambda: crew.platform.waiting == {"two": False, "three": False})
        await crew.done()
    assert crew.platform.said == ["first", "heard Ada: two\nAda: three"]


async def test_a_sign_that_could_not_be_taken_away_is_taken_away_later(crew: Crew) -> None:
    gate = asyncio.Event()
    async with crew.at_work(Speaker(("first", gate))) as process:
        await process.reception.join(message("one"))
        await until(lambda: crew.platform.said == ["first"])
        await process.reception.join(message("two"))
        await until(lambda: crew.platform.waiting == {"two": True})
        crew.platform.sign_troubles.append(PlatformUnavailable("busy", retry_after=0.1))
        gate.set()
        await until(lambda: crew.platform.waiting == {"two": False})


async def test_a_process_that_is_full_lets_people_see_that_they_wait(crew: Crew) -> None:
    gate = asyncio.Event()
    async with crew.at_work(Speaker(("first", gate)), slots=1, sweep=0.05) as process:
        await process.reception.join(message("one"))
        await until(lambda: crew.platform.said == ["first"])
        await process.reception.join(message("two", author=BOB, conversation=CHANNEL))
        await until(lambda: crew.platform.waiting == {"two": True})
        gate.set()
        await until(lambda: crew.platform.waiting == {"two": False})
        await crew.done()


async def test_who_is_overdue_comes_before_who_asked_earlier_for_a_slot(crew: Crew) -> None:
    gate = asyncio.Event()
    old = message("old", author=BOB, conversation=CHANNEL)
    async with crew.at_work(Speaker(("first", gate)), slots=1, sweep=0.05, overdue=0.2) as process:
        await process.reception.join(message("one"))
        await until(lambda: crew.platform.said == ["first"])
        await process.mailbox.join(old, Lane.of(old))  # its wake was lost
        await asyncio.sleep(0.3)
        for number in range(3):
            await process.reception.join(message(f"new {number}", conversation=replace(CHANNEL, channel=f"c{number}")))
        await until(lambda: bool(process.worker._later))
        gate.set()
        await crew.done()
    assert crew.platform.said[1] == "heard Bob: old"


async def test_steering_stops_the_running_answer_and_the_next_turn_sees_what_was_said(crew: Crew) -> None:
    model = Speaker(("Red is a colour", asyncio.Event()))
    async with crew.at_work(model, busy=Busy.STEER) as process:
        await process.reception.join(message("red?"))
        await until(lambda: crew.platform.said == ["Red is a colour"])
        await process.reception.join(message("no, blue!"))
        await crew.done()
    assert crew.platform.said == [f"Red is a colour\n\n_{STEERED}_", "heard Ada: no, blue!"]
    said = [one.text for one in model.asked[1].messages]
    assert said[1:3] == ["Ada: red?", "Red is a colour"]
    assert crew.platform.waiting == {}, "it hardly waits"


async def test_steering_before_the_first_word_keeps_the_question(crew: Crew) -> None:
    model = Speaker((asyncio.Event(),))
    async with crew.at_work(model, busy=Busy.STEER) as process:
        await process.reception.join(message("red?"))
        await until(lambda: len(model.asked) == 1)
        await process.reception.join(message("no, blue!"))
        await crew.done()
    assert crew.platform.said == [STEERED, "heard Ada: no, blue!"]
    assert "Ada: red?" in [one.text for one in model.asked[1].messages]


async def test_nobody_steers_another_persons_answer(crew: Crew) -> None:
    gate = asyncio.Event()
    model = Speaker(("for Ada", gate, " alone"))
    async with crew.at_work(model, busy=Busy.STEER) as process:
        await process.reception.join(message("one", author=ADA, conversation=THREAD))
        await until(lambda: crew.platform.said == ["for Ada"])
        await process.reception.join(message("two", author=BOB, conversation=THREAD))
        await until(lambda: crew.platform.waiting == {"two": True})
        gate.set()
        await crew.done()
    assert crew.platform.said == ["for Ada alone", "heard Bob: two"]


async def test_direct_messages_in_one_breath_are_one_turn(crew: Crew) -> None:
    model = Speaker()
    async with crew.at_work(model, gather=0.8, sweep=60.0) as process:
        for text in ("one", "two", "three"):
            await process.reception.join(replace(message(text), addressed=Addressed.DIRECT))
        await crew.done()
    assert model.heard == ["Ada: one\nAda: two\nAda: three"]


async def test_whoever_is_woken_early_still_waits_for_what_follows(crew: Crew) -> None:
    model = Speaker()
    async with crew.at_work(model, gather=0.8, sweep=60.0) as process:
        for text in ("one", "two"):
            await process.hears(replace(message(text), addressed=Addressed.DIRECT))  # its wake comes at once
        await crew.done()
    assert model.heard == ["Ada: one\nAda: two"]


async def test_a_direct_message_has_its_lane_looked_at_when_it_is_gathered_unless_a_turn_runs(crew: Crew) -> None:
    gate, woken = asyncio.Event(), dict[str, float]()
    one, two = (replace(message(text), addressed=Addressed.DIRECT) for text in ("one", "two"))
    other = replace(message("other", author=BOB, conversation=CHANNEL), addressed=Addressed.DIRECT)
    order = replace(message("order", conversation=replace(CHANNEL, channel="orders")), addressed=Addressed.DIRECT)
    opening = replace(message("opens", conversation=replace(CHANNEL, channel="opening")), addressed=Addressed.DIRECT, opens=True)
    receiver = crew.made(Speaker(), gather=60.0, order=lambda inbound: "done" if inbound.text == "order" else None)

    async def note(lane: str, after: float) -> None:
        woken[lane] = after

    async with crew.at_work(Speaker(("first", gate)), sweep=60.0) as process, receiver.wakes.received(note, platforms=()):
        await process.reception.join(one)
        await until(lambda: crew.platform.said == ["first"])
        for each in (other, two):
            assert await receiver.reception.join(each) is Receipt.JOINED
        plain = message("plain", author=BOB, conversation=replace(CHANNEL, channel="open"))
        assert await receiver.reception.join(plain) is Receipt.JOINED
        for each in (order, opening):
            assert await receiver.reception.join(each) is Receipt.JOINED
        await until(lambda: len(woken) == 5)
        gate.set()
    assert woken == {str(Lane.of(each)): after for each, after in ((other, 60.0), (two, 0), (plain, 0), (order, 0), (opening, 0))}


async def test_elsewhere_nobody_waits_for_what_may_follow(crew: Crew) -> None:
    async with crew.at_work(Speaker(), gather=60.0, sweep=60.0) as process:
        await process.reception.join(message("one"))
        await crew.done()
    assert crew.platform.said == ["heard Ada: one"]
