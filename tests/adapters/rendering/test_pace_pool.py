"""The bot's fifty a second: exact, however many processes send, and whichever of them freeze, wake or die with what they borrowed."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.limits import OVERALL
from adapters.rendering.pace import Pace
from bot.vocabulary.pace import Budget
from tests.adapters.rendering.paced import FIFTY, SECOND, House
from tests.fakes.clock import VirtualClock


@pytest.mark.parametrize("processes", [1, 2, 7, 40, 200])
async def test_however_many_processes_burst_in_the_same_second(processes: int) -> None:
    house = House(processes)
    for turn in range(2_000 // processes):
        for process in house.processes:
            process.send(urgent=turn % 3 == 0)
    await house.clock.advance(20)
    assert house.most <= FIFTY
    assert len(house.sent) >= 20 * 35, "and not much less than allowed"
    await house.end()


async def test_what_was_borrowed_before_a_rest_is_not_added_to_what_others_borrow_after_it() -> None:
    house = House(30)
    for moment in range(40):
        for process in house.processes[: moment % 30]:
            process.send(urgent=False)
        await house.clock.advance(0.7)
    for process in house.processes:
        for _ in range(10):
            process.send(urgent=True)
    await house.clock.advance(30)
    assert house.most <= FIFTY
    assert min(process.served for process in house.processes) >= 10
    await house.end()


async def test_processes_that_wake_together_do_not_use_what_they_had_borrowed() -> None:
    house = House(20)
    for process in house.processes:
        process.send(urgent=False)
    await house.clock.advance(3)
    for process in house.processes[:10]:
        process.freeze()
    for process in house.processes[10:]:
        process.stream()
    await house.clock.advance(4)
    for process in house.processes[:10]:
        process.stream()
        process.thaw()
    await house.clock.advance(4)
    assert house.most <= FIFTY
    await house.end()


async def test_processes_that_were_frozen_while_they_asked_do_not_use_an_old_answer() -> None:
    house = House(16, takes=0.2)
    for process in house.processes[:10]:
        process.send(urgent=False)
    await house.clock.advance(0.1)
    for process in house.processes[:10]:
        process.freeze()
    await house.clock.advance(6)
    for process in house.processes[10:]:
        for _ in range(8):
            process.send(urgent=True)
    await house.clock.advance(0.5)
    for process in house.processes[:10]:
        process.send(urgent=False)
        process.thaw()
    await house.clock.advance(4)
    assert house.most <= FIFTY
    assert [process.served for process in house.processes] == [2] * 10 + [8] * 6
    await house.end()


async def test_what_a_process_has_forgotten_still_counts() -> None:
    house = House(20, takes=0.0)
    for process in house.processes[:10]:
        process.send(urgent=False)
    await house.clock.advance(4.9)
    for process in house.processes[:10]:
        process.send(urgent=False)
    await house.clock.advance(0.2)
    for number, process in enumerate(house.processes[:10]):
        process.send(urgent=False, bucket=Budget(f"elsewhere {number}", interval=1.0))
    await house.clock.advance(0.01)
    for process in house.processes[:10]:
        for _ in range(2):
            process.send(urgent=False)
    await house.clock.advance(0.03)
    for process in house.processes[10:]:
        for _ in range(6):
            process.send(urgent=True)
    await house.clock.advance(10)
    assert house.most <= FIFTY
    await house.end()


async def test_the_turns_of_the_dead_come_back_within_their_time() -> None:
    house = House(12)
    for process in house.processes:
        process.stream()
    await house.clock.advance(5)
    for process in house.processes[1:]:
        await process.die()
    before, began = house.processes[0].served, house.clock.elapsed
    await house.clock.advance(2 * OVERALL.window)
    assert house.processes[0].served - before >= 25, "the survivor goes on at once"
    house.processes[0].send(urgent=True)
    await house.clock.advance(OVERALL.window)
    assert house.most <= FIFTY
    assert house.clock.elapsed - began < 4
    await house.end()


async def test_a_final_text_does_not_wait_for_edits() -> None:
    house = House(4)
    for _ in range(50):
        for process in house.processes:
            process.stream()
    await house.clock.advance(5)
    for _ in range(OVERALL.reserve // 2):
        before = len(house.sent)
        began = house.clock.elapsed
        asked = asyncio.create_task(house.processes[0].sends(urgent=True))
        await house.clock.run_until(asked)
        assert house.clock.elapsed - began <= 0.3, f"after {before} sends"
    await house.end()


async def test_while_the_lender_is_away_four_processes_stay_below_it_too() -> None:
    house = House(4)
    for _ in range(30):
        for process in house.processes:
            process.stream()
    await house.clock.advance(5)
    house.bank.away = True
    await house.clock.advance(10)
    assert len([at for at in house.sent if at > 8]) >= 7 * 40
    house.bank.away = False
    await house.clock.advance(10)
    assert house.most <= FIFTY
    await house.end()


async def test_a_process_that_paces_for_itself_keeps_it_too() -> None:
    clock = VirtualClock()
    pace, sent = Pace(clock), list[float]()

    async def send() -> None:
        await pace.turn([OVERALL], urgent=False)
        sent.append(clock.elapsed)

    await clock.run_until(asyncio.gather(*(send() for _ in range(200))))
    assert sum(at < SECOND for at in sent) <= FIFTY
    assert sent[-1] < 5


@dataclass(frozen=True, slots=True)
class Step:
    """After some seconds something happens to a process."""

    after: float
    process: int
    what: str
    sends: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from([0.0, 0.001, 0.02, 0.3, 1.0, 1.04, 1.06, 2.5, 4.9, 5.0, 6.1]) | st.floats(0, 7),
        st.integers(0, 7),
        st.sampled_from(["edits", "edits", "edits", "finals", "freeze", "thaw", "die"]),
        st.integers(1, 60),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=120, deadline=None)
@given(steps=STEPS, takes=st.sampled_from([0.0, 0.001, 0.2]))
def test_no_second_ever_holds_more_and_everybody_who_lives_is_served(steps: list[Step], takes: float) -> None:
    async def scenario() -> None:
        house = House(8, takes=takes)
        asked, dead = [0] * 8, set[int]()
        for step in steps:
            await house.clock.advance(step.after)
            process = house.processes[step.process]
            if step.what in ("edits", "finals") and step.process not in dead:
                for _ in range(step.sends):
                    process.send(urgent=step.what == "finals")
                asked[step.process] += step.sends
            elif step.what == "freeze":
                process.freeze()
            elif step.what == "thaw":
                process.thaw()
            elif step.what == "die":
                dead.add(step.process)
                await process.die()
        for process in house.processes:
            process.thaw()
        await house.clock.advance(10 + sum(asked) / 30)
        assert house.most <= FIFTY
        for number, process in enumerate(house.processes):
            assert number in dead or process.served == asked[number]
        await house.end()

    asyncio.run(scenario())
