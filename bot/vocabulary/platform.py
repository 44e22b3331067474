"""A platform, as small as the engine needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.vocabulary.inbound import Attachment
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows. `text`: characters of one message, in the platform's own count."""

    text: int


class Platform(Protocol):
    """Where people are."""

    @property
    def name(self) -> str:
        """Lower case, as in `ConversationKey.platform`."""

    @property
    def limits(self) -> Limits:
        """What this platform allows, from its documents or its settings."""

    def surface(self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str) -> Surface:
        """A writer for one reply. `resume`: messages that already stand; `pending`: nonce of a post whose fate is unknown, or empty."""

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """Put a light sign on the message that `address` answers, or take it away; twice is as once. Raises `PlatformError`."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of an attachment. Raises `PlatformRefused`."""
