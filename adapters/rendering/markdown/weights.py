"""What a text weighs line by line: an upper estimate of its length once written, which never sinks as the text grows."""

from bisect import bisect_left
from dataclasses import dataclass, field

from adapters.rendering.markdown.dialect import Dialect
from adapters.rendering.markdown.lines import Kind, Line, cells, indent, lines
from adapters.rendering.markdown.tables import GAP, width

_ROOM = 8
"""Characters kept for closing emphasis at a cut."""
_CLOSING = 5
"""Characters that close a code block."""


@dataclass(slots=True)
class _TableSeen:
    widths: list[int] = field(default_factory=list)
    names: list[int] = field(default_factory=list)
    height: int = 1
    records: int = 0


def expansion(text: str, numbers: tuple[tuple[int, int], ...] = ()) -> int:
    """How many blocks a platform may make of `text`, rather too many: paragraphs, headings, rules, quotes, code, tables, and each
    change of indent or kind in a list."""
    read = list(lines(text, numbers))
    return sum(begins(read, number) for number in range(len(read)))


def begins(read: list[Line], number: int) -> bool:
    """Whether a block may begin at a line."""
    line, before = read[number], read[number - 1] if number else None
    if line.kind in (Kind.HEADING, Kind.RULE, Kind.OPEN, Kind.DELIMITER):
        return True
    if line.kind in (Kind.BLANK, Kind.CODE, Kind.CLOSE, Kind.ROW):
        return False
    if line.kind is Kind.TEXT:
        return before is None or before.kind not in (Kind.TEXT, Kind.ITEM, Kind.QUOTE)
    if before is None or before.kind is not line.kind:
        return True
    return line.kind is Kind.ITEM and (indent(line.text), line.after.number > 0) != (indent(before.text), before.after.number > 0)


class Scale:
    """Weighs one page as it grows: a line that was whole is not weighed again."""

    def __init__(self, dialect: Dialect, limit: int) -> None:
        self._dialect = dialect
        self._limit = limit - _ROOM
        self._above = 0
        """The weight of all above the line before: of what stands over a table, since its header is known when the next line is."""
        self._weight = 0
        self._table: _TableSeen | None = None
        self._blocks = 0
        self._weighed: list[Line] = []
        """The last two whole lines."""

    def reach(self, text: str, numbers: tuple[tuple[int, int], ...]) -> int | None:
        """How many characters of `text` fit, or None when all do: then it may be asked again, for a longer text that begins with this one.

        More text never changes the number.
        """
        for line in lines(text, numbers, beyond=self._weighed[-1] if self._weighed else None):
            read = [*self._weighed, line]
            whole = text[line.end - 1] == "\n"
            if self._weight + self._of(line, line.text) + whole > self._limit:
                return line.start + min(self._fitting(line), line.end - line.start - 1)
            if whole:
                self._add(read)
                self._blocks += begins(read, len(read) - 1)
                if self._weight > self._limit or self._blocks > (self._dialect.most_blocks or self._blocks):
                    return line.end - 1
                self._weighed = read[-2:]
        return None

    def _fitting(self, line: Line) -> int:
        """How many characters of the line still fit."""
        sizes = range(1, len(line.text) + 1)
        return bisect_left(sizes, True, key=lambda size: self._weight + self._of(line, line.text[:size]) > self._limit)

    def _of(self, line: Line, text: str) -> int:
        if line.kind is Kind.CLOSE:
            return 0
        if line.kind is Kind.CODE:
            # What may still become the end of the block was paid for when the block was opened.
            bare, fence = text.strip(" \t>"), line.before.fence
            closing = fence is not None and 0 < len(bare) <= len(fence.mark) and set(bare) == {fence.mark[0]}
            return 0 if closing else self._dialect.code_weight(text)
        return self._dialect.weight(text) + (_CLOSING if "```" in text or "~~~" in text else 0)

    def _add(self, read: list[Line]) -> None:
        line = read[-1]
        if line.kind is Kind.DELIMITER:
            self._table = _TableSeen()
            self._row(self._table, read[-2].text)
        elif line.kind is Kind.ROW and self._table is not None:
            self._row(self._table, line.text)
        else:
            drawn = len(self._dialect.rule) if line.kind is Kind.RULE else 0
            self._above, self._weight = self._weight, self._weight + self._of(line, line.text) + 1 + drawn
            return
        table = self._table
        size = sum(table.widths) + GAP * (len(table.widths) - 1)
        self._weight = self._above + self._dialect.table_weight(size, table.height + 1, table.records)

    def _row(self, table: _TableSeen, text: str) -> None:
        row = cells(text)
        if not table.widths:
            table.widths, table.names = [width(cell) for cell in row], [self._dialect.weight(cell) for cell in row]
            return
        missing = len(row) - len(table.widths)
        table.widths, table.names = table.widths + [1] * missing, table.names + [1] * missing
        row += [""] * -missing
        table.widths = [max(known, width(cell)) for known, cell in zip(table.widths, row, strict=True)]
        table.height += 1
        table.records += sum(name + self._dialect.weight(cell) + 6 for name, cell in zip(table.names, row, strict=True)) + 2
