"""Slack as the engine sees it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from adapters.slack.limits import LIMITS
from adapters.slack.outlet import SlackOutlet
from adapters.slack.thinking import Thinking
from adapters.slack.waiting import show_waiting
from adapters.slack.workspace import open_client
from bot.errors import PlatformRefused
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


class SlackPlatform:
    """`Platform` over the Web API alone, so that a process which receives nothing can answer too."""

    name = "slack"
    limits: Limits = LIMITS

    def __init__(self, client: AsyncWebClient, *, pace: Pace, clock: Clock) -> None:
        self.client = client
        self.thinking = Thinking(client)
        self._clock = clock
        self._pace = pace

    def surface(self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str) -> Surface:
        outlet = SlackOutlet(self.client, address, thinking=self.thinking)
        return LiveMessage(outlet, log=log, resume=resume, pending=pending, pace=self._pace, clock=self._clock)

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """As `Platform.show_waiting`, with a reaction."""
        await show_waiting(self.client, address.data, waits=waits)

    async def fetch(self, attachment: Attachment) -> bytes:
        """Files are not read yet."""
        raise PlatformRefused("files are not fetched from Slack", user_text="I cannot read files here yet.")


@asynccontextmanager
async def open_platform(settings: Settings, *, pace: Pace, clock: Clock) -> AsyncIterator[SlackPlatform]:
    """A platform to answer through; asks Slack nothing until it is used."""
    async with open_client(settings) as client:
        platform = SlackPlatform(client, pace=pace, clock=clock)
        try:
            yield platform
        finally:
            await platform.thinking.aclose()
