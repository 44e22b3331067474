"""Text into lines of a width: which words stand where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from docs.drawing.markdown import Line, Span
from docs.drawing.widths import mono, sans

CODE_PADDING = 4
"""Pixels on each side of code within a line."""

_CODE_SCALE = 0.87


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style, `width` pixels wide, from `x` on."""

    span: Span
    x: float
    width: float


def code_size(size: float) -> float:
    """Of code within a line of text of `size`."""
    return size * _CODE_SCALE


def wide(span: Span, size: float) -> float:
    """Pixels that it takes."""
    if span.code:
        return mono(span.text, code_size(size)) + 2 * CODE_PADDING
    return sans(span.text, size, bold=span.bold)


def flowed(line: Line, *, size: float, width: float) -> list[list[Run]]:
    """`line` cut into as many as it needs. A word that is wider than a line stands alone and sticks out."""
    rows: list[list[Span]] = [[]]
    used = 0.0
    for word in _words(line):
        needs = wide(word, size)
        visible = wide(replace(word, text=word.text.rstrip()), size)
        if used and used + visible > width:
            rows.append([])
            used = 0.0
        rows[-1].append(word)
        used += needs
    return [_placed(_merged(row), size) for row in rows]


def _words(line: Line) -> Iterator[Span]:
    """Each with the spaces behind it; code is not cut."""
    for span in line:
        if span.code:
            yield span
            continue
        ends = [0, *(at + 1 for at, sign in enumerate(span.text) if sign == " "), len(span.text)]
        yield from (replace(span, text=span.text[start:end]) for start, end in pairwise(ends) if end > start)


def _merged(row: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in row:
        if merged and replace(merged[-1], text="") == replace(span, text=""):
            merged[-1] = replace(span, text=merged[-1].text + span.text)
        else:
            merged.append(span)
    return merged


def _placed(row: Sequence[Span], size: float) -> list[Run]:
    runs, x = [], 0.0
    for span in row:
        width = wide(span, size)
        runs.append(Run(span, x, width))
        x += width
    return runs
