"""Discord as the engine sees it."""

from collections.abc import Sequence

import discord

from adapters.discord.headers import Headers
from adapters.discord.limits import LIMITS
from adapters.discord.outlet import DiscordOutlet
from adapters.discord.places import PLATFORM
from adapters.discord.refusals import FAILURES, translated
from adapters.discord.waiting import show_waiting
from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from bot.errors import PlatformRefused
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


class DiscordPlatform:
    """`Platform` over a client that is logged in; `pace` is shared by every reply of this process.

    An answer of more than `file_after` messages also comes as a file (0: never).
    """

    def __init__(self, client: discord.Client, *, pace: Pace, clock: Clock, headers: Headers, file_after: int = 0) -> None:
        self._client = client
        self._file_after = file_after
        self._pace = pace
        self._headers = headers
        self._clock = clock

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def limits(self) -> Limits:
        return LIMITS

    def surface(
        self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str, stop: Button | None = None
    ) -> Surface:
        """A writer for one reply."""
        outlet = DiscordOutlet(self._client, address, standing=resume, drawn=self._headers.budgets)
        return LiveMessage(
            outlet,
            log=log,
            clock=self._clock,
            pace=self._pace,
            resume=resume,
            pending=pending,
            stop=stop,
            file_after=self._file_after,
        )

    async def remove(self, placeholder: Placeholder) -> None:
        """When it is the turn of a deletion in the message's channel."""
        channel, message = int(placeholder.data["channel"]), int(placeholder.data["message"])
        await self._pace.turn(self._headers.budgets(channel)["delete"], urgent=False)
        try:
            await self._client.http.delete_message(channel, message)
        except discord.NotFound:
            return
        except FAILURES as error:
            raise translated(error) from error

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """A reaction of ours, an hourglass."""
        await show_waiting(self._client, address, waits)

    async def fetch(self, attachment: Attachment) -> bytes:
        """Files are not read yet: always raises `PlatformRefused`."""
        raise PlatformRefused("attachments are not fetched from Discord", user_text="I cannot read files yet. Please paste the text.")
