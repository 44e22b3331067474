"""“Parley is typing…”, once, for people whose message shows no effect within a second."""

import asyncio

import discord
import structlog
from discord.http import Route

from adapters.discord.refusals import FAILURES
from bot.vocabulary.clock import Clock

log = structlog.get_logger("discord")

AFTER_SECONDS = 1.0

APART_SECONDS = 1.0
"""Between two hints. They ask for no turn: the pace leaves two calls a second over, and where many wait at once placeholders come first."""


class TypingHint:
    """Costs no request where the placeholder stands in time: its own MESSAGE_CREATE, a reply to the person, calls the hint off.

    So it works as well when another process posts the placeholder. Discord shows the hint for 10 s or until a message comes.
    """

    def __init__(self, client: discord.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._waiting: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent_at = float("-inf")

    def expect(self, channel: int, person: int) -> None:
        """`person` wrote to us in `channel`: something should become visible."""
        key = (channel, person)
        if key not in self._waiting:
            task = self._waiting[key] = asyncio.create_task(self._hint(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def visible(self, channel: int, person: int) -> None:
        """Something did, or nothing will."""
        self._waiting.pop((channel, person), None)

    async def close(self) -> None:
        """Calls off every hint."""
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hint(self, key: tuple[int, int]) -> None:
        await self._clock.sleep(AFTER_SECONDS)
        if self._waiting.get(key) is not asyncio.current_task():
            return
        del self._waiting[key]
        if self._clock.monotonic() < self._sent_at + APART_SECONDS:
            return
        self._sent_at = self._clock.monotonic()
        try:
            await self._client.http.request(Route("POST", "/channels/{channel_id}/typing", channel_id=key[0]))
        except FAILURES as error:  # a hint is never worth more than a line in the log
            log.debug("typing_hint_failed", channel=key[0], error=str(error))
