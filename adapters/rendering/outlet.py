"""The four things a platform must be able to do to a reply, and how it writes text down."""

from collections.abc import Sequence
from typing import Literal, Protocol

from adapters.rendering.written import WrittenText
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder

Kind = Literal["post", "edit", "delete"]
"""Platforms count these apart."""


class Outlet(Protocol):
    """One reply's way out, bound to one `ReplyAddress`. Each call is one request; the caller paces and repeats.

    Every method raises `PlatformUnavailable` (may pass; `retry_after` in seconds where known) or `PlatformRefused` (will not pass).
    """

    @property
    def limits(self) -> Limits:
        """What the platform allows."""

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """What a send of this kind draws on, the narrowest first: such as the channel, then everything this bot sends."""

    def written(self) -> WrittenText:
        """A fresh writer of the model's Markdown in the platform's own writing, mentions inert, pages within `limits.text`."""

    def note(self, text: str) -> str:
        """A line of ours in the platform's quiet style, such as small or italic text. Already rendered."""

    async def post(self, text: str, *, nonce: str, after: Placeholder | None) -> Placeholder:
        """Post rendered `text`: a reply to the trigger, or further on in the same place when `after` stands.

        A post that may have arrived raises `PlatformUnavailable`; look it up with `find` before repeating it, under the same nonce.
        """

    async def edit(self, placeholder: Placeholder, text: str) -> None:
        """Replace what stands there with rendered `text`. Never cancelled by the caller while it runs."""

    async def find(self, nonce: str) -> Placeholder | None:
        """The message that was posted under `nonce`, if it arrived. Another message of this reply is read as "not found"."""

    async def read(self, placeholder: Placeholder) -> str:
        """What stands there now, as it was rendered."""

    async def delete(self, placeholder: Placeholder) -> None:
        """Take a message of ours away; gone already is fine."""
