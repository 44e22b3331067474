"""The master dies like a machine: what its replica had is still there, and the store goes on by itself."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from bot.errors import StoreUnavailable
from bot.store.connection import Store, open_store
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import Scripts
from tests.engine.samples import THREAD
from tests.fakes.redis_servers import SentinelServers

AGAIN_SECONDS = 15.0
"""Sentinels notice after half a second here and elect within two; the rest is room for a busy machine."""


@pytest.fixture
def three_sentinels() -> Iterator[SentinelServers]:
    with SentinelServers(sentinels=3) as servers:
        yield servers


async def test_a_failover_loses_nothing_that_the_replica_has(three_sentinels: SentinelServers) -> None:
    async with open_store(three_sentinels.url) as store, asyncio.TaskGroup() as group:
        lane, heard = Scripts(store, Lane(THREAD)), asyncio.Event()
        group.create_task(_hear(store, heard))
        assert await lane.join("before") == "joined"
        epoch = await lane.take("us", milliseconds=60_000)
        assert await store._client.wait(1, 5_000) == 1
        three_sentinels.master.kill()
        joined = await _join_until_it_works(lane, "after")
        assert joined in {"joined", "pending"}
        assert await lane.waiting() == ["before", "after"]
        assert await lane.renew(epoch) == (True, ""), "the lease outlives its server"
        assert three_sentinels.replica.tells("replication")["role"] == "master"
        async with asyncio.timeout(AGAIN_SECONDS):
            while not heard.is_set():
                await store.publish("channel", "hello")
                await asyncio.sleep(0.02)


async def _join_until_it_works(lane: Scripts, event: str) -> str:
    """Any other error than `StoreUnavailable` fails the test."""
    deadline, refused = time.monotonic() + AGAIN_SECONDS, 0
    while True:
        try:
            outcome = await lane.join(event)
        except StoreUnavailable:
            refused += 1
            assert time.monotonic() < deadline, "the store did not come back"
            await asyncio.sleep(0.05)
        else:
            assert refused, "the master was not away at all"
            return outcome


async def _hear(store: Store, heard: asyncio.Event) -> None:
    """Listen as our processes do: again, whenever the connection broke."""
    while True:
        try:
            async for _ in store.listen("channel"):
                heard.set()
                return
        except StoreUnavailable:
            await asyncio.sleep(0.05)
