"""SIGKILL at every step while an answer that stands is written anew; another process goes on, and there is one new answer."""

from pathlib import Path

import pytest

from bot.memory.history import Memory
from bot.receiving import open_reception
from bot.store.connection import Store
from bot.vocabulary.controls import PressKind
from bot.vocabulary.conversation import Author, ConversationKey
from bot.vocabulary.inbound import Press
from tests.fakes.discord import User
from tests.kills.afterwards import Afterwards
from tests.kills.test_kill_at_each_step import FIRST, HEIR, MORTAL, SECOND
from tests.kills.victim import victim
from tests.scenarios.bills import BILLED, PAID
from tests.scenarios.discord_house import Home

STEPS = ("begun", "opened", "screened", "briefed", "answered", "remembered", "settled", "finished")
"""Those that such a turn passes: its messages stand already."""


def place(home: Home) -> ConversationKey:
    return ConversationKey("discord", str(home.guild.id), str(home.general.id))


async def pressed(home: Home, store: Store, ada: User) -> None:
    """In a process that only receives, and is gone then."""
    (key,) = [key async for key in store._client.scan_iter(match="parley:{*}:turn:*")]
    async with open_reception(home.settings(**HEIR)) as receiver:
        press = Press("press", PressKind.REGENERATE, key.rpartition(":")[2], Author(str(ada.id), "Ada"), place(home))
        assert (await receiver.press(press)).text == ""


@pytest.mark.parametrize("step", STEPS)
async def test_killed_there_one_new_answer_stands(home: Home, store: Store, tmp_path: Path, step: str) -> None:
    afterwards, ada = Afterwards(place(home), store), home.person("Ada")
    home.model.answers(lambda _: FIRST, manner=BILLED)
    async with home.parley(**HEIR):
        await home.asks(ada, "hello")
        await home.reads(FIRST)
        await afterwards.answered(1)
    home.model.answers(lambda _: SECOND, manner=BILLED)
    await pressed(home, store, ada)
    async with victim(home.settings(**MORTAL), tmp_path, step=step) as dead:
        await dead.dies()
    async with home.parley(**HEIR):
        await home.reads(SECOND, within=10.0)
        await afterwards.answered(1)
    assert len(home.ever()) == 1
    assert len(home.model.asked) == (3 if step == "answered" else 2)
    (exchange,) = await Memory(store, seconds=600, messages=100, tokens=100_000).recent(place(home))
    assert (exchange.answer, exchange.shown, [old.answer for old in exchange.others]) == (SECOND, 2, [FIRST])
    assert (await afterwards.spent(), await afterwards.holds()) == ((PAID * len(home.model.bills), 0), {})
    await afterwards.is_clean(turns=1)
