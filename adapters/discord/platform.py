"""Discord as the engine sees it."""

from collections.abc import Sequence

import discord

from adapters.discord.limits import LIMITS
from adapters.discord.outlet import DiscordOutlet
from adapters.discord.places import PLATFORM
from adapters.discord.waiting import show_waiting
from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from bot.errors import PlatformRefused
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


class DiscordPlatform:
    """`Platform` over a client that is logged in; `pace` is shared by every reply of this process."""

    def __init__(self, client: discord.Client, *, pace: Pace, clock: Clock) -> None:
        self._client = client
        self._pace = pace
        self._clock = clock

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def limits(self) -> Limits:
        return LIMITS

    def surface(self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str) -> Surface:
        """A writer for one reply."""
        outlet = DiscordOutlet(self._client, address, standing=resume)
        return LiveMessage(outlet, log=log, clock=self._clock, pace=self._pace, resume=resume, pending=pending)

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """A reaction of ours, an hourglass."""
        await show_waiting(self._client, address, waits)

    async def fetch(self, attachment: Attachment) -> bytes:
        """Files are not read yet: always raises `PlatformRefused`."""
        raise PlatformRefused("attachments are not fetched from Discord", user_text="I cannot read files yet. Please paste the text.")
