"""Several processes, one budget: never too much at once, urgent sends soon, nobody forgotten, nobody's death a burden."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.limits import budgets as of_discord
from adapters.rendering.line import LATE
from adapters.rendering.pace import Pace
from adapters.slack.limits import budgets as of_slack
from bot.vocabulary.pace import Budget
from tests.fakes.bank import Bank
from tests.fakes.clock import VirtualClock

EDITS = of_discord(1)["edit"][0]
UPDATES = of_slack("T", "C")["edit"][0]


@dataclass(frozen=True, slots=True)
class Sent:
    """One send, and how long it waited."""

    name: str
    at: float
    waited: float


class Crowd:
    """Processes, each with a `Pace` of its own, before one lender."""

    def __init__(self, processes: int, *, takes: float = 0.0) -> None:
        self.clock = VirtualClock()
        self.bank = Bank(self.clock)
        self.paces = [Pace(self.clock, self.bank.lender(str(number), takes=takes)) for number in range(processes)]
        self.sent: list[Sent] = []

    def ask(self, process: int, *budgets: Budget, name: str = "", urgent: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self.send(process, *budgets, name=name, urgent=urgent))

    async def send(self, process: int, *budgets: Budget, name: str = "", urgent: bool = False) -> None:
        asked = self.clock.elapsed
        await self.paces[process].turn(budgets or [EDITS], urgent=urgent)
        self.sent.append(Sent(name or str(process), self.clock.elapsed, self.clock.elapsed - asked))

    def stream(self, process: int, *budgets: Budget, takes: float = 0.05) -> asyncio.Task[None]:
        """Sends for ever, one after the other, each of which takes a moment."""

        async def stream() -> None:
            while True:
                await self.send(process, *budgets)
                await self.clock.sleep(takes)

        return asyncio.create_task(stream())

    def times(self, name: str = "") -> list[float]:
        return [sent.at for sent in self.sent if name in ("", sent.name)]

    async def end(self, *streams: "asyncio.Task[None]") -> None:
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


def most_within(window: float, times: Sequence[float]) -> int:
    """The most sends that any window of so many seconds holds."""
    return max(sum(begin <= at < begin + window - 1e-6 for at in times) for begin in times)


def allowed(budget: Budget, window: float) -> int:
    """The most sends that any window of so many seconds can hold, one of them late and the others not."""
    if budget.limit:
        return ceil((window - 1e-9) / budget.window) * budget.limit
    longest = window + budget.interval * LATE - 1e-9
    return ceil(longest / budget.interval) + (budget.reserve - 1 + ceil(longest / budget.refill) if budget.reserve else 0)


@pytest.mark.parametrize(
    ("budget", "window", "limit"),
    [
        (of_discord(1)["post"][0], 5, 5),
        (of_discord(1)["edit"][0], 5, 5),
        (of_discord(1)["delete"][0], 5, 5),
        (of_discord(1)["attach"][0], 5, 5),
        (of_discord(1)["edit"][1], 1, 50),
        (of_slack("T", "C")["post"][0], 3, 3),
        (of_slack("T", "C")["edit"][0], 60, 50),
        (of_slack("T", "C")["delete"][0], 60, 50),
        (of_slack("T", "C")["attach"][1], 60, 100),
        (of_slack("T", "C")["start"][0], 60, 20),
        (of_slack("T", "C")["append"][0], 60, 100),
        (of_slack("T", "C")["stop"][0], 60, 20),
    ],
    ids=lambda value: value.bucket if isinstance(value, Budget) else None,
)
def test_the_numbers_keep_within_what_the_platforms_say(budget: Budget, window: float, limit: int) -> None:
    assert allowed(budget, window) <= limit


async def test_alone_it_is_as_fast_as_the_platform_allows_and_asks_less_and_less() -> None:
    crowd = Crowd(1)
    stream = crowd.stream(0)
    await crowd.clock.advance(39.5 * EDITS.interval)
    assert crowd.times() == [pytest.approx(number * EDITS.interval, abs=0.02) for number in range(40)]  # it counts in milliseconds
    assert crowd.bank.asked == 2 + 37 // 4 + 1  # blocks of 1, 2, 4, 4, …
    await crowd.end(stream)


async def test_a_steady_stream_never_waits_for_the_lender() -> None:
    crowd = Crowd(1, takes=0.2)
    stream = crowd.stream(0)
    await crowd.clock.advance(30)
    assert all(later - earlier == pytest.approx(EDITS.interval, abs=0.21) for earlier, later in pairwise(crowd.times()))
    assert crowd.times()[-1] - crowd.times()[0] == pytest.approx((len(crowd.sent) - 1) * EDITS.interval, abs=0.21)
    await crowd.end(stream)


@pytest.mark.parametrize("processes", [2, 4])
async def test_streams_of_several_processes_take_turns(processes: int) -> None:
    crowd = Crowd(processes)
    streams = [crowd.stream(number) for number in range(processes)]
    await crowd.clock.advance(120)
    assert len(crowd.sent) >= 120 / EDITS.interval - 2
    shares = [len(crowd.times(str(number))) for number in range(processes)]
    assert max(shares) - min(shares) <= 2
    for number in range(processes):
        gaps = [later - earlier for earlier, later in pairwise(crowd.times(str(number))[2:])]
        assert max(gaps) <= (processes + 1) * EDITS.interval + 0.01
    await crowd.end(*streams)


async def test_among_many_processes_nobody_starves_and_who_is_urgent_overtakes() -> None:
    crowd = Crowd(21)
    streams = [crowd.stream(number) for number in range(20)]
    await crowd.clock.advance(20 * 60)
    shares = [len(crowd.times(str(number))) for number in range(20)]
    assert sum(shares) >= 20 * 60 / EDITS.interval * 0.99
    assert min(shares) >= sum(shares) / 20 / 4
    for _ in range(3):
        await crowd.clock.run_until(crowd.ask(20, name="urgent", urgent=True))
    assert max(sent.waited for sent in crowd.sent if sent.name == "urgent") <= EDITS.refill + 0.002
    await crowd.end(*streams)


async def test_a_newcomer_waits_for_no_more_than_one_block() -> None:
    crowd = Crowd(2)
    old = crowd.stream(0)
    await crowd.clock.advance(20)
    new = crowd.stream(1)
    await crowd.clock.advance(30)
    first = crowd.times("1")[0]
    assert first - 20 <= EDITS.most * EDITS.interval
    await crowd.end(old, new)


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_an_urgent_send_goes_at_once_beside_streams_and_the_next_by_the_reserve(processes: int) -> None:
    crowd = Crowd(processes + 1)
    streams = [crowd.stream(number) for number in range(processes)]
    await crowd.clock.advance(30.1)
    for name in ("first text", "final text"):
        await crowd.clock.run_until(crowd.ask(processes, name=name, urgent=True))
    first, final = (sent for sent in crowd.sent if " " in sent.name)
    assert first.waited == pytest.approx(0, abs=0.002)
    assert final.waited <= EDITS.refill + 0.002
    await crowd.end(*streams)


async def test_an_urgent_send_of_a_streaming_process_does_not_wait_for_its_next_edit() -> None:
    crowd = Crowd(1)
    stream = crowd.stream(0)
    await crowd.clock.advance(20.1)
    await crowd.clock.run_until(crowd.ask(0, name="final", urgent=True))
    assert crowd.sent[-1].waited <= 0.002
    await crowd.end(stream)


async def test_what_a_dead_process_borrowed_holds_others_up_for_one_block_only() -> None:
    crowd = Crowd(2)
    dead = crowd.stream(0)
    await crowd.clock.advance(4 * EDITS.interval + 0.1)  # the last turns of a block of four are still to come
    await crowd.end(dead)
    living = crowd.stream(1)
    began = crowd.clock.elapsed
    await crowd.clock.advance(60)
    assert crowd.times("1")[0] - began <= EDITS.most * EDITS.interval
    steady = crowd.times("1")[1:]
    assert all(later - earlier == pytest.approx(EDITS.interval, abs=0.002) for earlier, later in pairwise(steady))
    await crowd.end(living)


async def test_cancelled_waiters_give_up_their_place_and_leave_their_loan_to_the_next() -> None:
    crowd = Crowd(1, takes=0.3)
    gone, stays = crowd.ask(0, name="gone"), crowd.ask(0, name="stays")
    await crowd.clock.advance(0.1)
    gone.cancel()
    await crowd.clock.run_until(stays)
    assert [(sent.name, sent.at) for sent in crowd.sent] == [("stays", 0.3)]
    assert crowd.bank.asked == 1


async def test_a_lender_that_is_away_is_no_hindrance() -> None:
    crowd = Crowd(1)
    stream = crowd.stream(0)
    await crowd.clock.advance(10)
    crowd.bank.away = True
    await crowd.clock.advance(30)
    crowd.bank.away = False
    await crowd.clock.advance(10)
    gaps = [later - earlier for earlier, later in pairwise(crowd.times())]
    assert min(gaps) >= EDITS.interval * 7 / 8
    assert max(gaps) <= EDITS.interval * 9 / 8
    await crowd.end(stream)


async def test_an_urgent_send_while_the_lender_is_away_waits_for_an_interval_at_most() -> None:
    crowd = Crowd(1)
    crowd.bank.away = True
    stream = crowd.stream(0)
    await crowd.clock.advance(10)
    await crowd.clock.run_until(crowd.ask(0, name="final", urgent=True))
    assert crowd.sent[-1].waited <= EDITS.interval
    await crowd.end(stream)


async def test_a_send_draws_on_all_its_budgets_and_a_full_channel_holds_nobody_else_up() -> None:
    overall = Budget("all", interval=0.1)
    full, free = Budget("full", interval=10.0), Budget("free", interval=1.0)
    crowd = Crowd(1)
    tasks = [crowd.ask(0, full, overall, name="full") for _ in range(3)]
    tasks += [crowd.ask(0, free, overall, name="free") for _ in range(3)]
    await crowd.clock.run_until(asyncio.gather(*tasks))
    assert crowd.times("full") == [0.0, pytest.approx(10.0), pytest.approx(20.0)]
    # its first turn was lent at 0.0 already, while it waited for the wide one, and was used late
    assert crowd.times("free") == [pytest.approx(0.1), pytest.approx(1.0), pytest.approx(2.0)]


async def test_turns_that_were_not_used_in_time_are_not_used_later() -> None:
    crowd = Crowd(2)
    for begin in (0.1, 0.3, 0.5, 0.7, 0.9, 1.1):
        resting = crowd.stream(0)
        await crowd.clock.advance(7 * EDITS.interval + 0.1)
        await crowd.end(resting)
        other = crowd.stream(1)
        await crowd.clock.advance(20 + begin)
        await crowd.clock.run_until(crowd.ask(0))
        await crowd.clock.advance(5)
        await crowd.end(other)
        await crowd.clock.advance(20)
    assert all(later - earlier >= EDITS.interval * (1 - LATE) - 0.002 for earlier, later in pairwise(crowd.times()))


async def test_who_was_overtaken_in_the_channel_steps_out_of_the_way_of_other_channels() -> None:
    overall, slow, free = Budget("all", interval=1.0, most=1), Budget("slow", interval=10.0, keep=5.0), Budget("free", interval=0.5)
    crowd = Crowd(1)
    await crowd.clock.run_until(crowd.ask(0, overall))
    tasks = [crowd.ask(0, slow, overall, name="overtaken")]
    await crowd.clock.advance(0.5)
    tasks += [crowd.ask(0, slow, overall, name="urgent", urgent=True), crowd.ask(0, free, overall, name="free")]
    await crowd.clock.run_until(asyncio.gather(*tasks))
    assert [sent.name for sent in crowd.sent[1:]] == ["urgent", "free", "overtaken"]
    assert crowd.times("free")[0] <= 3


async def test_whoever_waits_longest_goes_first_where_the_overall_budget_is_short() -> None:
    overall = Budget("all", interval=1.0, most=2)
    crowd = Crowd(1)
    tasks = [crowd.ask(0, Budget(f"channel {number}", interval=0.2), overall, name=str(number)) for number in range(30)]
    await crowd.clock.run_until(asyncio.gather(*tasks))
    assert [sent.name for sent in crowd.sent] == [str(number) for number in range(30)]
    assert crowd.times() == [pytest.approx(number) for number in range(30)]


async def test_what_was_kept_ahead_is_used_later() -> None:
    overall = Budget("all", interval=0.025, most=8, ahead=2, keep=5.0)
    crowd = Crowd(1)
    for _ in range(8):
        await crowd.clock.run_until(crowd.ask(0, overall))
        await crowd.clock.advance(1.3)
    assert crowd.times() == [pytest.approx(1.3 * number) for number in range(8)]
    assert crowd.bank.asked == 3  # blocks of 2, 4 and 8, of which four lapse


ASKS = st.lists(
    st.tuples(st.floats(0, 4), st.integers(0, 3), st.integers(0, 1), st.booleans(), st.floats(0, 6) | st.none()), min_size=1, max_size=25
)


@settings(max_examples=150, deadline=None)
@given(asks=ASKS, takes=st.sampled_from([0.0, 0.01]))
def test_no_window_holds_more_than_discord_takes_and_everybody_is_served(
    asks: list[tuple[float, int, int, bool, float | None]], takes: float
) -> None:
    async def scenario() -> None:
        crowd, kept, tasks, urgents = Crowd(4, takes=takes), [], [], 0
        budgets = [of_discord(channel)["edit"] for channel in range(2)]
        for number, (pause, process, channel, urgent, patience) in enumerate(asks):
            await crowd.clock.advance(pause)
            name = f"{channel}/{'urgent' if urgent else 'ordinary'}/{number}"
            tasks.append(crowd.ask(process, *budgets[channel], name=name, urgent=urgent))
            urgents += urgent
            if patience is None:
                kept.append(name)
            else:
                tasks.append(asyncio.create_task(give_up(crowd, tasks[-1], patience)))
        await crowd.clock.run_until(asyncio.gather(*tasks, return_exceptions=True))
        assert set(kept) <= {sent.name for sent in crowd.sent}
        for channel in range(2):
            times = [sent.at for sent in crowd.sent if sent.name.startswith(str(channel))]
            assert not times or most_within(5.0, times) <= 5
        for sent in crowd.sent:
            assert "urgent" not in sent.name or sent.waited <= urgents * EDITS.refill
        await crowd.clock.advance(100)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


async def give_up(crowd: Crowd, task: asyncio.Task[None], patience: float) -> None:
    await crowd.clock.sleep(patience)
    task.cancel()


@pytest.mark.parametrize("processes", [1, 2, 5])
async def test_fifty_in_one_workspace_stay_below_its_minute(processes: int) -> None:
    crowd = Crowd(processes)
    firsts = [crowd.ask(number % processes, UPDATES, urgent=True) for number in range(50)]
    streams = [crowd.stream(number % processes, UPDATES) for number in range(50)]
    await crowd.clock.run_until(asyncio.gather(*firsts))
    await crowd.clock.advance(120)
    assert most_within(60.0, crowd.times()) <= 50
    assert len(crowd.sent) >= crowd.clock.elapsed / UPDATES.interval
    await crowd.end(*streams)
