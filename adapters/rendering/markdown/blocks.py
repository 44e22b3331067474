"""Markdown in blocks that can be written one by one, so that of a growing text only the last must be read again."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.rendering.markdown.lines import Fence, Kind, Line, cells, indent, language, lines, remark, unquoted


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraph, heading, rule, quote or one item of a list with all below it. `number`: of an item, counted on; else 0."""

    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A code block: its text byte for byte, without the blanks that its fence was indented by."""

    text: str
    language: str
    beside: str = ""
    """What else stands on the line of the fence, such as a list's number."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table's lines."""

    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, and how many line breaks stand before it."""

    block: Prose | Code | TableSource
    breaks: int


def blocks(text: str, numbers: tuple[tuple[int, int], ...] = ()) -> list[Placed]:
    """The blocks of `text`. A code block or a table that is still open ends with the text."""
    placed: list[Placed] = []
    blank = 0
    for group in _grouped(lines(text, numbers)):
        if group[0].kind is Kind.BLANK:
            blank += 1
            continue
        placed.append(Placed(_block(group), blank + 1))
        blank = sum(1 for line in group if line.kind is Kind.BLANK) if group[-1].kind is Kind.BLANK else 0
    return placed


def _grouped(source: Iterable[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in source:
        if line.kind is Kind.DELIMITER:
            header = groups[-1].pop()
            groups = groups if groups[-1] else groups[:-1]
            groups.append([header, line])
        elif groups and _joins(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _joins(group: list[Line], line: Line) -> bool:
    """Whether `line` belongs to the block that `group` has begun."""
    first, last = group[0].kind, group[-1].kind
    if len(group) > 1 and group[1].kind is Kind.DELIMITER:
        return line.kind is Kind.ROW
    if line.kind in (Kind.CODE, Kind.CLOSE):
        return first is Kind.OPEN
    if first is Kind.ITEM:
        return _in_item(group, line)
    if first is Kind.QUOTE:
        return line.kind is Kind.QUOTE or (line.kind is Kind.TEXT and last is Kind.QUOTE)
    return first is Kind.TEXT and line.kind is Kind.TEXT


def _in_item(group: list[Line], line: Line) -> bool:
    base = indent(group[0].text)
    if line.kind is Kind.BLANK:
        return True
    if line.kind is Kind.TEXT:
        return group[-1].kind is not Kind.BLANK or indent(line.text) > base
    return line.kind in (Kind.ITEM, Kind.QUOTE) and indent(line.text) > base


def _block(group: list[Line]) -> Prose | Code | TableSource:
    first = group[0]
    if first.kind is Kind.OPEN and first.after.fence is not None:
        return _code(first.after.fence, group[1:])
    text = "\n".join(line.text for line in group)
    if len(group) > 1 and group[1].kind is Kind.DELIMITER:
        return TableSource(_whole([line.text.strip() for line in group]))
    return Prose(text.rstrip(), first.after.number)


def _whole(rows: list[str]) -> str:
    """A table's lines; where a row has more cells than the header they get a column without a name, instead of being left out."""
    known, most = len(cells(rows[0])), max(len(cells(row)) for row in rows)
    if most > known:
        header, dashes = ([*cells(row), *[fill] * (most - known)] for row, fill in zip(rows[:2], ("", "---"), strict=True))
        rows = [f"| {' | '.join(header)} |", f"| {' | '.join(dashes)} |", *rows[2:]]
    return "\n".join(rows)


def _code(fence: Fence, group: list[Line]) -> Code:
    inside = [unquoted(fence, line.text) for line in group if line.kind is Kind.CODE]
    column = 0 if fence.quote else indent(fence.lead)
    marker = fence.lead.strip("> \t-+*")
    beside = f"{marker} {remark(fence.info)}".strip()
    return Code("".join(f"{_outdented(text, column)}\n" for text in inside), language(fence.info), beside)


def _outdented(text: str, column: int) -> str:
    blank = len(text) - len(text.lstrip(" "))
    return text[min(blank, column) :]
