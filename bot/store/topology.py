"""A client for each shape that Redis comes in. All three behave alike: callers above the pool's size wait, a lost
connection is tried again, a silent server is not, and a listener hears what is published anywhere.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import Any

import redis.asyncio as redis
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ClusterDownError, SlotNotCoveredError
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.store.url import StoreUrl
from bot.vocabulary.tasks import end

CONNECTIONS = 128
"""Pool size of a process. Callers above it wait for a free connection instead of failing."""

WAIT_SECONDS = 5.0
"""Longest wait for a free connection, and for an answer."""

SENTINEL_SECONDS = 1.0
"""Longest wait for one Sentinel; then the next one is asked."""

Listening = Callable[[], AbstractAsyncContextManager[Any]]
"""Gives a client whose pub/sub waits for ever on a quiet channel."""


@asynccontextmanager
async def connected(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    """The client for commands, and how to listen. Nothing is connected yet. Raises `ValueError` for a URL option nobody knows."""
    async with {"single": _single, "sentinel": _sentinel, "cluster": _cluster}[where.kind](where) as clients:
        yield clients


@asynccontextmanager
async def _single(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    make = partial(redis.BlockingConnectionPool.from_url, where.url, max_connections=CONNECTIONS, timeout=WAIT_SECONDS)
    pool, quiet = make(**_options()), make(**_quiet())
    async with redis.Redis.from_pool(pool) as client, redis.Redis.from_pool(quiet) as listener:
        yield client, lambda: nullcontext(listener)


class _PatientSentinelPool(SentinelConnectionPool, redis.BlockingConnectionPool):
    """Follows the master, and makes callers wait instead of failing when every connection is in use."""

    def __init__(self, service: str, sentinel: Sentinel, **options: Any) -> None:
        super().__init__(service, sentinel, **options)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        self._question: asyncio.Task[tuple[str, int]] | None = None

    async def get_master_address(self) -> tuple[str, int]:
        """One question to the Sentinels for all connections that need the answer now, not a hundred at once."""
        if self._question is None:
            self._question = asyncio.create_task(super().get_master_address())  # type: ignore[no-untyped-call]
            self._question.add_done_callback(self._answered)
        return await asyncio.shield(self._question)

    def _answered(self, question: asyncio.Task[tuple[str, int]]) -> None:
        self._question = None
        if not question.cancelled():
            question.exception()  # whoever asked may have gone: nobody misses it then

    async def aclose(self) -> None:
        if self._question:
            await end(self._question)
        await super().aclose()


@asynccontextmanager
async def _sentinel(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    asking = {
        "socket_timeout": SENTINEL_SECONDS,
        "socket_connect_timeout": SENTINEL_SECONDS,
        "retry": Retry(NoBackoff(), 0),  # one that is away is no reason to wait: the next one is asked
    }
    sentinel: Any = Sentinel(list(where.hosts), sentinel_kwargs=asking, **_account(where))  # type: ignore[no-untyped-call]
    pool = {"connection_pool_class": _PatientSentinelPool, "max_connections": CONNECTIONS, "timeout": WAIT_SECONDS}
    make = partial(sentinel.master_for, where.service, db=where.database, **pool)
    async with sentinel, make(**_options()) as client, make(**_quiet()) as listener:
        yield client, lambda: nullcontext(listener)


class _PatientCluster(redis.RedisCluster):
    """Makes callers wait where redis-py raises as soon as a node's connections are all in use."""

    ERRORS_ALLOW_RETRY = (RedisConnectionError, ClusterDownError, SlotNotCoveredError)  # type: ignore[assignment]  # no time-out

    def __init__(self, **options: Any) -> None:
        super().__init__(max_connections=2 * CONNECTIONS, **options)  # asking for the slots takes connections besides
        self._slots = asyncio.Semaphore(CONNECTIONS)

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        async with asyncio.timeout(WAIT_SECONDS):
            await self._slots.acquire()
        try:
            await self.initialize()  # redis-py 8.1 sends a script to any node while it does not know the slots
            return await super().execute_command(*args, **kwargs)
        except AttributeError as error:  # a node was lost: redis-py closes its idle connections while others take them up
            raise RedisConnectionError("connection lost") from error
        finally:
            self._slots.release()


@asynccontextmanager
async def _cluster(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    seeds = [ClusterNode(host, port) for host, port in where.hosts]
    cluster = _PatientCluster(startup_nodes=seeds, **_account(where), **_options())
    try:
        yield cluster, lambda: _any_node(cluster, _account(where) | _quiet())
    finally:
        await cluster.aclose()
        await cluster.nodes_manager.aclose()  # the line above closes nothing once a node was lost
        await cluster.nodes_manager.aclose("startup_nodes")


@asynccontextmanager
async def _any_node(cluster: redis.RedisCluster, options: dict[str, Any]) -> AsyncIterator[redis.Redis]:
    """What is published to one node reaches listeners on all, so any will do; the next attempt may get another."""
    await cluster.initialize()
    node = random.choice(cluster.get_nodes())
    async with redis.Redis(host=node.host, port=int(node.port), **options) as client:
        yield client


def _options() -> dict[str, Any]:
    return {
        "decode_responses": True,
        "socket_timeout": WAIT_SECONDS,
        "socket_connect_timeout": 3.0,
        # a lost connection is worth another attempt, a silent server is not: callers have waited long enough then
        "retry": Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), 3, supported_errors=(RedisConnectionError,)),
        "health_check_interval": 0,
    }


def _quiet() -> dict[str, Any]:
    # redis-py reads with a time-out of 5 s by default, which ends a listener on a quiet channel
    return _options() | {"socket_timeout": None, "health_check_interval": 10}


def _account(where: StoreUrl) -> dict[str, Any]:
    return {"username": where.username or None, "password": where.password or None}
