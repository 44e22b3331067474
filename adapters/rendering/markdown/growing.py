"""The pages of one text that grows: closed ones are kept as they were written, only the last is written again."""

from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.pieces import Cutter, Piece
from adapters.rendering.markdown.settled import settled


class GrowingText:
    """Markdown in pages of a platform, for a text of which more and more comes.

    `emitter` belongs to this text alone. All methods cost what the last page costs, however long the text is.
    """

    def __init__(self, emitter: Emitter, *, limit: int) -> None:
        self._emitter = emitter
        self._cutter = Cutter(emitter, limit)
        self._pieces: list[Piece] = []
        self._written: list[str] = []
        self._text = ""
        self._done = 0
        self._open = Piece("")
        self._scale = self._cutter.scale()

    @property
    def pieces(self) -> list[Piece]:
        """The pages so far; their sources joined are the text."""
        return [*self._pieces, self._open]

    def growing(self, text: str) -> list[str]:
        """Written pages of `text` while more may come. Pages before the last are as they will stay."""
        self._take(text)
        shown = settled(self._open.markdown, self._open.numbers)
        page = Piece(shown, numbers=self._open.numbers)
        while (cut := self._cutter.final(page)) is not None:  # heavier than it was weighed: shown as far as there is room
            page = cut[0]
        return _filled([*self._written, self._emit(page)])

    def final(self, text: str) -> list[str]:
        """Written pages of the whole text."""
        self._take(text)
        while (cut := self._cutter.final(self._open)) is not None:
            self._close(*cut)
        return _filled([*self._written, self._emit(self._open)])

    def wide_tables(self, text: str) -> list[list[list[str]]]:
        """The tables of `text` that are too wide for columns: rows of plain cells, the header first."""
        return self._emitter.wide_tables(text) if "|" in text else []

    def _take(self, text: str) -> None:
        if not text.startswith(self._text):  # another text, such as what an output filter made of it
            self._pieces, self._written, self._done, self._open, self._scale = [], [], 0, Piece(""), self._cutter.scale()
        self._text = text
        self._open = Piece(text[self._done :], self._open.prefix, "", self._open.numbers)
        while (cut := self._cutter.closed(self._open, self._scale)) is not None:
            self._close(*cut)

    def _close(self, piece: Piece, rest: Piece) -> None:
        self._pieces.append(piece)
        self._written.append(self._emit(piece))
        self._done += len(piece.source)
        self._open, self._scale = rest, self._cutter.scale()

    def _emit(self, piece: Piece) -> str:
        return self._emitter.emit(piece.markdown, piece.numbers)


def _filled(pages: list[str]) -> list[str]:
    """No platform takes an empty message."""
    return [page for page in pages if page.strip()]
