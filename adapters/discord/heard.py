"""How far one connection has listened, and the stamp that tells it to whoever comes after us.

All by Discord's own clock, which every message id carries: ours may be wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import discord
import structlog

from bot.errors import StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import Attendance, Source

log = structlog.get_logger("discord")

STAMP_SECONDS = 5.0
"""Between two stamps; what was said since the last is read back after a crash, and recognised as known."""


class Heard:
    """The newest message that came, unless an older one is still on its way to the store."""

    def __init__(self, attendance: Attendance, clock: Clock) -> None:
        self._attendance = attendance
        self._clock = clock
        self._newest = 0.0
        self._began = 0.0
        self._open: list[float] = []
        self._complete = False
        self._known: float | None = None
        self._written: float | None = None

    @property
    def until(self) -> float | None:
        """Unix seconds up to which everything was taken in. None before the first reading back has ended."""
        return min([self._newest or self._began, *self._open]) if self._complete else self._known

    def saw(self, snowflake: int) -> None:
        """A message of this id has been said somewhere; it does not concern us, or is being read back."""
        self._newest = max(self._newest, said_at(snowflake))

    @contextmanager
    def taking(self, snowflake: int) -> Iterator[None]:
        """While inside, the message of this id has not been taken in."""
        at = said_at(snowflake)
        self._open.append(at)
        self.saw(snowflake)
        try:
            yield
        finally:
            self._open.remove(at)

    def missed(self) -> float | None:
        """Messages may have been missed: no more stamps until `complete`. Returns `until`, as far as it is known."""
        self._known, self._complete = self.until, False
        return self._known

    def complete(self) -> None:
        """What was missed has been read back. Where nothing was ever said, our own clock must do."""
        self._complete = True
        self._began = self._began or self._clock.now()

    async def keep(self, source: Source) -> None:
        """Stamps for ever."""
        while True:
            await self._clock.sleep(STAMP_SECONDS)
            await self.stamp(source)

    async def stamp(self, source: Source) -> None:
        """Writes down how far we are, if that is new. A store that is away hears it the next time."""
        until = self.until
        if until is None or until == self._written:
            return
        try:
            await self._attendance.heard(source, until)
        except StoreUnavailable as error:
            log.debug("stamp_not_written", error=str(error))
        else:
            self._written = until


def said_at(snowflake: int) -> float:
    """Unix seconds of the moment in which the id was made."""
    return discord.utils.snowflake_time(snowflake).timestamp()
