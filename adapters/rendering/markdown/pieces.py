"""Where a long Markdown text is cut into pages, so that nothing is lost and a page that was closed never changes."""

from bisect import bisect_right
from dataclasses import dataclass

from adapters.rendering.markdown.emitter import Emitter, Numbers
from adapters.rendering.markdown.inline import unfinished
from adapters.rendering.markdown.lines import Kind, Line, State, indent, lines
from adapters.rendering.markdown.settled import paragraph
from adapters.rendering.markdown.weights import Scale, expansion
from adapters.rendering.split import split

SMALLEST = 200
"""Characters below which a page is too small to open a code block or a table again."""

_BLOCKS = ("-", "+", "#", ">")
"""What would begin an item, a heading or a quote if it stood at the top of a page."""

_AGAIN = 80
"""A heading of a table is written again at the top of a page when it has at most this many characters, or a quarter of the page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One page: `source` is the model's text, `prefix` and `suffix` are what we added, which opens and closes what the cut went through.

    `numbers`: how the numbered lists that were open go on; see `lines.State`.
    """

    source: str
    prefix: str = ""
    suffix: str = ""
    numbers: Numbers = ()

    @property
    def markdown(self) -> str:
        """What is written down for this page. No blank may stand before the marks that close emphasis."""
        emphasis = bool(self.suffix) and not self.suffix.strip("*_~`") and self.suffix[:3] not in ("```", "~~~")
        return self.prefix + (self.source.rstrip() if emphasis else self.source) + self.suffix


@dataclass(frozen=True, slots=True)
class _Cut:
    at: int
    suffix: str
    prefix: str
    numbers: Numbers


class Cutter:
    """Cuts for one dialect and `limit`, in the dialect's own measure. Raises ValueError when the limit is below `SMALLEST`."""

    def __init__(self, emitter: Emitter, limit: int) -> None:
        if limit < SMALLEST:
            raise ValueError(f"limit must be at least {SMALLEST}, not {limit}")
        self._emitter = emitter
        self._limit = limit

    def scale(self) -> Scale:
        """For one page, while it grows."""
        return Scale(self._emitter.dialect, self._limit)

    def closed(self, page: Piece, scale: Scale) -> tuple[Piece, Piece] | None:
        """`page` closed and what goes on after it, or None while it has room. `scale`: the page's own.

        It is closed when its weight goes beyond the limit, which one character does, whatever comes after that; the cut looks at
        the text up to there and no further. So a text and every longer one that begins with it are cut alike.
        """
        reach = scale.reach(page.markdown, page.numbers)
        return None if reach is None else self._at(page, reach)

    def final(self, page: Piece) -> tuple[Piece, Piece] | None:
        """The same for the last page, of which no more comes: it is closed only when it does not fit, by what it was weighed."""
        if self.fits(page):
            return None
        return self._at(page, len(page.markdown) - 1)

    def at(self, page: Piece, place: int) -> tuple[Piece, Piece]:
        """`page` closed before character `place` of its source and what goes on after it. Within a line the cut may come a blank later,
        or earlier where it would tear a link."""
        text, added = page.markdown, len(page.prefix)
        read = list(lines(text, page.numbers))
        number = bisect_right([line.start for line in read], added + place) - 1
        whole = read[number].start == added + place
        cut = self._between(text, read, number) if whole else self._within(text, read, number, added + place, added)
        return Piece(text[added : cut.at], page.prefix, cut.suffix, page.numbers), Piece(text[cut.at :], cut.prefix, "", cut.numbers)

    def fits(self, page: Piece) -> bool:
        """Whether the page, written down, is within the limits."""
        dialect, text = self._emitter.dialect, page.markdown
        if dialect.most_blocks and expansion(text, page.numbers) > dialect.most_blocks:
            return False
        return dialect.measure(self._emitter.emit(text, page.numbers)) <= self._limit

    def _at(self, page: Piece, reach: int) -> tuple[Piece, Piece]:
        text, added = page.markdown, len(page.prefix)
        read = list(lines(text[: reach + 1], page.numbers))
        while True:
            cut = self._cut(text, read, added, max(reach, added + 1))
            source = text[added : cut.at]
            piece = Piece(source, page.prefix, cut.suffix, page.numbers)
            if self.fits(piece) or reach <= added + 1:
                return piece, Piece(text[cut.at :], cut.prefix, "", cut.numbers)
            reach = added + (min(cut.at, reach) - added) * 7 // 8

    def _cut(self, text: str, read: list[Line], added: int, reach: int) -> _Cut:
        starts = [line.start for line in read]
        number = bisect_right(starts, reach) - 1
        best = self._boundary(read[: number + 1], added, reach)
        if best is not None:
            return self._between(text, read, best)
        line = read[number]
        start = max(line.start, added)
        at = start + len(split(text[start : reach + 1], limit=reach - start)[0]) if reach > start else start + 1
        return self._within(text, read, number, at, added)

    def _boundary(self, read: list[Line], added: int, reach: int) -> int | None:
        """The line before which a reader would turn the page: the best of the second half, in code and tables any."""
        half = added + (reach - added) // 2
        ranked = [(rank(read, number), number) for number in range(1, len(read)) if read[number].start > added]
        good = [entry for entry in ranked if entry[0] and read[entry[1]].start >= half]
        if good:
            return max(good)[1]
        last = read[-1]
        if last.before.fence is None and not last.before.table and not last.text.lstrip().startswith("|"):
            return None
        return max((number for value, number in ranked if value), default=None)

    def _between(self, text: str, read: list[Line], number: int) -> _Cut:
        state, at = read[number].before, read[number].start
        if state.fence is not None and read[number].kind is Kind.CODE:
            return _Cut(at, f"{state.fence.quote}{state.fence.mark}", state.fence.opening, state.numbers)
        if state.table and read[number].kind is Kind.ROW:
            return _Cut(at, "", self._heading(state), state.numbers)
        if read[number].kind is Kind.TEXT and read[number - 1].kind in (Kind.TEXT, Kind.ITEM, Kind.QUOTE):
            open_ = unfinished(text[paragraph(read, number - 1) : at])
            return _Cut(at, open_.closing, open_.opening, state.numbers)
        return _Cut(at, "", "", state.numbers)

    def _within(self, text: str, read: list[Line], number: int, at: int, added: int) -> _Cut:
        line = read[number]
        if line.kind in (Kind.CODE, Kind.CLOSE) and line.before.fence is not None:
            fence = line.before.fence
            return _Cut(at, f"\n{fence.quote}{fence.mark}", fence.opening + fence.quote, line.before.numbers)
        if line.kind in (Kind.OPEN, Kind.ROW, Kind.DELIMITER, Kind.RULE, Kind.BLANK):
            return _Cut(at, "", "", line.before.numbers)
        start = paragraph(read, number)
        open_ = unfinished(text[start:at])
        if open_.atom >= 0 and start + open_.atom > max(line.start, added, at // 2):
            at = start + open_.atom
            open_ = unfinished(text[start:at])
        at += text[at : at + 1] == " "  # no blank may stand after the marks that open emphasis
        mark = "> " if line.kind is Kind.QUOTE else "\\" if text[at : at + 1] in _BLOCKS and not open_.opening else ""
        return _Cut(at, open_.closing, mark + open_.opening, line.after.numbers)

    def _heading(self, state: State) -> str:
        return state.table if len(state.table) <= max(_AGAIN, self._limit // 4) else ""


def rank(read: list[Line], number: int) -> int:
    """How good it is to turn the page before a line: 3 between blocks, 2 between lines and in code at a gap, 1 within, 0 not at all."""
    line, before = read[number], read[number - 1]
    if line.kind in (Kind.CODE, Kind.CLOSE):
        return 0 if line.kind is Kind.CLOSE or before.kind is Kind.OPEN else 1 if before.text.strip() else 2
    if line.kind is Kind.DELIMITER or before.kind is Kind.DELIMITER or before.kind is Kind.HEADING:
        return 0
    if line.before.header and line.text.lstrip()[:1] in ("|", ":", "-"):
        return 0
    if before.kind is Kind.BLANK and number > 1 and read[number - 2].kind is Kind.HEADING:
        return 0
    if line.kind is Kind.ROW:
        return 1
    if line.kind in (Kind.HEADING, Kind.RULE, Kind.BLANK, Kind.OPEN) or before.kind in (Kind.CLOSE, Kind.RULE, Kind.ROW):
        return 3
    return 3 if before.kind is Kind.BLANK and indent(line.text) == 0 else 2
