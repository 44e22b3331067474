"""What a platform must be able to do to a reply, and how it writes text down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.rendering.written import WrittenText
from bot.vocabulary.controls import Button
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder

Kind = Literal["post", "edit", "attach"]
"""Platforms count these apart."""


@dataclass(frozen=True, slots=True)
class File:
    """A file for people. `name` with its ending."""

    name: str
    content: bytes


class Outlet(Protocol):
    """One reply's way out, bound to one `ReplyAddress`. Each call is one request; the caller paces and repeats.

    Every method raises `PlatformUnavailable` (may pass; `retry_after` in seconds where known) or `PlatformRefused` (will not pass).
    """

    @property
    def limits(self) -> Limits:
        """What the platform allows."""

    @property
    def closes(self) -> bool:
        """Whether a message that will not grow any more must be told so by one more `edit`, even if its text stands already."""

    @property
    def late_seconds(self) -> float:
        """How long a last version may wait for the turn to edit before it is posted anew instead; infinite: it always waits."""

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """What a send of this kind draws on, the narrowest first: such as the channel, then everything this bot sends."""

    def written(self) -> WrittenText:
        """A fresh writer of the model's Markdown in the platform's own writing, mentions inert, pages within `limits.text`."""

    def note(self, text: str) -> str:
        """A line of ours in the platform's quiet style, such as small or italic text. Already rendered."""

    async def post(self, text: str, *, nonce: str, after: Placeholder | None, buttons: Sequence[Button] = ()) -> Placeholder:
        """Post rendered `text` with `buttons` under it: a reply to the trigger, or further on in the same place when `after` stands.

        A post that may have arrived raises `PlatformUnavailable`; look it up with `find` before repeating it, under the same nonce.
        """

    async def edit(self, placeholder: Placeholder, text: str, *, buttons: Sequence[Button] = (), closed: bool = False) -> None:
        """Replace what stands there, buttons too, with rendered `text`. Never cancelled by the caller while it runs.

        `closed`: this message will not grow any more (only where the outlet `closes`).
        """

    async def attach(self, files: Sequence[File], *, after: Placeholder) -> None:
        """Give people `files` in a message of their own, behind the reply. After `PlatformUnavailable` it may be called again."""

    async def find(self, nonce: str) -> Placeholder | None:
        """The message that was posted under `nonce`, if it arrived. Another message of this reply is read as "not found"."""

    async def read(self, placeholder: Placeholder) -> str:
        """What stands there now, as it was rendered."""
