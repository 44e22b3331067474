"""SIGKILL at every step of a message's way; another process goes on, and people notice nothing but a pause.

The one who dies is an interpreter of its own; its successor is the test's.
"""

import asyncio
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.store.connection import Store
from bot.turns.checkpoint import STEPS
from bot.vocabulary.conversation import ConversationKey
from tests.engine.turns.crew import Steps
from tests.fakes.discord import User
from tests.kills.afterwards import Afterwards
from tests.kills.victim import victim
from tests.scenarios.bills import BILLED, PAID, PRICES
from tests.scenarios.discord_house import DOTS, SPEED, Home
from tests.scenarios.house import QuickClock, discord_house

SETTINGS = {"openai_max_tokens": 1000, **PRICES}
MORTAL = {"lease_seconds": 1.0, **SETTINGS}
HEIR = {"lease_seconds": 2.0, **SETTINGS}
"""Shares a busy machine with processes that start: a second's stall must not cost it the lane, and so another model call."""
FIRST, SECOND = "The first answer.", "The second answer."
PARTS_DONE = {"announced": 1, "posted": 2, "placed": 2}
"""Steps of the second part of a long answer, and how many messages stand when it dies there."""

BEGINNING = "\n".join(f"Line {number} of a long answer." for number in range(90))
END = "\nAnd its end."


@pytest.fixture
def afterwards(home: Home, store: Store) -> Afterwards:
    return Afterwards(ConversationKey("discord", str(home.guild.id), str(home.general.id)), store)


def reached(step: str, death: str) -> bool:
    """Whether who died at `death` had passed `step`."""
    return STEPS.index(death) >= STEPS.index(step)


async def test_a_turn_passes_every_step_once_and_in_order(home: Home, afterwards: Afterwards) -> None:
    ada, steps = home.person("Ada"), Steps()
    async with discord_house(home.settings(**HEIR), clock=QuickClock(SPEED), checkpoint=steps):
        await home.asks(ada, "hello")
        await afterwards.answered(1)
    assert tuple(steps.passed) == STEPS


@pytest.mark.parametrize("step", STEPS)
async def test_killed_there_the_message_is_answered_once(home: Home, afterwards: Afterwards, tmp_path: Path, step: str) -> None:
    ada = home.person("Ada")
    home.model.answers(lambda request: SECOND if "again" in request.last_user else FIRST, manner=BILLED)
    async with victim(home.settings(**MORTAL), tmp_path, step=step) as dead:
        await home.asks(ada, "hello")
        await dead.dies()
    assert len(home.model.asked) == reached("answered", step)
    assert len(home.written()) == reached("posted", step)
    async with home.parley(**HEIR):
        await home.reads(FIRST, within=10.0)
        await afterwards.answered(1)
        await home.asks(ada, "again")
        await home.reads(FIRST, SECOND)
    assert len(home.ever()) == 2, "a message was posted that had to be deleted"
    assert len(home.model.asked) == (3 if step == "answered" else 2), "only a finished answer that was not filed is asked for again"
    assert str(home.model.asked[-1].body).count(FIRST) == 1
    assert await afterwards.history() == [("hello", FIRST), ("again", SECOND)]
    assert await afterwards.holds() == {}
    assert await afterwards.spent() == (PAID * len(home.model.bills), 0)
    await afterwards.is_clean(turns=2)


async def test_killed_again_and_again_the_last_one_finishes_what_the_first_began(
    home: Home, afterwards: Afterwards, tmp_path: Path
) -> None:
    ada, settings = home.person("Ada"), home.settings(**HEIR)
    home.model.answers(lambda _: FIRST, manner=BILLED)
    async with victim(settings, tmp_path, step="posted") as dead:
        await home.asks(ada, "hello")
        await dead.dies()
    for step in ("answered", "settled"):
        async with victim(settings, tmp_path, step=step) as dead:
            await dead.dies()
    async with home.parley(**HEIR):
        await afterwards.answered(1)
    assert [message.content for message in home.ever()] == [FIRST]
    assert await afterwards.history() == [("hello", FIRST)]
    assert (len(home.model.bills), await afterwards.spent(), await afterwards.holds()) == (2, (2 * PAID, 0), {})
    await afterwards.is_clean(turns=1)


@pytest.mark.parametrize(("step", "standing"), PARTS_DONE.items())
async def test_killed_in_the_second_part_of_a_long_answer_its_messages_are_taken_up(
    home: Home, afterwards: Afterwards, tmp_path: Path, step: str, standing: int
) -> None:
    """The model speaks on while the second message is posted, so the kill cuts its call as well."""
    ada, gate = home.person("Ada"), asyncio.Event()
    home.model.says(BEGINNING, gate, manner=BILLED)
    home.model.answers(lambda request: SECOND if "again" in request.last_user else BEGINNING + END, manner=BILLED)
    async with victim(home.settings(**MORTAL), tmp_path, step=step, time=2) as dead:
        await home.asks(ada, "hello")
        await dead.dies()
    assert len(home.written()) == standing
    async with home.parley(**HEIR):
        await afterwards.answered(1)
        assert "".join(home.answers()).replace("\n", "") == (BEGINNING + END).replace("\n", "")
        assert len(home.ever()) == 2
        await the_cut_call_is_charged_once_its_time_is_over(home, afterwards, ada)
    assert await afterwards.history() == [("hello", BEGINNING + END), *[("again", SECOND)] * 2]
    await afterwards.is_clean(turns=3)


async def test_killed_while_the_model_speaks_the_answer_is_written_anew_in_the_same_message(
    home: Home, afterwards: Afterwards, tmp_path: Path
) -> None:
    ada, gate = home.person("Ada"), asyncio.Event()
    home.model.says("The first", gate, manner=BILLED)
    home.model.answers(lambda request: SECOND if "again" in request.last_user else FIRST, manner=BILLED)
    async with victim(home.settings(**MORTAL), tmp_path) as dead:
        await home.asks(ada, "hello")
        await home.reads("The first")
        dead.kill()
        await dead.dies()
    async with home.parley(**HEIR):
        await home.reads(FIRST, within=10.0)
        await afterwards.answered(1)
        assert DOTS not in home.ever()[0].texts[1:], "what had come stands until new words are there"
        await the_cut_call_is_charged_once_its_time_is_over(home, afterwards, ada)
    assert [message.content for message in home.ever()] == [FIRST, SECOND, SECOND]
    assert await afterwards.history() == [("hello", FIRST), *[("again", SECOND)] * 2]
    await afterwards.is_clean(turns=3)


async def the_cut_call_is_charged_once_its_time_is_over(home: Home, afterwards: Afterwards, user: User) -> None:
    """What the dead call may have cost stays held; then it is charged as it was held, as an estimate, and once."""
    (hold,) = (await afterwards.holds()).values()
    amount, _, ends = hold.split()
    assert int(amount) >= PAID
    assert 0 < int(ends) / 1000 - SystemClock().now() <= 15 * 60
    assert await afterwards.spent() == (PAID, 0)
    await afterwards.holds_run_out()
    for finished in (2, 3):
        await home.asks(user, "again")
        await afterwards.answered(finished)
        assert await afterwards.spent() == (finished * PAID + int(amount), int(amount))
    assert [held.split()[0] for held in (await afterwards.holds()).values()] == [f"-{amount}"]
