"""One connection pool to Redis, whatever its shape, behind the few verbs that rooms need."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import redis.asyncio as redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from bot.errors import SettingsInvalid, StoreUnavailable
from bot.store.url import StoreUrl, parse_url

CONNECTIONS = 128
"""Pool size of a process. Callers above it wait for a free connection instead of failing."""


@cache
def _source(script: str) -> str:
    return files("bot.store").joinpath("scripts", f"{script}.lua").read_text()


class Store:
    """Redis as rooms see it: text in, text out. Every method raises `StoreUnavailable` when Redis does not answer.

    Scripts are idempotent, so a call whose answer was lost is repeated by the client.
    """

    def __init__(self, client: Any, listener: Any) -> None:  # redis-py types its replies as unions of sync and async
        self._client = client
        self._listener = listener
        self._scripts: dict[str, Any] = {}

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run `scripts/<script>.lua` as one atomic step. All keys share one hash tag."""
        if script not in self._scripts:
            self._scripts[script] = self._client.register_script(_source(script))
        return await self._ask(self._scripts[script](keys=list(keys), args=list(args)))

    async def get(self, key: str) -> str | None:
        reply: str | None = await self._ask(self._client.get(key))
        return reply

    async def set(self, key: str, value: str, *, ttl: float | None = None) -> None:
        await self._ask(self._client.set(key, value, px=None if ttl is None else int(ttl * 1000)))

    async def delete(self, *keys: str) -> int:
        return int(await self._ask(self._client.delete(*keys)))

    async def hash_all(self, key: str) -> dict[str, str]:
        reply: dict[str, str] = await self._ask(self._client.hgetall(key))
        return reply

    async def hash_many(self, key: str, fields: Sequence[str]) -> list[str | None]:
        reply: list[str | None] = await self._ask(self._client.hmget(key, list(fields))) if fields else []
        return reply

    async def hash_set(self, key: str, values: Mapping[str, str], *, ttl: float) -> None:
        await self._ask(self._client.hset(key, mapping=dict(values)))
        await self._ask(self._client.pexpire(key, int(ttl * 1000)))

    async def push_newest(self, key: str, value: str, *, keep: int, ttl: float) -> None:
        """Put `value` at the front of a list that keeps its `keep` newest entries."""
        await self._ask(self._client.lpush(key, value))
        await self._ask(self._client.ltrim(key, 0, keep - 1))
        await self._ask(self._client.pexpire(key, int(ttl * 1000)))

    async def range(self, key: str, start: int, stop: int) -> list[str]:
        reply: list[str] = await self._ask(self._client.lrange(key, start, stop))
        return reply

    async def sorted_range(self, key: str, start: int, stop: int) -> list[str]:
        reply: list[str] = await self._ask(self._client.zrange(key, start, stop))
        return reply

    async def add_member(self, key: str, member: str, *, ttl: float) -> int:
        """Add to a set; returns how many members it then has."""
        await self._ask(self._client.sadd(key, member))
        await self._ask(self._client.pexpire(key, int(ttl * 1000)))
        return int(await self._ask(self._client.scard(key)))

    async def members(self, key: str) -> frozenset[str]:
        return frozenset(await self._ask(self._client.smembers(key)))

    async def publish(self, channel: str, message: str) -> None:
        await self._ask(self._client.publish(channel, message))

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """Yield messages for ever. Raises `StoreUnavailable` when the connection breaks; what was published meanwhile is gone."""
        pubsub: PubSub = self._listener.pubsub(ignore_subscribe_messages=True)
        try:
            await self._ask(pubsub.subscribe(channel))
            async for message in pubsub.listen():
                yield message["data"]
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"Redis: {type(error).__name__}") from error
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped

    async def info(self, section: str) -> dict[str, Any]:
        reply: dict[str, Any] = await self._ask(self._client.info(section))
        return reply

    async def config(self, name: str) -> str | None:
        """A server setting; None where reading it is not allowed (managed Redis)."""
        try:
            reply = await self._ask(self._client.config_get(name))
        except StoreUnavailable as error:
            if isinstance(error.__cause__, ResponseError):
                return None
            raise
        return next(iter(reply.values()), None)

    async def ping(self) -> None:
        await self._ask(self._client.ping())

    async def _ask(self, awaitable: Any) -> Any:
        with _cancelled_if_asked():
            try:
                return await awaitable
            except (RedisError, OSError) as error:
                raise StoreUnavailable(f"Redis: {type(error).__name__}: {_first_line(error)}") from error


@contextmanager
def _cancelled_if_asked() -> Iterator[None]:
    """redis-py looks at a connection under a time-out of its own, which swallows a cancellation that comes just then."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Connect lazily: a server that is away shows at the first call. Raises `SettingsInvalid` for a URL that makes no sense."""
    where = parse_url(url)
    try:
        client, listener = _client(where), _client(where, blocking_reads=True)
    except ValueError:  # an option behind the question mark; its words are not ours to repeat
        raise SettingsInvalid("REDIS_URL has an option behind `?` that cannot be read") from None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(listener.aclose)
        stack.push_async_callback(client.aclose)
        yield Store(client, listener)


def _client(where: StoreUrl, *, blocking_reads: bool = False) -> Any:
    # redis-py reads with a time-out of 5 s by default, which ends a listener on a quiet channel
    timeout = None if blocking_reads else 5.0
    options: dict[str, Any] = {
        "decode_responses": True,
        "socket_timeout": timeout,
        "socket_connect_timeout": 3.0,
        # a lost connection is worth another attempt, a silent server is not: callers have waited long enough then
        "retry": Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), 3, supported_errors=(RedisConnectionError,)),
        "health_check_interval": 10 if blocking_reads else 0,
    }
    account: dict[str, Any] = {"username": where.username or None, "password": where.password or None}
    if where.kind == "cluster":
        host, port = where.hosts[0]
        # what is published to one node reaches listeners on all of them
        kind: Any = redis.Redis if blocking_reads else redis.RedisCluster
        return kind(host=host, port=port, **account, **options)
    if where.kind == "sentinel":
        sentinel: Any = Sentinel(list(where.hosts), sentinel_kwargs={"socket_timeout": 1.0}, **account, **options)  # type: ignore[no-untyped-call]
        return sentinel.master_for(where.service, db=where.database)
    pool = redis.BlockingConnectionPool.from_url(where.url, max_connections=CONNECTIONS, timeout=5, **options)
    return redis.Redis.from_pool(pool)
