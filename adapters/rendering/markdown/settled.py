"""Markdown that is still being written, without what would be shown as one thing now and as another in a moment."""

import re

from adapters.rendering.markdown.inline import completed, unopened
from adapters.rendering.markdown.lines import Kind, Line, lines

Numbers = tuple[tuple[int, int], ...]
_HALF_FENCE = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(?:`+|~+)[^`\n]*$")
_HALF_CLOSE = re.compile(r"[ \t>]*(?:`+|~+)[ \t]*$")
_HALF_BLOCK = re.compile(r"[ \t>]*(?:[-+*=_ \t]+|\d{1,9}[.)]?|#{1,6})?[ \t]*(?:\[[ xX]?\]?)?[ \t]*$")
_HALF_DELIMITER = re.compile(r"[ \t]*[|:\- \t]*$")
_MARKER = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t])?|#{1,6}[ \t])?")
_RUNNING = (Kind.TEXT, Kind.ITEM, Kind.QUOTE, Kind.HEADING)


def settled(markdown: str, numbers: Numbers = ()) -> str:
    """`markdown`, the text of a page so far, as it may be shown while more of it comes.

    A line that may become a fence, a rule, an item or a row of a table is held back until it is told which; emphasis and code that
    are open are closed; of half a link its text is shown, of half an image nothing.
    """
    kept, markdown = _told(markdown, numbers)
    if not kept or kept[-1].kind not in _RUNNING:
        return markdown
    start = paragraph(kept, len(kept) - 1)
    return markdown[:start] + completed(markdown[start:])


def steady(markdown: str, numbers: Numbers = ()) -> int:
    """How many characters of `markdown` may be shown where nothing that was shown can be taken back or completed for the time being.

    As in `settled` undecided lines are held back; so is what stands open at the end of a paragraph, as long as it is short.
    """
    kept, markdown = _told(markdown, numbers)
    if not kept or kept[-1].kind not in _RUNNING:
        return len(markdown)
    start = paragraph(kept, len(kept) - 1)
    return start + unopened(markdown[start:])


def _told(markdown: str, numbers: Numbers) -> tuple[list[Line], str]:
    """The lines of which it is told what they are, and the text up to their end."""
    kept = list(lines(markdown, numbers))
    while kept and (held := _held(kept, whole=markdown.endswith("\n"))):
        kept, markdown = kept[:-held], markdown[: kept[-held].start]
    return kept, markdown


def paragraph(read: list[Line], number: int) -> int:
    """Where the words of the paragraph begin that line `number` of `read` belongs to, behind quote marks and a list's marker."""
    first = number
    while first and read[first].kind is Kind.TEXT and read[first - 1].kind in (Kind.TEXT, Kind.ITEM, Kind.QUOTE):
        first -= 1
    while first and read[first].kind is Kind.QUOTE and read[first - 1].kind is Kind.QUOTE and not _item_in(read[first]):
        first -= 1
    found = _MARKER.match(read[first].text)
    return read[first].start + (found.end() if found else 0)


def _item_in(line: Line) -> bool:
    found = _MARKER.match(line.text)
    return found is not None and bool(line.text[: found.end()].strip(" \t>"))


def _held(kept: list[Line], *, whole: bool) -> int:
    """How many of the last lines are held back."""
    last = kept[-1]
    if whole:
        return 1 if last.after.header and last.text.lstrip().startswith("|") else 0
    if last.kind is Kind.CODE:
        return 1 if _HALF_CLOSE.match(last.text) and last.before.fence and last.before.fence.mark[0] in last.text else 0
    if last.kind in (Kind.OPEN, Kind.ROW, Kind.DELIMITER) or last.before.table:
        return 2 if last.kind is Kind.DELIMITER else 1
    if last.before.header and _HALF_DELIMITER.match(last.text) and last.text.strip():
        return 2
    half = _HALF_FENCE.match(last.text) and _opens_line(last.text)
    return 1 if half or last.text.lstrip().startswith("|") or (_HALF_BLOCK.match(last.text) and last.kind is not Kind.RULE) else 0


def _opens_line(text: str) -> bool:
    bare = text.lstrip(" \t>")
    return bare in ("`", "``", "~", "~~") or bare.lstrip("-+*0123456789.) \t")[:3] in ("`", "``", "```", "~~~")
