"""Deletes what is left over, one message after the other on each platform: in every process that answers, whoever left it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from bot.errors import PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.turns.leftovers import Leftovers, written
from bot.vocabulary.clock import Clock
from bot.vocabulary.platform import Platform
from bot.vocabulary.tasks import drain, end

LOOK_SECONDS = 5.0
"""Longest time between two looks: what other processes left is not told."""

AWAY_SECONDS = 5.0
"""Pause after a platform did not answer, unless it named a longer one; the message itself is due again when its claim is over."""

OUTAGE_PAUSE = 0.5
"""Seconds between two looks while Redis is away."""

LAST_SECONDS = 3.0
"""A deletion under way gets so long when we close."""

log = structlog.get_logger(__name__)


class Tidying:
    """For the platforms that this process has plugged. Each paces its deletions by itself."""

    def __init__(self, leftovers: Leftovers, platforms: Mapping[str, Platform], *, clock: Clock) -> None:
        self._leftovers = leftovers
        self._platforms = platforms
        self._clock = clock
        self._closing = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Tidy while open. At the end only what is under way is finished: others do the rest."""
        self._closing.clear()
        tasks = [asyncio.create_task(self._tidy(platform), name=f"tidying {name}") for name, platform in self._platforms.items()]
        try:
            yield
        finally:
            self._closing.set()
            await drain(tasks, LAST_SECONDS)

    async def _tidy(self, platform: Platform) -> None:
        while not self._closing.is_set():
            try:
                await self._rest(await self._step(platform), news=self._leftovers.news[platform.name])
            except PlatformUnavailable as away:
                log.debug("an old message stays for now", platform=platform.name, reason=str(away))
                await self._rest(max(AWAY_SECONDS, away.retry_after or 0.0))
            except StoreUnavailable as away:
                log.debug("nothing tidied", reason=str(away))
                await self._rest(OUTAGE_PAUSE)
            except Exception:  # task boundary: it must come back
                log.exception("an old message stays", platform=platform.name)
                await self._rest(AWAY_SECONDS)

    async def _step(self, platform: Platform) -> float:
        """Delete one message, if one is due; returns in how many seconds to look again, unless there is news."""
        self._leftovers.news[platform.name].clear()
        found = await self._leftovers.claim(platform.name)
        if not isinstance(found, str):
            return LOOK_SECONDS if found is None else min(found, LOOK_SECONDS)
        placeholder = written.load(found)
        if placeholder is None:  # another version's: one of its processes can read it
            return 0.0
        try:
            await platform.remove(placeholder)
        except PlatformRefused as refused:
            log.warning("an old message stays", platform=platform.name, reason=str(refused))
        await self._leftovers.done(platform.name, found)
        return 0.0

    async def _rest(self, seconds: float, *, news: asyncio.Event | None = None) -> None:
        if seconds <= 0:
            return
        waits = [asyncio.create_task(wait) for wait in (self._clock.sleep(seconds), self._closing.wait())]
        waits += [asyncio.create_task(news.wait())] if news else []
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*waits)
