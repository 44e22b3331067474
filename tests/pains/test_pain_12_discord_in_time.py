"""Pain 12: "The application did not respond": work was done before the interaction was acknowledged."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import StoreUnavailable
from bot.store.embedded import EmbeddedServer
from tests.fakes.discord import Interaction, bits
from tests.fakes.frozen import FreezingProxy
from tests.scenarios.discord_house import Home

DEADLINE = 3.0


@pytest.fixture
async def way(redis_server: EmbeddedServer, redis_url: str) -> AsyncIterator[FreezingProxy]:
    """The house's way to its store, whose data `redis_url` has wiped."""
    async with FreezingProxy(redis_server.socket) as proxy:
        yield proxy


async def test_pain_12_every_command_is_acknowledged_while_the_store_hangs(home: Home, way: FreezingProxy) -> None:
    root = home.person("Root", permissions=bits.ADMINISTRATOR)
    async with home.parley(redis_url=f"redis://{way.address}"):
        await home.order(root, "usage")  # the commands are registered, connections stand
        way.freeze()
        asked = [await home.discord.slash(root, home.general, name) for name in ("usage", "stop", "reset", "help")]
        asked += [await home.discord.slash(root, home.general, f"persona {name}") for name in ("list", "show", "reset", "set")]
        asked.append(await home.discord.slash(root, home.general, "persona use", preset="tutor"))
        await home.discord.wait_for(lambda: all(one.answered for one in asked))
        form = next(one for one in asked if one.modal)
        assert [one.name for one in asked if one.delay > DEADLINE / 2] == []
        assert "value" not in str(form.modal)  # what stands there already could not be had in time
        assert {one.name for one in asked} - {one.name for one in asked if one.thinking} <= {"help", "persona list", "persona set"}
        way.thaw()
        for one in asked:
            if one is not form:
                await home.told(one)
        sent = await home.told(await home.discord.submit_modal(form, {"instructions": "Be a pirate."}))
        assert sent.text.startswith("I have my new instructions.")
    assert said(asked, "persona use").startswith("I am **tutor** now")
    assert said(asked, "stop") == "I am not writing anything here right now."


async def test_pain_12_without_a_store_people_are_told_so_and_served_when_it_is_back(home: Home, way: FreezingProxy) -> None:
    ada = home.person("Ada")
    async with home.parley(redis_url=f"redis://{way.address}", lease_seconds=1.0):
        await home.asks(ada, "hello")
        await home.reads("Hello from the model.")
        await way.cut()
        asked = await home.order(ada, "usage")
        assert asked.text == StoreUnavailable.user_text
        await home.asks(ada, "are you there?")
        await home.reads("Hello from the model.", StoreUnavailable.user_text)
        await home.asks(ada, "hello?")  # one apology is enough; and this one may still be kept
        await home.order(ada, "usage")
        await way.mend()
        await home.asks(ada, "and now?")
        await home.reads("Hello from the model.", StoreUnavailable.user_text, "Hello from the model.", within=10.0)
        again = await home.order(ada, "usage")
        assert again.text.startswith("Your use today")
    assert len(home.model.asked) == 2
    assert home.model.asked[1].last_user.removeprefix("Ada: hello?\n") == "Ada: and now?"


async def test_pain_12_a_store_that_hangs_for_a_moment_costs_that_moment_and_no_more(home: Home, way: FreezingProxy) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    go = asyncio.Event()
    home.model.says("Once", go, ".", when=lambda body: "Ada: hello" in str(body))
    async with home.parley(redis_url=f"redis://{way.address}"):
        await home.asks(ada, "hello")
        await home.reads("Once")
        way.freeze()
        await home.asks(bob, "are you there?")
        go.set()
        await asyncio.sleep(0.5)
        assert len(home.ever()) == 1  # what is not kept yet is not begun
        way.thaw()
        await home.reads("Once.", "Hello from the model.")
    assert len(home.model.asked) == 2


async def test_pain_12_a_store_that_goes_away_in_the_middle_ends_in_one_whole_answer(home: Home, way: FreezingProxy) -> None:
    """Past its lease nothing is written; nobody else has taken the lane, so it goes on where it was, and no second call is paid."""
    ada, more = home.person("Ada"), asyncio.Event()
    home.model.says("Once upon", more, " a time.")
    async with home.parley(redis_url=f"redis://{way.address}", lease_seconds=1.0):
        await home.asks(ada, "a story, please")
        await home.reads("Once upon")
        await way.cut()
        await asyncio.sleep(1.2)  # longer than the lease: nobody may write any more
        more.set()
        await asyncio.sleep(0.2)
        assert home.answers() == ["Once upon"]
        await way.mend()
        await home.reads("Once upon a time.", within=10.0)
    assert len(home.ever()) == 1
    assert len(home.model.asked) == 1


def said(asked: list[Interaction], name: str) -> str:
    """The reply to the command of this name."""
    return next(one.text for one in asked if one.name == name)
