"""A client for each shape that Redis comes in. All three behave alike: callers above the pool's size wait, a lost
connection is tried again, a silent server is not, and a listener hears what is published anywhere.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import Any

import redis.asyncio as redis
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import AskError, ClusterDownError, MovedError, SlotNotCoveredError, TryAgainError
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.store.url import TLS, StoreUrl
from bot.vocabulary.tasks import end

CONNECTIONS = 32
"""Pool size of a process. Callers above it wait for a free connection instead of failing."""

WAIT_SECONDS = 5.0
"""Longest wait for a free connection, and for an answer."""

SENTINEL_SECONDS = 1.0
"""Longest wait for one Sentinel; then the next one is asked."""

ATTEMPTS = 3
"""How often a call is repeated whose connection was lost, or whose slot has moved."""

MOVING = (RedisConnectionError, ClusterDownError, SlotNotCoveredError, MovedError, AskError, TryAgainError)

Listening = Callable[[], AbstractAsyncContextManager[Any]]
"""Gives a client whose pub/sub waits for ever on a quiet channel."""


@asynccontextmanager
async def connected(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    """The client for commands, and how to listen. Nothing is connected yet."""
    async with {"single": _single, "sentinel": _sentinel, "cluster": _cluster}[where.kind](where) as clients:
        yield clients


def patience(where: StoreUrl) -> float:
    """Seconds after which an answer is no longer waited for."""
    return float(_options(where)["socket_timeout"])


async def together(client: Any, key: str, *commands: Sequence[str | int | float]) -> list[Any]:
    """The replies to commands that go over one connection to the server of `key`; one that was refused has its error there."""
    if isinstance(client, _PatientCluster):
        return await client.together(key, commands)
    async with client.pipeline(transaction=False) as pipe:
        for command in commands:
            pipe.execute_command(*command)
        replies: list[Any] = await pipe.execute(raise_on_error=False)
        return replies


@asynccontextmanager
async def pipelined(client: Any) -> AsyncIterator[Any]:
    """A pipeline for keys of any slot: one round trip, of a Cluster one to each server that has some of them."""
    async with client.slot() if isinstance(client, _PatientCluster) else nullcontext():
        yield client.pipeline(transaction=False)


@asynccontextmanager
async def _single(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    kind, place = _connection(where)
    # without driver_info each new connection reads the library's version off the disk, a hundred times when many turns begin at once
    make = partial(redis.BlockingConnectionPool, connection_class=kind, timeout=WAIT_SECONDS, db=where.database, driver_info=None, **place)
    pool, quiet = make(**_options(where)), make(**_quiet(where))
    async with redis.Redis.from_pool(pool) as client, redis.Redis.from_pool(quiet) as listener:
        yield client, lambda: nullcontext(listener)


def _connection(where: StoreUrl) -> tuple[type[AbstractConnection], dict[str, Any]]:
    if where.socket:
        return redis.UnixDomainSocketConnection, {"path": where.socket}
    host, port = where.hosts[0]
    return redis.SSLConnection if where.tls else redis.Connection, {"host": host, "port": port}


class _Sentinels(Sentinel):
    """Asks the Sentinels once for all connections that need the answer now, not a hundred times.

    redis-py puts the Sentinel that answered first; when two questions do so at once, one Sentinel drops out of its list for good.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        self._question: asyncio.Task[tuple[str, int]] | None = None

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        if self._question is None:
            self._question = asyncio.create_task(super().discover_master(service_name))
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


class _PatientSentinelPool(SentinelConnectionPool, redis.BlockingConnectionPool):
    """Follows the master, and makes callers wait instead of failing when every connection is in use."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """redis-py closes idle connections where they lie, and whoever takes one up meanwhile loses the new socket to the old one's end."""
        idle, self._available_connections = self._available_connections, []
        await asyncio.gather(*(connection.disconnect(nowait=not inuse_connections) for connection in idle))
        if inuse_connections:
            await super().disconnect()


@asynccontextmanager
async def _sentinel(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    secure = {"ssl": True} if where.tls else {}
    asking = (
        secure
        | {name: value for name, value in where.options if name.startswith(TLS)}
        | {
            "username": where.sentinel_username or None,
            "password": where.sentinel_password or None,
            "socket_timeout": SENTINEL_SECONDS,
            "socket_connect_timeout": SENTINEL_SECONDS,
            "retry": Retry(NoBackoff(), 0),  # one that is away is no reason to wait: the next one is asked
        }
    )
    sentinel = _Sentinels(list(where.hosts), sentinel_kwargs=asking, **secure)
    pool: dict[str, Any] = {"connection_pool_class": _PatientSentinelPool, "timeout": WAIT_SECONDS}
    make = partial(sentinel.master_for, where.service, db=where.database, **pool)
    async with sentinel, make(**_options(where)) as client, make(**_quiet(where)) as listener:
        yield client, lambda: nullcontext(listener)


class _PatientCluster(redis.RedisCluster):
    """Makes callers wait where redis-py raises as soon as a node's connections are all in use."""

    ERRORS_ALLOW_RETRY = (RedisConnectionError, ClusterDownError, SlotNotCoveredError)  # type: ignore[assignment]  # no time-out

    def __init__(self, *, max_connections: int, **options: Any) -> None:
        super().__init__(max_connections=2 * max_connections, **options)  # asking for the slots takes connections besides
        self._slots = asyncio.Semaphore(max_connections)

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        async with self.slot():
            return await super().execute_command(*args, **kwargs)

    async def together(self, key: str, commands: Sequence[Sequence[str | int | float]]) -> list[Any]:
        """As the function of this name. redis-py would send a command that was refused to another node, without the rest."""
        for _ in range(ATTEMPTS):
            async with self.slot():
                pipe, node = self.pipeline(), self.get_node_from_key(key)
                for command in commands:
                    pipe.execute_command(*command, target_nodes=node)
                replies: list[Any] = await pipe.execute(raise_on_error=False, allow_redirections=False)
            if not isinstance(replies[0], MOVING):
                break
            await self.execute_command(*commands[0])  # the ordinary way finds out where the slot is now, or that it is nowhere
        return replies

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        async with asyncio.timeout(WAIT_SECONDS):
            await self._slots.acquire()
        try:
            await self.initialize()  # redis-py 8.1 sends a script to any node while it does not know the slots
            yield
        except AttributeError as error:  # a node was lost: redis-py closes its idle connections while others take them up
            raise RedisConnectionError("connection lost") from error
        finally:
            self._slots.release()


@asynccontextmanager
async def _cluster(where: StoreUrl) -> AsyncIterator[tuple[Any, Listening]]:
    seeds, secure = [ClusterNode(host, port) for host, port in where.hosts], {"ssl": where.tls}
    cluster = _PatientCluster(startup_nodes=seeds, **secure, **_options(where))
    try:
        yield cluster, lambda: _any_node(cluster, secure | _quiet(where))
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


def _options(where: StoreUrl) -> dict[str, Any]:
    """What is asked for behind the question mark goes before what we would choose."""
    return {
        "decode_responses": True,
        "username": where.username or None,
        "password": where.password or None,
        "max_connections": CONNECTIONS,
        "socket_timeout": WAIT_SECONDS,
        "socket_connect_timeout": 3.0,
        # a lost connection is worth another attempt, a silent server is not: callers have waited long enough then
        "retry": Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), ATTEMPTS, supported_errors=(RedisConnectionError,)),
        "health_check_interval": 0,
    } | dict(where.options)


def _quiet(where: StoreUrl) -> dict[str, Any]:
    # redis-py reads with a time-out of 5 s by default, which ends a listener on a quiet channel
    return _options(where) | {"socket_timeout": None, "health_check_interval": 10}
