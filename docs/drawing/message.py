"""One message as it looks on a platform: who wrote it, the text, the buttons."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from docs.drawing.canvas import Canvas
from docs.drawing.flow import CODE_PADDING, Run, code_size, flowed, wide
from docs.drawing.look import ACCENTS, Look
from docs.drawing.markdown import Block, Code, Grid, Line, Paragraph, Span, blocks
from docs.drawing.recording import Button, Shown
from docs.drawing.widths import MONO_EM, columns, sans

AVATAR = 40
GAP = 12
"""Pixels between the avatar and the text."""

BUTTON_HEIGHT = 30
_QUIET_SCALE = 0.85
_INDENT = 22
_CELL = (9, 6)
"""Pixels around the text of a table's cell."""


class Scribe:
    """Writes messages onto a canvas, each from `x`, `y` on, in `width` pixels; every method returns the pixels it went down."""

    def __init__(self, canvas: Canvas, look: Look) -> None:
        self._canvas = canvas
        self._look = look

    def message(self, author: str, shown: Shown, x: float, y: float, width: float, *, app: bool) -> float:
        """The whole of it; one message goes on below another without its author again."""
        look = self._look
        fill = look.avatar if app else "#d9822b"
        self._canvas.box(x, y, AVATAR, AVATAR, fill=fill, round=look.round)
        self._canvas.text(x + AVATAR / 2, y + 27, author[0], style="sb", size=18, fill="#ffffff")
        left, inner = x + AVATAR + GAP, width - AVATAR - GAP
        self._author(author, left, y + 13, app=app)
        down = 22 + self.text(blocks(shown.text), left, y + 22, inner)
        if shown.buttons:
            down += 8 + self._buttons(shown.buttons, left, y + down + 8)
        return max(down, AVATAR)

    def text(self, parts: Sequence[Block], x: float, y: float, width: float) -> float:
        """Blocks below each other."""
        down = 0.0
        for before, block in zip((None, *parts), parts, strict=False):
            down += _between(before, block)
            down += self._block(block, x, y + down, width)
        return down

    def _block(self, block: Block, x: float, y: float, width: float) -> float:
        match block:
            case Paragraph():
                return self._paragraph(block, x, y, width)
            case Code():
                return self._code(block, x, y, width)
            case Grid():
                return self._grid(block, x, y)

    def _author(self, author: str, x: float, y: float, *, app: bool) -> None:
        look, width = self._look, sans(author, 15, bold=True)
        self._canvas.text(x, y, author, style="sb", size=15, fill=look.name_ink, width=width)
        if app:
            self._canvas.box(x + width + 6, y - 12, 30, 15, fill=look.badge_fill, round=4)
            self._canvas.text(x + width + 21, y - 0.5, look.badge, style="sb", size=9.5, fill=look.badge_ink)

    def _paragraph(self, block: Paragraph, x: float, y: float, width: float) -> float:
        look = self._look
        size = look.headings[min(block.heading, len(look.headings)) - 1] if block.heading else look.size
        size *= _QUIET_SCALE if block.quiet else 1
        leading = size * look.leading / look.size
        left = x + _INDENT * block.indent
        ink = look.faint if block.quiet else look.ink
        if block.marker:
            self._canvas.text(left - 11, y + leading * 0.74, block.marker, style="s", size=size, fill=ink)
        rows = [row for line in block.lines for row in flowed(_emphasised(line, block), size=size, width=width - (left - x))]
        for number, row in enumerate(rows):
            self._row(row, left, y + leading * (number + 0.74), size, ink)
        return leading * len(rows)

    def _row(self, row: Iterable[Run], x: float, y: float, size: float, ink: str) -> None:
        look = self._look
        for run in row:
            if run.span.code:
                height = size * 1.2
                self._canvas.box(
                    x + run.x + 0.5, y - height * 0.8, run.width - 1, height, fill=look.code_fill, line=look.code_line, round=3
                )
                self._mono(run.span.text, x + run.x + CODE_PADDING, y, code_size(size), look.code_ink)
            elif run.span.text.strip():
                words = run.span.text.rstrip()
                fitted = run.width - wide(Span(run.span.text[len(words) :], bold=run.span.bold), size)
                style, fill = "s" + "b" * run.span.bold + "i" * run.span.italic, look.link if run.span.link else ink
                self._canvas.text(x + run.x, y, words, style=style, size=size, fill=fill, width=fitted)

    def _mono(self, line: str, x: float, y: float, size: float, ink: str) -> None:
        column = size * MONO_EM
        for begins, takes, piece in columns(line):
            left = x + begins * column
            if not piece.isascii():  # whatever font it comes from, it stands in the middle of its columns
                self._canvas.text(left + takes * column / 2, y, piece, style="m", size=size, fill=ink)
            elif piece.strip():
                skipped = len(piece) - len(piece.lstrip())
                words = piece.strip()
                self._canvas.text(left + skipped * column, y, words, style="m", size=size, fill=ink, width=len(words) * column)

    def _code(self, block: Code, x: float, y: float, width: float) -> float:
        look = self._look
        height = look.code_leading * len(block.lines) + 14
        self._canvas.box(x + 0.5, y + 0.5, width - 1, height - 1, fill=look.code_fill, line=look.code_line, round=4)
        for number, line in enumerate(block.lines):
            self._mono(line, x + 9, y + 7 + look.code_leading * (number + 0.72), look.code_size, look.ink)
        return height

    def _grid(self, block: Grid, x: float, y: float) -> float:
        look, (beside, above) = self._look, _CELL
        header, *rows = block.rows
        lines = [tuple(tuple(replace(span, bold=True) for span in cell) for cell in header), *rows]
        widths = [max(sum(wide(span, look.size) for span in row[at]) for row in lines) + 2 * beside for at in range(len(header))]
        height = look.leading + 2 * above
        self._canvas.box(x + 0.5, y + 0.5, sum(widths), height, fill=look.code_fill)
        for number, row in enumerate(lines):
            left, top = x, y + number * height
            self._canvas.rule(x + 0.5, top + 0.5, sum(widths), 0, fill=look.code_line)
            for cell, wide_ in zip(row, widths, strict=True):
                for run in flowed(cell, size=look.size, width=wide_):
                    self._row(run, left + beside, top + above + look.leading * 0.74, look.size, look.ink)
                left += wide_
        bottom = height * len(lines)
        self._canvas.rule(x + 0.5, y + bottom + 0.5, sum(widths), 0, fill=look.code_line)
        for at in range(len(widths) + 1):
            self._canvas.rule(x + sum(widths[:at]) + 0.5, y + 0.5, 0, bottom, fill=look.code_line)
        return bottom + 1

    def _buttons(self, buttons: Sequence[Button], x: float, y: float) -> float:
        look, left = self._look, x
        for button in buttons:
            fill, ink = ACCENTS.get(button.accent, (look.button_fill, look.button_ink))
            line = fill if button.accent else look.button_line
            words = sans(button.label, 13, bold=True)
            self._canvas.box(left + 0.5, y + 0.5, words + 24, BUTTON_HEIGHT, fill=fill, line=line, round=6)
            if button.label.isascii():
                self._canvas.text(left + 12, y + 20, button.label, style="sb", size=13, fill=ink, width=words)
            else:
                self._canvas.text(left + 12 + words / 2, y + 20, button.label, style="sb", size=13, fill=ink)
            left += words + 32
        return BUTTON_HEIGHT + 1


def _between(before: Block | None, block: Block) -> float:
    """Pixels of air: items of one list stand close."""
    if before is None:
        return 0
    listed = isinstance(before, Paragraph) and isinstance(block, Paragraph) and before.indent and block.indent
    headed = isinstance(before, Paragraph) and before.heading
    return 2 if listed or headed else 8


def _emphasised(line: Line, block: Paragraph) -> Line:
    return tuple(replace(span, bold=True) for span in line) if block.heading else line
