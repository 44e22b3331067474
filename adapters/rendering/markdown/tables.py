"""Tables for platforms that have none: in columns of equal display width, or row by row where they are too wide for that."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wcwidth import iter_graphemes, wcswidth

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
GAP = 2
"""Blanks between two columns."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`plain`: without markup, for a code block; `rich`: in the platform's own writing; `heavy`: the same where all is bold."""

    plain: str
    rich: str
    heavy: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `sides`: for each column "left", "right" or "center"; every row has as many cells as the header."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sides: tuple[str, ...]


def width(text: str) -> int:
    """Columns that `text` takes on a screen: two for wide characters and emoji, none for what combines.

    Grapheme by grapheme: the width of a whole text takes any letter behind a joiner for a part of the letter before it.
    """
    shown = _UNPRINTABLE.sub(" ", text)
    return len(shown) if shown.isascii() else sum(max(wcswidth(grapheme), 0) for grapheme in iter_graphemes(shown))


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column, at least one."""
    return [max(1, *map(width, column)) for column in zip(*rows, strict=True)]


def plain_rows(grid: Grid) -> list[list[str]]:
    """Header and rows on one line each, without what has no width or cannot be shown."""
    return [[_UNPRINTABLE.sub(" ", cell.plain).strip() for cell in row] for row in (grid.header, *grid.rows)]


def columns(grid: Grid) -> int:
    """Display width of the table in columns."""
    found = widths(plain_rows(grid))
    return sum(found) + GAP * (len(found) - 1)


def aligned(grid: Grid) -> str:
    """The table in columns, a line of dashes under the header."""
    rows = plain_rows(grid)
    wide = widths(rows)
    lines = [_line(row, wide, grid.sides) for row in rows]
    return "\n".join([lines[0], (" " * GAP).join("-" * size for size in wide), *lines[1:]])


def records(grid: Grid, *, title: str, entry: str) -> str:
    """Row by row: the first cell through the format `title`, every further one that is not empty through `entry` (name, value)."""
    return "\n\n".join(_record(grid.header, row, title=title, entry=entry) for row in grid.rows or ((),))


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The rows for a spreadsheet. A cell that it would calculate is kept as text by an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerows([[f"'{cell}" if cell[:1] in set("=+-@\t\r") else cell for cell in row] for row in rows])
    return out.getvalue()


def _record(header: Sequence[Cell], row: Sequence[Cell], *, title: str, entry: str) -> str:
    if not row:
        return ", ".join(cell.rich for cell in header if cell.rich)
    parts = [title.format(row[0].heavy)] if row[0].plain.strip() else []
    for name, cell in zip(header[1:], row[1:], strict=True):
        if cell.rich:
            parts.append(entry.format(name.rich, cell.rich) if name.rich else entry.format("–", cell.rich))
    return "\n".join(parts)


def _line(row: Sequence[str], wide: Sequence[int], sides: Sequence[str]) -> str:
    return (" " * GAP).join(_padded(cell, size, side) for cell, size, side in zip(row, wide, sides, strict=True)).rstrip()


def _padded(cell: str, size: int, side: str) -> str:
    blank = size - width(cell)
    before = blank if side == "right" else blank // 2 if side == "center" else 0
    return " " * before + cell + " " * (blank - before)
