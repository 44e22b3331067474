"""Pain 8 with several processes: they and Redis itself are restarted, or die together, and every conversation goes on."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.connection import open_store
from bot.turns.mailbox import Mailbox
from tests.engine.turns.crew import until
from tests.fakes.discord import bits
from tests.fakes.redis_servers import SingleServer
from tests.kills.victim import victim
from tests.pains.discord_processes import PATIENCE, receiver, whole, worker
from tests.scenarios.discord_house import Home

CONTENT = {"discord_message_content": True}


@pytest.fixture
def redis() -> Iterator[SingleServer]:
    """One of the test's own, with an append-only file, to be killed and started again."""
    with SingleServer() as server:
        yield server


@pytest.fixture
def there(home: Home, redis: SingleServer) -> Home:
    """The home whose processes keep everything in it."""
    return replace(home, redis_url=redis.url)


async def test_pain_08_everything_is_restarted_and_all_that_was_said_and_set_is_known(there: Home, redis: SingleServer) -> None:
    """What was said, the persona, `busy`, in which threads we are heard; and what came while nobody was there to answer it."""
    root, thread = there.person("Root", permissions=bits.MANAGE_GUILD), there.thread()
    for answer in ("Noted.", "Noted.", "Tom.", "It was 42.", "Tom, again."):
        there.model.says(answer)
    async with receiver(there, **CONTENT):
        async with worker(there):
            await there.order(root, "persona use", preset="translator")
            await there.order(root, "busy", mode="steer")
            await there.asks(root, "the number is 42")
            await there.reads("Noted.", within=PATIENCE)
            await there.asks(root, "my cat is Tom", channel=thread)
            await there.reads("Noted.", channel=thread, within=PATIENCE)
        await there.says(root, "and what was he called?", channel=thread)
        await until(lambda: lanes_waiting(there, 1), within=PATIENCE)
    redis.node.kill()
    await asyncio.to_thread(redis.node.start)
    async with worker(there), receiver(there, **CONTENT):
        await there.reads("Noted.", "Tom.", channel=thread, within=PATIENCE)
        await there.asks(root, "what was it?")
        await there.reads("Noted.", "It was 42.", within=PATIENCE)
        await there.says(root, "sure?", channel=thread)
        await there.reads("Noted.", "Tom.", "Tom, again.", channel=thread, within=PATIENCE)
        busy = (await there.order(root, "busy")).text
    assert next(line for line in busy.splitlines() if "(in use)" in line).startswith("- **steer**")
    assert ["my cat is Tom" in str(request.body) for request in there.model.asked] == [False, True, True, False, True]
    assert ["the number is 42" in str(request.body) for request in there.model.asked] == [True, False, False, True, False]
    assert all("You are a translator" in request.system for request in there.model.asked)


async def test_pain_08_processes_and_redis_die_together_and_what_was_answered_is_remembered(
    there: Home, redis: SingleServer, tmp_path: Path
) -> None:
    """One message was answered, another waits in the middle of its answer."""
    ada, ben = there.person("Ada"), there.person("Ben")
    there.model.says("Noted.")
    there.model.says("Half", asyncio.Event())
    there.model.says("Whole.")
    there.model.says("It was 42.")
    async with victim(there.settings(), tmp_path) as dead:
        await there.asks(ada, "the number is 42")
        await there.reads("Noted.", within=PATIENCE)
        await there.asks(ben, "and I?")
        await there.reads("Noted.", "Half", within=PATIENCE)
        dead.kill()
        redis.node.kill()
        await dead.dies()
    await asyncio.to_thread(redis.node.start)
    async with whole(there):
        await there.reads("Noted.", "Whole.", within=PATIENCE)
        await there.asks(ada, "what was it?")
        await there.reads("Noted.", "Whole.", "It was 42.", within=PATIENCE)
    told = "\n".join(line.text for line in there.model.asked[-1].lines)
    assert (told.count("the number is 42"), told.count("Noted."), told.count("Whole.")) == (1, 1, 1)
    assert len(there.ever()) == 3


async def test_pain_08_redis_is_killed_under_an_answer_and_both_processes_go_on_where_they_were(there: Home, redis: SingleServer) -> None:
    ada, go = there.person("Ada"), asyncio.Event()
    there.model.says("The number", go, " is noted.")
    there.model.says("It was 42.")
    async with worker(there, lease_seconds=5.0), receiver(there):
        await there.asks(ada, "the number is 42")
        await there.reads("The number", within=PATIENCE)
        redis.node.kill()
        await asyncio.to_thread(redis.node.start)
        go.set()
        await there.reads("The number is noted.", within=PATIENCE)
        await there.asks(ada, "what was it?")
        await there.reads("The number is noted.", "It was 42.", within=PATIENCE)
    assert [request.last_user for request in there.model.asked] == ["Ada: the number is 42", "Ada: what was it?"]
    assert "the number is 42" in str(there.model.asked[1].body)
    assert len(there.ever()) == 2


async def lanes_waiting(home: Home, number: int) -> bool:
    """Whether in so many lanes something waits."""
    async with open_store(home.redis_url) as store:
        return len(await Mailbox(store, most=1).waiting()) == number
