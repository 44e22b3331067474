"""A platform, as small as the engine needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.vocabulary.inbound import Attachment
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows. `text` in the platform's own count per message; the rest in seconds.

    `edit_interval` is the least time between two sends that share a bucket (a Discord channel, a Slack workspace).
    """

    text: int
    edit_interval: float
    post_interval: float = 0.0


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

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of an attachment. Raises `PlatformRefused`."""
