"""The pages of a text for native streams: raw Markdown that only ever grows, since nothing that a stream shows can be taken back."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum

from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.lines import Kind, Line, lines
from adapters.rendering.markdown.pieces import Cutter, Piece, rank
from adapters.rendering.markdown.settled import steady
from adapters.rendering.markdown.weights import begins
from adapters.rendering.written import Table
from adapters.slack.standard import StandardDialect
from adapters.slack.streams_inert import Change, changes

ROOM = 80
"""Bytes kept on every page for what closes it."""
TURNS = ((3, 0.7), (2, 0.82), (1, 0.9))
"""From which part of a page on it is turned before a line: between blocks, between lines, within tables and code (see `rank`)."""
SENTENCES, WORDS, ANYWHERE = 0.92, 0.96, 0.995
"""And within a line."""
BLOCKS = ((3, StandardDialect.most_blocks - 6), (2, StandardDialect.most_blocks - 3), (1, StandardDialect.most_blocks - 1))
"""The same by the blocks that stand on it."""
_SENTENCE = re.compile(r"[.!?…。！？][\"')\]*_”’»]*(?=\s)|[。！？](?=.)")
_WORD = re.compile(r"(?<=\S)(?=\s)")
_RUNNING = (Kind.TEXT, Kind.ITEM, Kind.QUOTE)


class Haste(IntEnum):
    """How soon a page must be turned, because its stream will not live much longer: at the end of a block, a line or a sentence, a
    word; or where it stands."""

    NONE = 0
    BLOCK = 1
    SENTENCE = 2
    WORD = 3
    HERE = 4


class StreamText:
    """`WrittenText` whose growing pages begin with what they were before. `limit` in UTF-8 bytes; `haste` is asked for page by page."""

    def __init__(self, *, limit: int, haste: Callable[[int], Haste] = lambda page: Haste.NONE) -> None:
        self._limit = limit - ROOM
        self._haste = haste
        self._cutter = Cutter(Emitter(StandardDialect()), limit)
        self._open, self._shown, self._upto = Piece(""), "", 0
        self._changes: list[Change] = []
        self._begin()

    def _begin(self) -> None:
        self._pieces: list[Piece] = []
        self._written: list[str] = []
        self._text = ""
        self._done = 0
        self._turn_to(Piece(""))

    @property
    def pieces(self) -> list[Piece]:
        """The pages so far; their sources joined are the text."""
        return [*self._pieces, self._open]

    def growing(self, text: str) -> list[str]:
        """As `WrittenText.growing`. A page that has been closed stays as it is; the last one has only what need not be taken back."""
        self._take(text, whole=False)
        return self._pages()

    def final(self, text: str) -> list[str]:
        self._take(text, whole=True)
        return self._pages()

    def wide_tables(self, text: str) -> Sequence[Table]:
        """None: tables stand as they are."""
        return ()

    def _pages(self) -> list[str]:
        return [page for page in (*self._written, self._shown) if page.strip()]

    def _take(self, text: str, *, whole: bool) -> None:
        if not text.startswith(self._text):  # another text, such as what an output filter made of it
            self._begin()
        self._text = text
        while True:
            self._open = Piece(text[self._done : self._done + 2 * self._limit], self._open.prefix, "", self._open.numbers)
            self._changes = changes(self._open.markdown, self._open.numbers, whole=True)[0]
            told = len(self._open.source) if whole else self._told()
            place = self._place(told, Haste.NONE if whole else self._haste(len(self._pieces)))
            if place is None:
                self._show(len(self._open.source.rstrip()) if whole else told)
                return
            self._close(place)

    def _told(self) -> int:
        """How much of the open page's source may be shown."""
        text, added = self._open.markdown, len(self._open.prefix)
        decided = changes(text, self._open.numbers, whole=False)[1]
        shown = text[: min(steady(text, self._open.numbers), decided)].rstrip()  # no blank stands at the end of a page
        return max(len(shown) - added, self._upto)

    def _show(self, upto: int) -> None:
        if upto > self._upto:
            self._shown += self._made(upto)
            self._upto = upto

    def _made(self, upto: int) -> str:
        """What is shown of the page's source from where we are to `upto`, the prefix first."""
        text, added = self._open.markdown, len(self._open.prefix)
        start, end, out = added + self._upto if self._upto else 0, added + upto, list[str]()
        at = start
        for change in self._changes:
            if start < change.start + (change.end > change.start) and change.end <= end:
                out += [text[at : change.start], change.text]
                at = change.end
        return "".join([*out, text[at:end]])

    def _close(self, place: int) -> None:
        piece, rest = self._cutter.at(self._open, place)
        if len(piece.source) < max(self._upto, 1):  # a link that is torn has been shown already
            source = self._open.source
            piece, rest = Piece(source[:place], piece.prefix, "", piece.numbers), Piece(source[place:], "", "", rest.numbers)
        closed = len(piece.markdown) - len(piece.suffix) - len(piece.prefix) if piece.suffix else len(piece.source.rstrip())
        self._show(closed)
        self._pieces.append(piece)
        self._written.append(self._shown + piece.suffix)
        self._done += len(piece.source)
        self._turn_to(rest)

    def _turn_to(self, rest: Piece) -> None:
        self._open, self._shown, self._upto = rest, "", 0

    def _place(self, told: int, haste: Haste) -> int | None:
        """The first place, of those that may still be chosen, where the page is to be turned: within its source."""
        source, lowest = self._open.source, max(self._upto, 1)
        haste = haste if self._upto else Haste.NONE
        ends = [self._reach(part) for part in (*(part for _, part in TURNS), SENTENCES, WORDS, ANYWHERE)]
        if not haste and ends[0] > len(source) and source.count("\n") < BLOCKS[0][1]:
            return None
        ends[-1] = lowest if haste is Haste.HERE else max(ends[-1] - 1, lowest)
        beyond = self._reach(1.0)
        place = next(self._places(ends, haste, lowest), beyond)
        if place < beyond:
            return place if place <= told and place < len(source) else None
        return None if beyond > len(source) else self._anyhow(lowest, beyond)

    def _anyhow(self, lowest: int, beyond: int) -> int:
        """Where a page is turned that has no good place, such as within a row of a table that fills it."""
        if self._upto:
            return self._upto
        read = list(lines(self._open.markdown, self._open.numbers))
        starts = (line.start - len(self._open.prefix) for number, line in enumerate(read) if number and rank(read, number))
        return max((start for start in starts if lowest <= start < beyond), default=max(beyond - 1, lowest))

    def _places(self, ends: list[int], haste: Haste, lowest: int) -> Iterator[int]:
        """Good places from `lowest` on, in order."""
        text, added, blocks = self._open.markdown, len(self._open.prefix), 0
        read: list[Line] = []
        for line in lines(text, self._open.numbers):
            read.append(line)
            place = line.start - added
            if place >= lowest and self._turns(read, place, ends, haste, blocks):
                yield place
            blocks += begins(read, len(read) - 1)
            if line.end - added > lowest:
                yield from self._within(line, ends, haste, lowest)

    def _turns(self, read: list[Line], place: int, ends: list[int], haste: Haste, blocks: int) -> bool:
        if len(read) < 2 or read[-1].kind is Kind.BLANK:
            return False
        good = rank(read, len(read) - 1)
        late = any(good >= least and place >= end for (least, _), end in zip(TURNS, ends, strict=False))
        full = any(good >= least and blocks >= most for least, most in BLOCKS)
        return bool(good) and (late or full or good + haste > Haste.WORD)

    def _within(self, line: Line, ends: list[int], haste: Haste, lowest: int) -> Iterator[int]:
        added, last = len(self._open.prefix), len(line.text) + line.start - len(self._open.prefix)
        found: set[int] = set()
        if line.kind in _RUNNING:
            for pattern, end, least in ((_SENTENCE, ends[3], Haste.SENTENCE), (_WORD, ends[4], Haste.WORD)):
                first = max(lowest if haste >= least else end, line.start - added + 1, lowest)
                if first <= last:
                    match = pattern.search(self._open.markdown, max(first - 1, 0) + added, line.end)
                    found |= {match.end() - added} if match is not None and match.end() - added >= first else set()
        if max(ends[5], line.start - added) <= last and line.kind is not Kind.ROW:
            found.add(max(ends[5], line.start - added))
        yield from sorted(place for place in found if place >= lowest)

    def _reach(self, part: float) -> int:
        """The first character of the source that lies beyond this part of a page; one after its end when none does."""
        source, most = self._open.source, int(self._limit * part)
        size = _bytes(self._shown)
        if 4 * (len(source) - self._upto) + size < most:
            return len(source) + 1
        places = range(self._upto, len(source) + 1)
        return self._upto + bisect_right(places, most, key=lambda place: size + _bytes(self._made(place)))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
