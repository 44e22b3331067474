"""Who waits sees it: a light sign on each message whose turn has not begun yet."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

import structlog

from bot.errors import BotError, PlatformUnavailable
from bot.turns.mailbox import Mailbox
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Platform
from bot.vocabulary.tasks import drain

PAUSES = (0.0, 1.0, 5.0, 30.0)
"""Seconds before each attempt to take a sign away."""

log = structlog.get_logger(__name__)


class Signs:
    """Put up and taken away in tasks of their own: a sign is a kindness, nobody waits for it and no failure matters."""

    def __init__(self, mailbox: Mailbox, platforms: Mapping[str, Platform], *, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock
        self._platforms = platforms
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put_up(self, inbound: Inbound, lane: Lane) -> None:
        """Show that `inbound` waits, until its turn begins."""
        if f"+{inbound.id}" not in self._tasks:
            self._start(f"+{inbound.id}", self._put_up(inbound, lane))

    def take_away(self, messages: Iterable[Inbound]) -> None:
        """Their turn has begun."""
        for inbound in messages:
            self._start(f"-{inbound.id}", self._show(inbound, False))

    async def drain(self, seconds: float) -> None:
        """Let what is under way finish for `seconds`."""
        await drain(self._tasks.values(), seconds)

    async def _put_up(self, inbound: Inbound, lane: Lane) -> None:
        try:
            if await self._mailbox.still_waits(inbound, lane):
                await self._show(inbound, True)
                if not await self._mailbox.still_waits(inbound, lane):  # its turn began while we were at it
                    await self._show(inbound, False)
        except BotError as error:
            log.debug("no sign of waiting", message=inbound.id, reason=str(error))

    async def _show(self, inbound: Inbound, waits: bool) -> None:
        """A sign that is not put up is missed by few; one that stays under an answered message misleads: taking away is repeated."""
        platform = self._platforms.get(inbound.address.platform)
        for pause in (0.0,) if waits or platform is None else PAUSES:
            await self._clock.sleep(pause)
            try:
                if platform:
                    await platform.show_waiting(inbound.address, waits)
            except PlatformUnavailable as error:
                await self._clock.sleep(error.retry_after or 0.0)
            except BotError as error:
                log.debug("sign of waiting not changed", message=inbound.id, waits=waits, reason=str(error))
                return
            else:
                return
        log.debug("sign of waiting not changed, the platform is away", message=inbound.id, waits=waits)

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks[name] = asyncio.create_task(work, name=f"sign {name}")
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
