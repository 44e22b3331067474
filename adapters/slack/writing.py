"""What one reply is written in: standard Markdown in a `markdown` block, or mrkdwn in `text` once Slack refused blocks."""

from collections.abc import Sequence

from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.written import WrittenText
from adapters.slack import mrkdwn, standard
from adapters.slack.buttons import actions
from adapters.slack.dialect import MrkdwnDialect
from adapters.slack.limits import LIMITS, MRKDWN_TEXT
from adapters.slack.payloads import Json
from adapters.slack.standard import StandardDialect
from bot.vocabulary.controls import Button
from bot.vocabulary.platform import Limits

REFUSED = frozenset({"block_mismatch", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
"""Slack's words for blocks that it does not take (docs.slack.dev/reference/methods/chat.update and chat.postMessage)."""


class Writing:
    """The way of one reply. `plain` is set once and for all: all of it is written as mrkdwn then, and has no buttons."""

    def __init__(self) -> None:
        self.plain = False
        self._emitter = Emitter(MrkdwnDialect(hosts=False))
        self._head = self._begun = ""

    @property
    def limits(self) -> Limits:
        """Those of one page as it is written now."""
        return Limits(text=MRKDWN_TEXT) if self.plain else LIMITS

    def pages(self) -> WrittenText:
        """A fresh writer, which goes over to mrkdwn with this."""
        return _EitherWay(self)

    def note(self, text: str) -> str:
        """A line of ours, in italics."""
        return mrkdwn.quiet(text) if self.plain else standard.quiet(text)

    def message(self, text: str, buttons: Sequence[Button]) -> Json:
        """The arguments of chat.postMessage and chat.update for a page. With blocks, `text` is what notifications and readers aloud get."""
        if self.plain:
            return {"text": text}
        blocks: list[Json] = [{"type": "markdown", "text": text}]
        return {"text": self.beginning(text), "blocks": [*blocks, actions(buttons)] if buttons else blocks}

    def beginning(self, text: str) -> str:
        """The first of a page that was written for a block, in mrkdwn, as much as one `text` holds."""
        head = text[:MRKDWN_TEXT]
        if head != self._head:  # of a long page that grows it stays the same
            written = GrowingText(self._emitter, limit=MRKDWN_TEXT).final(head)
            self._head, self._begun = head, written[0] if written else ""
        return self._begun


class _EitherWay:
    """`WrittenText` both ways. After the change the pages are others from the first on: the reply is written anew, and nothing is lost."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._standard = GrowingText(Emitter(StandardDialect()), limit=LIMITS.text)
        self._mrkdwn = GrowingText(Emitter(MrkdwnDialect()), limit=MRKDWN_TEXT)

    def growing(self, text: str) -> list[str]:
        return self._now().growing(text)

    def final(self, text: str) -> list[str]:
        return self._now().final(text)

    def wide_tables(self, text: str) -> list[list[list[str]]]:
        return self._now().wide_tables(text)

    def _now(self) -> GrowingText:
        return self._mrkdwn if self._writing.plain else self._standard
