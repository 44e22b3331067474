"""Whose turn it is to open a session: Discord lets so many connections at once, every five seconds."""

import asyncio

from adapters.discord.limits import IDENTIFY_SECONDS
from bot.vocabulary.clock import Clock


class IdentifyTurns:
    """One for all connections of a process. Connections whose numbers leave the same rest by `at_once` go one after another."""

    def __init__(self, clock: Clock) -> None:
        self.at_once = 1
        self._clock = clock
        self._locks: dict[int, asyncio.Lock] = {}
        self._free_at: dict[int, float] = {}

    async def take(self, shard: int) -> None:
        """Returns when this connection may send its IDENTIFY."""
        row = shard % self.at_once
        async with self._locks.setdefault(row, asyncio.Lock()):
            while (wait := self._free_at.get(row, 0.0) - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait)
            self.taken(shard)

    def taken(self, shard: int) -> None:
        """This connection sends its IDENTIFY now."""
        self._free_at[shard % self.at_once] = self._clock.monotonic() + IDENTIFY_SECONDS
