"""What a message of ours shows, read back as it was written.

Slack keeps no `markdown` block: it makes rich text, headers, dividers and tables of it, and that is what conversations.replies gives
(docs.slack.dev/reference/block-kit/blocks/markdown-block and .../rich-text-block).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.rendering.markdown.emitter import Emitter
from adapters.slack.markup import unescaped
from adapters.slack.payloads import JsonView
from adapters.slack.standard import StandardDialect, literal

_MARKS = (("bold", "**"), ("italic", "*"), ("strike", "~~"))


def standing(message: JsonView) -> str:
    """Standard Markdown where it stands as blocks, else the mrkdwn of its text."""
    written = [text for text in map(_block, message.get("blocks") or ()) if text]
    if not written:
        return str(message.get("text") or "")
    return Emitter(StandardDialect()).emit("\n\n".join(written))


def _block(block: JsonView) -> str:
    match block.get("type"):
        case "markdown":
            return str(block.get("text") or "")
        case "rich_text":
            return _joined(block.get("elements") or ())
        case "header":
            return f"{'#' * int(block.get('level') or 1)} {_plain(block.get('text'))}"
        case "divider":
            return "---"
        case "table":
            return _table([list(row) for row in block.get("rows") or ()])
        case "image":
            return f"[{_plain(block.get('title')) or block.get('alt_text') or 'image'}]({block.get('image_url', '')})"
    return ""  # what is under the text, such as buttons


def _joined(elements: Sequence[JsonView]) -> str:
    """Lists of one indent after another are one list; all else stands apart."""
    out = ""
    for before, element in zip((None, *elements), elements, strict=False):
        text = _element(element)
        beside = before is not None and before.get("type") == element.get("type") == "rich_text_list"
        out += ("\n" if beside else "\n\n" if out else "") + text
    return out


def _element(element: JsonView) -> str:
    inside = element.get("elements") or ()
    match element.get("type"):
        case "rich_text_list":
            return _list(element, inside)
        case "rich_text_preformatted":
            code = "".join(str(part.get("text") or part.get("url") or "") for part in inside)
            return StandardDialect().fence(code, str(element.get("language") or ""))
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _line(inside).split("\n"))
    return _line(inside).strip("\n")


def _list(element: JsonView, items: Sequence[JsonView]) -> str:
    margin, first = "   " * int(element.get("indent") or 0), int(element.get("offset") or 0) + 1
    ordered = element.get("style") == "ordered"
    marks = (f"{first + number}. " if ordered else "- " for number in range(len(items)))
    return "\n".join(f"{margin}{mark}{_line(item.get('elements') or ())}" for mark, item in zip(marks, items, strict=True))


def _line(parts: Iterable[JsonView]) -> str:
    return "".join(map(_part, parts))


def _part(part: JsonView) -> str:
    style: JsonView = part.get("style") or {}
    raw = str(part.get("text") or part.get("url") or part.get("fallback") or "")
    text = literal(raw)
    match part.get("type"):
        case "emoji":
            return f":{part.get('name', '')}:"
        case "link":
            text = f"[{text}]({part.get('url', '')})" if part.get("text") else raw
        case "text" if style.get("code"):
            return f"`{raw}`"
    core = text.strip()
    for name, mark in _MARKS:
        if style.get(name) and core:
            core = f"{mark}{core}{mark}"
    return text.replace(text.strip(), core, 1) if text.strip() else text


def _table(rows: Sequence[Sequence[JsonView]]) -> str:
    written = [[_cell(cell) for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in written]
    return "\n".join([*lines[:1], f"|{'---|' * len(written[0])}", *lines[1:]]) if written else ""


def _cell(cell: JsonView) -> str:
    text = _joined(cell.get("elements") or ()) if cell.get("type") == "rich_text" else str(cell.get("text") or "")
    return text.replace("|", "\\|").replace("\n", " ")


def _plain(text: Any) -> str:
    return unescaped(str(text.get("text") or "")) if isinstance(text, dict) else ""
