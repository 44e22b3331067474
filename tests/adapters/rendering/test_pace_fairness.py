"""Many answers of many processes in one budget: nobody is much staler than the fair share, and final texts come in a bounded time."""

import asyncio

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord.limits import budgets as of_discord
from adapters.rendering.pace import Pace
from adapters.slack.limits import budgets as of_slack
from bot.vocabulary.pace import Budget
from tests.fakes.bank import Bank
from tests.fakes.clock import VirtualClock

UPDATES = of_slack("T", "C")["edit"][0]
EDITS = of_discord(1)["edit"][0]

FACTOR = 2.0
"""How many times the fair share, which is one interval for each answer, and a block beside it, an answer may be stale at most."""


class Answers:
    """`split`: how many answers each process streams, each of them for ever."""

    def __init__(self, budget: Budget, split: list[int], *, takes: float = 0.001) -> None:
        self.clock = VirtualClock()
        self.budget = budget
        self.bank = Bank(self.clock)
        self.paces = [Pace(self.clock, self.bank.lender(str(number), takes=takes)) for number in range(len(split))]
        self.tasks = [[self._stream(pace) for _ in range(most)] for pace, most in zip(self.paces, split, strict=True)]
        self.fair = sum(split) * budget.interval
        self.gaps: list[tuple[float, float]] = []
        """When somebody was served, and for how long it had been stale."""
        self.sent = 0

    @property
    def bound(self) -> float:
        return FACTOR * self.fair + self.budget.most * self.budget.interval

    def worst(self, *, since: float) -> float:
        return max((stale for at, stale in self.gaps if at >= since), default=0.0)

    def _stream(self, pace: Pace) -> "asyncio.Task[None]":
        async def stream() -> None:
            last = self.clock.monotonic()
            while True:
                await pace.turn([self.budget], urgent=False, since=last)
                now = self.clock.monotonic()
                self.gaps.append((self.clock.elapsed, now - last))
                last, self.sent = now, self.sent + 1
                await self.clock.sleep(0.06)

        return asyncio.create_task(stream())

    async def final(self, process: int) -> float:
        """How long a final text of this process waited."""
        began = self.clock.elapsed
        await self.paces[process].turn([self.budget], urgent=True)
        return self.clock.elapsed - began

    async def die(self, process: int) -> None:
        for task in self.tasks[process]:
            task.cancel()
        await asyncio.gather(*self.tasks[process], return_exceptions=True)
        self.tasks[process].clear()

    async def end(self) -> None:
        for process in range(len(self.tasks)):
            await self.die(process)


@settings(max_examples=40, deadline=None)
@given(budget=st.sampled_from([UPDATES, EDITS]), split=st.lists(st.integers(1, 20), min_size=1, max_size=10))
@example(budget=UPDATES, split=[25, 25])
@example(budget=UPDATES, split=[49, 1])
@example(budget=UPDATES, split=[40, 4, 3, 3])
@example(budget=UPDATES, split=[3] * 16)
@example(budget=EDITS, split=[1] * 20)
@example(budget=EDITS, split=[1, 1])
def test_nobody_is_staler_than_twice_the_fair_share(budget: Budget, split: list[int]) -> None:
    async def scenario() -> None:
        answers = Answers(budget, split)
        await answers.clock.advance(8 * answers.fair)
        assert answers.worst(since=2 * answers.fair) <= answers.bound
        assert answers.sent * budget.interval >= 0.9 * 8 * answers.fair - 2 * budget.interval, "and the budget is used"
        assert answers.bank.asked <= 3 * answers.sent + 3 * len(split)
        await answers.end()

    asyncio.run(scenario())


@settings(max_examples=30, deadline=None)
@given(split=st.lists(st.integers(1, 12), min_size=2, max_size=8), finals=st.lists(st.integers(0, 7), min_size=1, max_size=30))
@example(split=[25, 25], finals=[0, 1] * 15)
def test_final_texts_come_in_a_bounded_time(split: list[int], finals: list[int]) -> None:
    """What others were lent before, then one interval for each final text that came before."""

    async def scenario() -> None:
        answers = Answers(UPDATES, split)
        await answers.clock.advance(3 * answers.fair)
        asked = [asyncio.create_task(answers.final(process % len(split))) for process in finals]
        waits = await answers.clock.run_until(asyncio.gather(*asked))
        lent_ahead = 2 * UPDATES.most + sum(max(2, -(-most // 4)) for most in split)
        for place, wait in enumerate(sorted(waits)):
            assert wait <= (lent_ahead + place + 1) * UPDATES.interval
        assert min(waits) <= 0.01, "the first of them out of the reserve"
        await answers.end()

    asyncio.run(scenario())


@pytest.mark.parametrize("budget", [UPDATES, EDITS], ids=["slack", "discord"])
async def test_the_dead_cost_the_living_no_more_than_what_was_lent_ahead(budget: Budget) -> None:
    answers = Answers(budget, [6] * 8)
    await answers.clock.advance(3 * answers.fair)
    for process in range(1, 8):
        await answers.die(process)
    died, before = answers.clock.elapsed, answers.sent
    lent_ahead = 3 * budget.most * budget.interval
    await answers.clock.advance(lent_ahead + 10)  # for ten seconds the lender still takes the dead for living
    assert answers.sent > before
    began, before = answers.clock.elapsed, answers.sent
    await answers.clock.advance(20 * budget.interval)
    assert answers.sent - before >= 18, "the survivor has it all"
    assert answers.worst(since=died) <= answers.fair + lent_ahead + 10
    assert answers.worst(since=began) <= 8 * budget.interval
    await answers.end()
