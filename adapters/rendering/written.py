"""A reply's text in pages as a platform writes it: what `Pages` needs of it, and the plain way."""

from collections.abc import Sequence
from typing import Protocol

from adapters.rendering.split import Render, split

Table = Sequence[Sequence[str]]


class WrittenText(Protocol):
    """The pages of one text that grows. Pages that were left behind are kept as they were written."""

    def growing(self, text: str) -> list[str]:
        """Written pages while more may come; blank ones are left out, since no platform takes an empty message."""

    def final(self, text: str) -> list[str]:
        """Written pages of the whole text."""

    def wide_tables(self, text: str) -> Sequence[Table]:
        """The tables of `text` that stand row by row because they are too wide for columns: rows of plain cells, the header first."""


class PlainText:
    """`WrittenText` where a platform writes what the model wrote, but for `render`."""

    def __init__(self, *, limit: int, render: Render) -> None:
        self._limit = limit
        self._render = render
        self._closed: list[str] = []
        self._closed_text = ""

    def growing(self, text: str) -> list[str]:
        if not text.startswith(self._closed_text):
            self._closed, self._closed_text = [], ""
        pieces = split(text[len(self._closed_text) :], limit=self._limit, render=self._render)
        rendered = [self._render(piece) for piece in pieces]
        self._closed += rendered[:-1]
        self._closed_text += "".join(pieces[:-1])
        return [page for page in (*self._closed, *rendered[-1:]) if page.strip()]

    def final(self, text: str) -> list[str]:
        return self.growing(text)

    def wide_tables(self, text: str) -> Sequence[Table]:
        return ()
