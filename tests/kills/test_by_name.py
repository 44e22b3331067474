"""The defects that bots of this kind are known for, each by its name, with real processes on one Redis."""

import asyncio
from pathlib import Path

import pytest

from bot.store.connection import Store
from bot.vocabulary.conversation import ConversationKey
from tests.kills.afterwards import Afterwards
from tests.kills.victim import victim
from tests.scenarios.discord_house import Home

LEASE = {"lease_seconds": 1.0}
HEIR = {"lease_seconds": 2.0}
ONE, TWO = "The first answer.", "The second answer."


@pytest.fixture
def afterwards(home: Home, store: Store) -> Afterwards:
    return Afterwards(ConversationKey("discord", str(home.guild.id), str(home.general.id)), store)


async def test_the_stranded_message(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """It joins while its lane is being left, and the process that left it is dead before any wake comes."""
    home.model.answers(lambda request: TWO if "again" in request.last_user else ONE)
    async with victim(home.settings(**LEASE), tmp_path, step="joined", time=2) as dead:
        await home.asks(ada := home.person("Ada"), "hello")
        await home.reads(ONE, within=10.0)
        await home.asks(ada, "again")
        await dead.dies()
    async with home.parley(**HEIR):
        await home.reads(ONE, TWO, within=10.0)
    await afterwards.is_clean(turns=2)


async def test_the_overlapping_turn(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """An answer outlasts its lease several times over, and another process is there: nobody else begins it, nor what waits behind it."""
    gate = asyncio.Event()
    home.model.says("The first", gate, " answer.")
    home.model.answers(lambda _: TWO)
    ada = home.person("Ada")
    async with victim(home.settings(**LEASE), tmp_path), home.parley(**LEASE):
        await home.asks(ada, "hello")
        await home.reads("The first", within=10.0)
        await home.asks(ada, "and more")
        await asyncio.sleep(2.5)
        assert home.answers() == ["The first"]
        assert len(home.model.asked) == 1
        gate.set()
        await home.reads(ONE, TWO, within=10.0)
        await afterwards.answered(2)
    assert len(home.model.asked) == 2


async def test_the_swallowed_identical_answer(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """Two answers of the same words are two, whichever process writes which."""
    home.model.answers(lambda _: "Yes.")
    ada = home.person("Ada")
    async with victim(home.settings(**LEASE), tmp_path), home.parley(**LEASE):
        for turn in range(1, 4):
            await home.asks(ada, "sure?")
            await afterwards.answered(turn)
    assert home.answers() == ["Yes."] * 3
    assert [answer for _, answer in await afterwards.history()] == ["Yes."] * 3


async def test_the_zombies_edit(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """A process is frozen in mid-answer beyond its lease; another answers; the first one wakes and must not write over it."""
    late = asyncio.Event()
    home.model.says("An old beginning", late, " and an old end.")
    home.model.answers(lambda _: ONE)
    async with victim(home.settings(**LEASE), tmp_path) as process:
        await home.asks(home.person("Ada"), "hello")
        await home.reads("An old beginning", within=10.0)
        process.freeze()
        async with home.parley(**HEIR):
            await home.reads(ONE, within=10.0)
            await afterwards.answered(1)
            late.set()
            process.thaw()
            await asyncio.sleep(1.0)
            assert home.answers() == [ONE]
        versions = home.written()[0].texts
        assert versions.index(ONE) == len(versions) - versions.count(ONE), "after the new answer nothing old was shown"
    assert await afterwards.history() == [("hello", ONE)]


async def test_the_epoch_that_starts_anew(home: Home, store: Store, afterwards: Afterwards, tmp_path: Path) -> None:
    """The lease's key is lost with its epoch while its holder is frozen: the next epoch is higher all the same."""
    late = asyncio.Event()
    home.model.says("An old beginning", late, " and an old end.")
    home.model.answers(lambda _: ONE)
    async with victim(home.settings(**LEASE), tmp_path) as process:
        await home.asks(home.person("Ada"), "hello")
        await home.reads("An old beginning", within=10.0)
        process.freeze()
        (lease,) = [key async for key in store._client.scan_iter(match="parley:{*}:lease:*")]
        old = int((await store.hash_all(lease))["epoch"])
        await store.delete(lease)
        async with home.parley(**HEIR):
            await home.reads(ONE, within=10.0)
            assert int((await store.hash_all(lease))["epoch"]) > old
            late.set()
            process.thaw()
            await asyncio.sleep(1.0)
            assert home.answers() == [ONE]
    assert await afterwards.history() == [("hello", ONE)]


async def test_stop_then_crash(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """Who was told to stop dies before it could: its successor stops instead, asks no model, and what people had read stays."""
    ada = home.person("Ada")
    home.model.says("A long answer begins", asyncio.Event())
    async with victim(home.settings(**LEASE), tmp_path) as process:
        await home.asks(ada, "hello")
        await home.reads("A long answer begins", within=10.0)
        async with home.parley(**HEIR):
            process.freeze()  # it hears nothing any more
            stopped = await home.order(ada, "stop")
            assert "Stopping" in stopped.text
            process.kill()
            await home.reads("A long answer begins\n\n-# Stopped.", within=10.0)
            await afterwards.answered(1)
    assert len(home.model.asked) == 1
    assert len(home.ever()) == 1


async def test_reset_in_mid_turn(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """The conversation is forgotten while its answer is being written in another process: the answer ends, and is not remembered."""
    gate = asyncio.Event()
    home.model.says("The first", gate, " answer.")
    home.model.answers(lambda _: TWO)
    ada, mod = home.person("Ada"), home.person("Mod", permissions=1 << 3)
    async with victim(home.settings(**LEASE), tmp_path):
        await home.asks(ada, "hello")
        await home.reads("The first", within=10.0)
        async with home.parley(**HEIR):
            await home.order(mod, "reset")
            gate.set()
            await home.discord.wait_for(lambda: home.answers()[0] == ONE, 10.0)
            await afterwards.answered(1)
            assert await afterwards.history() == []
            await home.asks(ada, "what did I say?")
            await home.discord.wait_for(lambda: home.answers()[-1] == TWO, 10.0)
    assert "hello" not in str(home.model.asked[-1].body)


async def test_a_crash_between_post_and_journal(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """The placeholder stands and nobody wrote it down: it is found, and taken up."""
    home.model.answers(lambda _: ONE)
    async with victim(home.settings(**LEASE), tmp_path, step="posted") as dead:
        await home.asks(home.person("Ada"), "hello")
        await dead.dies()
    assert len(home.written()) == 1
    async with home.parley(**HEIR):
        await home.reads(ONE, within=10.0)
        await afterwards.answered(1)
    assert len(home.ever()) == 1


async def test_too_many_messages_of_an_answer_that_became_shorter(home: Home, afterwards: Afterwards, tmp_path: Path) -> None:
    """Who died had filled two messages; its successor's answer needs one: the other is taken away."""
    beginning = "\n".join(f"Line {number} of a long answer." for number in range(90))
    home.model.says(beginning, asyncio.Event())
    home.model.answers(lambda _: ONE)
    async with victim(home.settings(**LEASE), tmp_path) as process:
        await home.asks(home.person("Ada"), "hello")
        await home.discord.wait_for(lambda: len(home.written()) == 2, 10.0)
        process.kill()
        await process.dies()
    async with home.parley(**HEIR):
        await home.reads(ONE, within=10.0)
        await afterwards.answered(1)
    assert home.answers() == [ONE]
    assert len(home.ever()) == 2
