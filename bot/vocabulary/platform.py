"""A platform, as small as the engine needs it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.vocabulary.controls import Button
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows. `text`: characters of one message, in the platform's own count.

    `edit_seconds`: how long after it was posted a message can be counted on to be edited.
    """

    text: int
    edit_seconds: float = math.inf


class Platform(Protocol):
    """Where people are."""

    @property
    def name(self) -> str:
        """Lower case, as in `ConversationKey.platform`."""

    @property
    def limits(self) -> Limits:
        """What this platform allows, from its documents or its settings."""

    def surface(
        self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str, stop: Button | None = None
    ) -> Surface:
        """A writer for one reply. `resume`: messages that already stand; `pending`: nonce of a post whose fate is unknown, or empty.

        `stop` stands under the reply while it is written, where the platform has buttons.
        """

    async def remove(self, placeholder: Placeholder) -> None:
        """Take a message of ours away when it is the platform's turn for that; gone already is fine. Raises `PlatformError`."""

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """Put a light sign on the message that `address` answers, or take it away; twice is as once. Raises `PlatformError`."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of an attachment. Raises `PlatformRefused`."""
