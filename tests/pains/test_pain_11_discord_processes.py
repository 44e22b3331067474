"""Pain 11 with several processes: whoever dies over an answer, what stands there becomes an answer or a sentence, never "…" for ever."""

import asyncio
from pathlib import Path

import pytest

from bot.errors import ModelDown
from bot.store.connection import Store
from bot.turns.walk import BURIED
from tests.engine.turns.crew import until
from tests.fakes.discord import bits
from tests.fakes.model.server import CHAT
from tests.kills.victim import victim
from tests.pains.discord_processes import PATIENCE, receiver, signed, whole, worker
from tests.scenarios.discord_house import DOTS, Home

HELLO = "Hello from the model."


async def test_pain_11_the_only_worker_dies_before_the_first_word_and_a_later_one_answers_in_the_same_message(
    home: Home, tmp_path: Path
) -> None:
    """Meanwhile what somebody adds is seen to wait."""
    ada = home.person("Ada")
    home.model.says(asyncio.Event())
    async with victim(home.settings(lease_seconds=1.0), tmp_path) as only:
        asked = await home.asks(ada, "hello")
        await home.reads(DOTS, within=PATIENCE)
        async with receiver(home):
            await home.model.wait_for(lambda: home.model.sent(CHAT))
            only.kill()
            await only.dies()
            waits = await home.asks(ada, "anybody?")
            await signed(home, waits)
            assert home.answers() == [DOTS]
            async with worker(home):
                await home.reads(HELLO, HELLO, within=PATIENCE)
                await signed(home, waits, signs=False)
    first, second = home.ever()
    assert (first.texts, first.reply_to, second.reply_to) == ([DOTS, HELLO], asked, waits)
    assert [request.last_user for request in home.model.asked] == ["Ada: hello", "Ada: hello", "Ada: anybody?"]


@pytest.mark.parametrize("deaths", [3, 9])
async def test_pain_11_after_several_deaths_it_is_still_answered_where_it_began(home: Home, store: Store, deaths: int) -> None:
    ada = home.person("Ada")
    home.model.says(asyncio.Event())
    await _left_over(home, store, deaths=deaths)
    async with whole(home):
        await home.reads(HELLO, within=PATIENCE)
        await home.asks(ada, "and now?")
        await home.reads(HELLO, HELLO, within=PATIENCE)
    assert home.ever()[0].texts == [DOTS, HELLO]


async def test_pain_11_when_every_process_dies_over_it_people_read_an_apology_and_it_can_be_tried_again(home: Home, store: Store) -> None:
    """No model is asked for it; what waited behind it is answered."""
    root = home.person("Root", permissions=bits.MANAGE_GUILD)
    home.model.says(asyncio.Event())
    await _left_over(home, store, deaths=10)
    before = len(home.model.asked)
    async with worker(home), receiver(home):
        await home.reads(BURIED, within=PATIENCE)
        assert len(home.model.asked) == before
        await home.asks(root, "and now?")
        await home.reads(BURIED, HELLO, within=PATIENCE)
        listed = (await home.order(root, "status")).text
        (turn,) = [line.split()[0] for line in listed.splitlines() if "Ada" in line]
        await home.order(root, "status", action="again", turn=turn)
        await home.reads(BURIED, HELLO, HELLO, within=PATIENCE)
    assert home.ever()[0].texts == [DOTS, BURIED]
    assert home.model.asked[-1].last_user == "Ada: hello"


async def test_pain_11_what_failed_in_a_process_that_dies_then_is_told_by_the_next_one_without_asking_again(
    home: Home, tmp_path: Path
) -> None:
    ada = home.person("Ada")
    home.model.status(500, times=3)
    async with victim(home.settings(lease_seconds=1.0), tmp_path, step="remembered") as dead:
        await home.asks(ada, "hello")
        await dead.dies()
    assert ModelDown.user_text not in home.answers()
    async with whole(home):
        await home.reads(ModelDown.user_text, within=PATIENCE)
        assert len(home.model.sent(CHAT)) == 3
        await home.asks(ada, "and now?")
        await home.reads(ModelDown.user_text, HELLO, within=PATIENCE)
    assert len(home.ever()) == 2


async def test_pain_11_a_worker_whose_model_is_gone_says_so_and_another_ones_answers(home: Home) -> None:
    """People read it in the message itself, and asked again they are answered."""
    ada = home.person("Ada")
    async with receiver(home):
        async with worker(home, openai_base_url="http://127.0.0.1:9/v1", moderation=False) as broken:
            await home.asks(ada, "hello")
            await home.reads(ModelDown.user_text, within=PATIENCE)
            await until(lambda: "finished" in broken.passed)
        async with worker(home):
            await home.asks(ada, "and now?")
            await home.reads(ModelDown.user_text, HELLO, within=PATIENCE)
    assert [request.last_user for request in home.model.asked] == ["Ada: and now?"]


async def _left_over(home: Home, store: Store, *, deaths: int) -> None:
    """Ada's "hello" with a placeholder, as it would stand after so many processes died over it: the last one has just left no word."""
    async with whole(home, drain_seconds=0.0):
        await home.asks(home.person("Ada"), "hello")
        await home.reads(DOTS, within=PATIENCE)
        await home.model.wait_for(lambda: home.model.sent(CHAT))
    (journal,) = [key async for key in store._client.scan_iter(match="parley:{*}:journal:*")]
    await store._client.hset(journal, mapping={"holder": "the last one", "deaths": deaths - 1})
