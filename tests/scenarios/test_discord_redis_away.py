"""Redis is stopped under a Parley that listens, and started again: what people write meanwhile waits with an hourglass."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.discord.waiting import HOURGLASS
from bot.errors import StoreUnavailable
from bot.store.embedded import EmbeddedServer
from tests.fakes.discord import Message
from tests.scenarios.discord_house import Home

PATIENT = 1200.0
"""Seconds on a clock that runs twenty times as fast: a minute for a server to come back."""


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A server of the test's own, to be stopped and started."""
    binary = os.environ.get("PARLEY_TEST_SERVER")
    server = EmbeddedServer(tmp_path, binary=Path(binary) if binary else None)
    await asyncio.to_thread(server.start_and_wait)
    yield server
    await asyncio.to_thread(server.stop_and_wait)


@pytest.fixture
def away(home: Home, redis: EmbeddedServer) -> Home:
    """The home whose Parley keeps everything there."""
    home.model.answers(lambda request: f"Heard {request.last_user}")
    return replace(home, redis_url=redis.url)


async def signed(home: Home, *asked: Message, signs: bool = True) -> None:
    await home.discord.wait_for(lambda: all((home.discord.bot.id in one.reacted(HOURGLASS)) is signs for one in asked), 20.0)


async def test_everybody_is_answered_in_order_when_it_is_back(away: Home, redis: EmbeddedServer) -> None:
    ada, bob = away.person("Ada"), away.person("Bob")
    thread, direct = away.thread(), away.discord.dm_with(bob)
    async with away.parley(hold_seconds=PATIENT):
        await away.asks(ada, "before")
        await away.reads("Heard Ada: before")
        await asyncio.to_thread(redis.stop_and_wait)
        asked = [await away.asks(ada, "one"), await away.asks(ada, "in a thread", channel=thread)]
        asked.append(await away.says(bob, "directly", channel=direct))
        await signed(away, *asked)
        asked.append(await away.asks(ada, "two"))
        await signed(away, *asked)
        await asyncio.to_thread(redis.start_and_wait)
        await away.reads("Heard Ada: in a thread", channel=thread, within=30.0)
        await away.reads("Heard Bob: directly", channel=direct, within=30.0)
        await away.discord.wait_for(lambda: "two" in "".join(away.answers()) and "…" not in away.answers(), 30.0)
        await signed(away, *asked, signs=False)
    heard = "".join(away.answers())
    assert [heard.count(text) for text in ("before", "one", "two")] == [1, 1, 1]
    assert heard.index("before") < heard.index("one") < heard.index("two")
    assert StoreUnavailable.user_text not in heard


async def test_pain_11_when_it_stays_away_people_are_told_once_and_asked_again_are_answered(away: Home, redis: EmbeddedServer) -> None:
    ada = away.person("Ada")
    async with away.parley(hold_seconds=20):
        await away.asks(ada, "before")
        await away.reads("Heard Ada: before")
        await asyncio.to_thread(redis.stop_and_wait)
        asked = [await away.asks(ada, "one"), await away.asks(ada, "two")]
        await signed(away, *asked)
        await away.reads("Heard Ada: before", StoreUnavailable.user_text, within=20.0)
        await signed(away, *asked, signs=False)
        await asyncio.to_thread(redis.start_and_wait)
        await away.asks(ada, "again")
        await away.reads("Heard Ada: before", StoreUnavailable.user_text, "Heard Ada: again", within=30.0)
    assert len(away.model.asked) == 2
