"""One connection pool to Redis, whatever its shape, behind the few verbs that rooms need."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from redis.asyncio.client import PubSub
from redis.exceptions import NoScriptError, ResponseError

from bot.errors import StoreUnavailable
from bot.store.outage import AWAY, Outage
from bot.store.replicas import Replicas
from bot.store.topology import Listening, connected, patience, pipelined, together
from bot.store.url import parse_url

SCANNED = 500
"""Keys looked at in one request."""

POP_SECONDS = 2.0
"""One wait for a list's next entry on the server's side: well below the time after which a connection counts as silent."""


@cache
def _source(script: str) -> str:
    return files("bot.store").joinpath("scripts", f"{script}.lua").read_text()


class Store:
    """Redis as rooms see it: text in, text out. Every method raises `StoreUnavailable` when Redis does not answer.

    Scripts are idempotent, so a call whose answer was lost is repeated by the client.
    """

    def __init__(  # redis-py types its replies as unions of sync and async
        self, client: Any, listening: Listening, *, replicas: Replicas, outage: Outage
    ) -> None:
        self._client = client
        self._listening = listening
        self._replicas = replicas
        self._outage = outage
        self._scripts: dict[str, Any] = {}

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str | int | float], *, replicated: bool = False) -> Any:
        """Run `scripts/<script>.lua` as one atomic step. All keys share one hash tag.

        `replicated`: return when as many replicas have it as the settings want, or after at most a second; too few are logged.
        """
        if script not in self._scripts:
            self._scripts[script] = self._client.register_script(_source(script))
        if replicated and self._replicas.wanted:
            return await self._ask(self._run_replicated(self._scripts[script].sha, _source(script), [*keys], [*args]))
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

    async def hash_set(self, key: str, values: Mapping[str, str], *, ttl: float | None) -> None:
        await self._ask(self._client.hset(key, mapping=dict(values)))
        if ttl is not None:
            await self._ask(self._client.pexpire(key, int(ttl * 1000)))

    async def push_newest(self, key: str, value: str, *, keep: int, ttl: float) -> None:
        """Put `value` at the front of a list that keeps its `keep` newest entries."""
        await self._ask(self._client.lpush(key, value))
        await self._ask(self._client.ltrim(key, 0, keep - 1))
        await self._ask(self._client.pexpire(key, int(ttl * 1000)))

    async def take(self, key: str) -> str | None:
        """The value, which is gone then: of several who ask, one gets it."""
        reply: str | None = await self._ask(self._client.getdel(key))
        return reply

    async def push(self, key: str, value: str, *, ttl: float) -> None:
        """Put `value` at the end of a list."""
        await self.run("push", [key], [value, int(ttl * 1000)])

    async def pop(self, key: str, *, seconds: float) -> str | None:
        """The first of a list, which is gone from it then; None when none came within `seconds`."""
        clock = asyncio.get_running_loop()
        ends = clock.time() + seconds
        while (left := ends - clock.time()) > 0:
            reply: Sequence[str] | None = await self._ask(self._client.blpop([key], timeout=max(0.01, min(left, POP_SECONDS))))
            if reply:
                return reply[1]
        return None

    async def range(self, key: str, start: int, stop: int) -> list[str]:
        reply: list[str] = await self._ask(self._client.lrange(key, start, stop))
        return reply

    async def sorted_range(self, key: str, start: int, stop: int) -> list[str]:
        reply: list[str] = await self._ask(self._client.zrange(key, start, stop))
        return reply

    async def sorted_scores(self, *keys: str) -> list[list[tuple[str, float]]]:
        """Of each key its members with their scores, lowest first: of all keys in one round trip, of a Cluster in one to each node."""
        asked = self._of_each(keys, lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True))
        reply: list[list[tuple[str, float]]] = await self._ask(asked)
        return reply

    async def sorted_remove(self, key: str, member: str) -> None:
        await self._ask(self._client.zrem(key, member))

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

    async def endless(self, prefix: str, *, most: int) -> tuple[list[str], int]:
        """Of the first `most` keys that begin with `prefix`: those that live for ever, and how many were looked at."""
        seen: dict[str, None] = {}  # a scan may tell a key twice
        async with aclosing(self._names(prefix)) as found:
            async for name in found:
                seen[name] = None
                if len(seen) >= most:
                    break
        names = list(seen)
        batches = [names[start : start + SCANNED] for start in range(0, len(names), SCANNED)]
        lives = [life for batch in batches for life in await self._lives(batch)]
        return [name for name, life in zip(names, lives, strict=True) if life == -1], len(names)

    async def info(self, section: str) -> dict[str, Any]:
        reply: dict[str, Any] = await self._ask(self._client.info(section))
        return reply

    async def config(self, name: str) -> str | None:
        """A server setting; None where reading it is not allowed (managed Redis)."""
        try:
            reply = await self._ask(self._client.config_get(name), may_refuse=True)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, ResponseError):
                return None
            raise
        return next(iter(reply.values()), None)

    async def returned(self) -> None:
        """Return when Redis, which a call of this process found away, answers again."""
        await self._outage.over()

    async def ping(self) -> None:
        await self._ask(self._client.ping())

    async def _names(self, prefix: str) -> AsyncGenerator[str, None]:
        names = aiter(self._client.scan_iter(match=f"{prefix}*", count=SCANNED))
        while (name := await self._ask(anext(names, None))) is not None:
            yield name

    async def _lives(self, names: Sequence[str]) -> list[int]:
        reply: list[int] = await self._ask(self._of_each(names, lambda pipe, name: pipe.pttl(name)))
        return reply

    async def _of_each(self, keys: Sequence[str], ask: Callable[[Any, str], object]) -> list[Any]:
        async with pipelined(self._client) as pipe:
            for key in keys:
                ask(pipe, key)
            replies: list[Any] = await pipe.execute()
            return replies

    async def _run_replicated(self, digest: str, source: str, keys: list[str], args: list[str | int | float]) -> Any:
        rest = (len(keys), *keys, *args)
        reply, have = await together(self._client, keys[0], ("EVALSHA", digest, *rest), self._replicas.command)
        if isinstance(reply, NoScriptError):
            reply, have = await together(self._client, keys[0], ("EVAL", source, *rest), self._replicas.command)
        if isinstance(reply, Exception):
            raise reply
        self._replicas.answered(have)
        return reply

    async def _ask(self, awaitable: Any, *, may_refuse: bool = False) -> Any:
        with _cancelled_if_asked(), self._outage.watched(may_refuse=may_refuse):
            return await awaitable


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


@asynccontextmanager
async def open_store(url: str, *, replicas: int | None = None) -> AsyncIterator[Store]:
    """Connect lazily: a server that is away shows at the first call. Raises `SettingsInvalid` for a URL that makes no sense.

    `replicas` must have what is run `replicated`; None: one where Sentinels watch over the server, else none.
    """
    where = parse_url(url)
    wanted = int(where.kind == "sentinel") if replicas is None else replicas
    async with connected(where) as (client, listening):
        yield Store(
            client,
            listening,
            replicas=Replicas(wanted, patience=patience(where)),
            outage=Outage(partial=where.kind == "cluster"),
        )
