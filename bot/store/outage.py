"""What it means that Redis did not answer: `StoreUnavailable` for the caller, and one line an outage, however many calls fail."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from redis.exceptions import RedisClusterException, RedisError, ResponseError

from bot.errors import StoreUnavailable

AWAY = (RedisError, RedisClusterException, OSError)
"""What the client raises when it gets no answer. In redis-py a cluster's own trouble is no `RedisError`."""

CALM_SECONDS = 5.0
"""Where only some calls fail, it is over when none failed for so long at least: the others succeed all the while."""

log = structlog.get_logger(__name__)


class Outage:
    """Every call goes through `watched`. `partial`: some calls may succeed while a part of Redis is away, as in a Cluster."""

    def __init__(self, *, partial: bool) -> None:
        self._partial = partial
        self._number = 0
        self._began: float | None = None
        self._over_after = 0.0
        self._over = asyncio.Event()

    async def over(self) -> None:
        """Return when the next one is over, or the present one."""
        await self._over.wait()

    @contextmanager
    def watched(self, *, may_refuse: bool = False) -> Iterator[None]:
        """Raises `StoreUnavailable`. `may_refuse`: the server's no is an answer that the caller reckons with."""
        number, asked = self._number, time.monotonic()
        try:
            yield
        except AWAY as error:
            reason = f"{type(error).__name__}: {_first_line(error)}"
            refused = isinstance(error, ResponseError)
            if not (refused and may_refuse):
                self._failed(reason, asked, refused=refused)
            raise StoreUnavailable(f"Redis: {reason}") from error
        if number == self._number:  # an older call may have had its answer out of a buffer
            self._answered()

    def _failed(self, reason: str, asked: float, *, refused: bool) -> None:
        now = time.monotonic()
        calm = max(CALM_SECONDS, 2 * (now - asked))  # the next failure may take as long to show as this one did
        self._over_after = max(self._over_after, now + calm) if self._partial or refused else 0.0
        if self._began is None:
            self._began = now
            self._number += 1
            log.warning("redis refuses" if refused else "redis away", reason=reason)

    def _answered(self) -> None:
        now = time.monotonic()
        if self._began is not None and now >= self._over_after:
            log.info("redis back", seconds=round(now - self._began, 1))
            self._began = None
            self._over.set()
            self._over = asyncio.Event()


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]
