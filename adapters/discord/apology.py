"""Saying that nothing can be kept now: once a minute and channel."""

import secrets

import discord
import structlog

from adapters.discord.outlet import DiscordOutlet
from adapters.discord.places import PLATFORM
from bot.errors import PlatformError, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.reply import ReplyAddress

log = structlog.get_logger("discord")

APOLOGY_SECONDS = 60.0
"""Least time between two messages in one channel saying that nothing can be kept now."""


class Apologies:
    """Posts them through REST."""

    def __init__(self, client: discord.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._said: dict[str, float] = {}

    async def say(self, channel: str) -> None:
        """Not as a reply to a message: that is how an answer is recognised after a crash. Never raises `PlatformError`."""
        now = self._clock.monotonic()
        self._said = {known: at for known, at in self._said.items() if now - at < APOLOGY_SECONDS}
        if channel in self._said:
            return
        self._said[channel] = now
        outlet = DiscordOutlet(self._client, ReplyAddress(PLATFORM, {"channel": channel}))
        try:
            await outlet.post(StoreUnavailable.user_text, nonce=secrets.token_hex(8), after=None)
        except PlatformError as refused:
            log.warning("apology_not_posted", channel=channel, error=str(refused))
