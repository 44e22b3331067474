"""Which of Slack's two ways serves a text, and the parts of a request for one page of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from adapters.rendering.markdown.blocks import Code, Prose, TableSource, blocks
from adapters.rendering.markdown.emitter import Emitter, Numbers
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.markdown.weights import expansion
from adapters.slack.dialect import MrkdwnDialect
from adapters.slack.limits import LIMITS, MARKDOWN_BLOCK, MARKDOWN_BLOCKS
from adapters.slack.standard import StandardDialect

Way = Literal["text", "block"]
"""`text`: mrkdwn in the message's text; `block`: standard Markdown in one `markdown` block."""

_MENTION = re.compile(r"<[@#!]")
_RICHER = re.compile(r"[ \t]*(?:#{1,6}[ \t]|[-*+][ \t]+\[[ xX]\][ \t])|[ \t]+(?:[-*+]|\d+[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class Parts:
    """What goes into chat.postMessage or chat.update. With `blocks`, `text` is what notifications and screen readers get."""

    text: str
    blocks: Sequence[Mapping[str, Any]] = ()


def way(markdown: str) -> Way:
    """`block` where Slack's own Markdown shows more than mrkdwn can (tables, levels of headings and lists, boxes) and may be used.

    Not for code in which something looks like a mention: there it could be made inert only by changing the code.
    """
    placed = [entry.block for entry in blocks(markdown)]
    if any(isinstance(block, Code) and _MENTION.search(block.text) for block in placed) or not _fits(markdown):
        return "text"
    richer = any(isinstance(block, TableSource) or (isinstance(block, Prose) and _is_richer(block.text)) for block in placed)
    return "block" if richer else "text"


def parts(markdown: str, numbers: Numbers = (), *, by: Way) -> Parts:
    """The parts for one page, `Piece.markdown`, that was cut for this way. A message that stands as a block must stay one
    (`block_mismatch`, docs.slack.dev/reference/methods/chat.update)."""
    text = Emitter(MrkdwnDialect()).emit(markdown, numbers)
    if by == "text":
        return Parts(text)
    if len(text) > LIMITS.text:
        text = GrowingText(Emitter(MrkdwnDialect()), limit=LIMITS.text).growing(markdown)[0]
    written = Emitter(StandardDialect()).emit(markdown, numbers)
    return Parts(text, [{"type": "markdown", "text": written}])


def _fits(markdown: str) -> bool:
    emitter = Emitter(StandardDialect())
    small = not emitter.wide_tables(markdown) and expansion(markdown) <= MARKDOWN_BLOCKS
    return small and len(emitter.emit(markdown)) <= MARKDOWN_BLOCK


def _is_richer(text: str) -> bool:
    return any(_RICHER.match(line) for line in text.split("\n"))
