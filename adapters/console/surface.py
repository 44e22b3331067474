"""The terminal as a platform: an answer goes to whatever screen is open in this process."""

import contextlib
from collections.abc import Sequence
from typing import Protocol

from bot.errors import BotError, PlatformRefused
from bot.vocabulary.controls import Button
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Outcome, Placeholder, ReplyAddress, ReplyEvent, ReplyLog

CONSOLE = "console"

LIMITS = Limits(text=10_000_000)
"""A terminal scrolls: an answer never needs a second message, and there is nobody to be slow for."""


class Screen(Protocol):
    """Where one terminal shows answers. `message` is the id of the message that is answered."""

    def begin(self, message: str) -> None:
        """An answer is about to come; what an earlier attempt had shown is void."""

    def show(self, message: str, event: ReplyEvent) -> None:
        """Something happened; return at once."""

    async def end(self, message: str, outcome: Outcome) -> None:
        """The last version; return when it stands."""


class ConsolePlatform:
    """`Platform` over one screen."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @property
    def name(self) -> str:
        return CONSOLE

    @property
    def limits(self) -> Limits:
        return LIMITS

    def surface(
        self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str, stop: Button | None = None
    ) -> "ConsoleSurface":
        # nothing of a terminal that is gone can be edited: an answer that is taken up is shown whole
        return ConsoleSurface(self._screen, address.data["message"], log=log)

    async def remove(self, placeholder: Placeholder) -> None:
        """What a terminal has shown it has shown; nothing is left over there."""

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """One person, one lane, and the running answer before their eyes: there is nothing to add."""

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PlatformRefused(f"the terminal carries no files, and {attachment.id} is one")


class ConsoleSurface:
    """`Surface` that hands each event to the screen as it comes."""

    def __init__(self, screen: Screen, message: str, *, log: ReplyLog) -> None:
        self._screen = screen
        self._message = message
        self._log = log

    async def open(self) -> None:
        await self._log.opening(0)
        self._screen.begin(self._message)
        await self._log.placed(0, Placeholder(CONSOLE, {"message": self._message}))

    def show(self, event: ReplyEvent) -> None:
        with contextlib.suppress(BotError):
            self._log.check()
            self._screen.show(self._message, event)

    async def settle(self, outcome: Outcome, buttons: Sequence[Button] = ()) -> None:
        await self._screen.end(self._message, outcome)

    async def abandon(self) -> None:
        """Whoever goes on shows the answer whole."""
