"""One connection pool to Redis, whatever its shape, behind the few verbs that rooms need."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from redis.asyncio.client import PubSub
from redis.exceptions import RedisClusterException, RedisError, ResponseError

from bot.errors import SettingsInvalid, StoreUnavailable
from bot.store.topology import Listening, connected
from bot.store.url import parse_url

AWAY = (RedisError, RedisClusterException, OSError)
"""What the client raises when it gets no answer. In redis-py a cluster's own trouble is no `RedisError`."""


@cache
def _source(script: str) -> str:
    return files("bot.store").joinpath("scripts", f"{script}.lua").read_text()


class Store:
    """Redis as rooms see it: text in, text out. Every method raises `StoreUnavailable` when Redis does not answer.

    Scripts are idempotent, so a call whose answer was lost is repeated by the client.
    """

    def __init__(self, client: Any, listening: Listening) -> None:  # redis-py types its replies as unions of sync and async
        self._client = client
        self._listening = listening
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
        try:
            async with self._listening() as client:
                pubsub: PubSub = client.pubsub(ignore_subscribe_messages=True)
                try:
                    await self._ask(pubsub.subscribe(channel))
                    async for message in pubsub.listen():
                        yield message["data"]
                finally:
                    await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        except AWAY as error:
            raise StoreUnavailable(f"Redis: {type(error).__name__}") from error

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
            except AWAY as error:
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
    async with AsyncExitStack() as stack:
        try:
            client, listening = await stack.enter_async_context(connected(where))
        except ValueError:  # an option behind the question mark; its words are not ours to repeat
            raise SettingsInvalid("REDIS_URL has an option behind `?` that cannot be read") from None
        yield Store(client, listening)
