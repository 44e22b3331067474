"""The way that can be frozen and cut."""

import asyncio

import pytest
import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.store.embedded import EmbeddedServer
from tests.fakes.frozen import FreezingProxy


def client(way: FreezingProxy) -> redis.Redis:
    """One that never tries twice."""
    return redis.Redis.from_url(f"redis://{way.address}", retry=Retry(NoBackoff(), 0), socket_timeout=None)


async def test_what_is_frozen_passes_after_the_thaw(redis_server: EmbeddedServer) -> None:
    async with FreezingProxy(redis_server.socket) as way, client(way) as connected:
        assert await connected.ping()
        way.freeze()
        asking: asyncio.Future[bool] = asyncio.ensure_future(connected.ping())
        await asyncio.wait({asking}, timeout=0.1)
        assert not asking.done()
        way.thaw()
        assert await asking


async def test_what_is_cut_is_refused_until_it_is_mended(redis_server: EmbeddedServer) -> None:
    async with FreezingProxy(redis_server.socket) as way, client(way) as connected:
        await connected.ping()
        await way.cut()
        with pytest.raises(redis.ConnectionError):
            await connected.ping()
        await way.mend()
        assert await connected.ping()
