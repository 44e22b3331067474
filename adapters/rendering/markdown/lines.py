"""What each line of Markdown is, read from top to bottom with no look ahead. Pages and blocks are cut by what stands here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a line is."""

    BLANK = auto()
    TEXT = auto()
    HEADING = auto()
    RULE = auto()
    ITEM = auto()
    QUOTE = auto()
    DELIMITER = auto()
    """The line of dashes under a table's header. The header itself was read as text."""
    ROW = auto()
    OPEN = auto()
    CODE = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Fence:
    """An open code block: `lead` stands before its fence (blanks, quote marks, a list's marker), `info` behind it."""

    lead: str
    mark: str
    info: str

    @property
    def quote(self) -> str:
        """The quote marks before the fence and before each line in it, or nothing."""
        found = _QUOTED.match(self.lead)
        return found[0] if found else ""

    @property
    def opening(self) -> str:
        """What opens the block again at the top of a page, with its language."""
        return f"{_NOT_LEAD.sub(' ', self.lead)}{self.mark}{language(self.info)}\n"


@dataclass(frozen=True, slots=True)
class State:
    """What is open between two lines. `numbers`: for each open numbered list its indent and the number that comes next."""

    fence: Fence | None = None
    header: str = ""
    """The line before, if it may turn out to be the header of a table."""
    table: str = ""
    """Header and delimiter of the open table, a line each."""
    numbers: tuple[tuple[int, int], ...] = ()
    number: int = 0
    """The number of the item that begins with the line just read, counted on; 0 for any other line."""
    blank: bool = True


_NOTHING, _RUNNING = State(), State(blank=False)
"""What is open behind most lines: nothing, after an empty one and after words."""


@dataclass(frozen=True, slots=True)
class Line:
    """Characters `start` to `end` of a text, the line break among them. `before` and `after`: what is open there."""

    start: int
    end: int
    text: str
    kind: Kind
    before: State
    after: State


_QUOTED = re.compile(r"(?:[ \t]*>[ \t]?)+")
_NOT_LEAD = re.compile(r"[^ \t>]")
_MARKER = r"(?:[-+*]|\d{1,9}[.)])"
_OPEN = re.compile(rf"((?:[ \t]*>)*[ \t]*(?:{_MARKER}[ \t]+)*)(`{{3,60}}(?=[^`]*$)|~{{3,60}})(.*)")
_ITEM = re.compile(r"([ \t]*)(?:[-+*]|(\d{1,9})[.)])(?:[ \t]|$)")
_HEADING = re.compile(r"[ \t]*#{1,6}(?:[ \t]|$)")
_RULE = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_LANGUAGE = re.compile(r"[ \t]*([\w+#.-]{1,40})(?=[\s,{:]|$)")
_SETTINGS = re.compile(r"[\s,:]*(?:\{|[\w-]+=)[^\n]*$")
_PIPE = re.compile(r"(?<!\\)\|")


def language(info: str) -> str:
    """The language that a fence names, or nothing."""
    found = _LANGUAGE.match(info)
    return found[1] if found else ""


def remark(info: str) -> str:
    """What stands behind a fence beside the language and settings such as `title="x"`: words that nobody should miss."""
    found = _LANGUAGE.match(info)
    if found is None:
        return info.strip()
    return "" if _SETTINGS.match(info, found.end()) else info[found.end() :].strip(" \t,:")


def indent(text: str) -> int:
    """Columns of blank before the first character of a line."""
    return len(text) - len(text.lstrip(" \t")) + 3 * text[: len(text) - len(text.lstrip(" \t"))].count("\t")


def cells(row: str) -> list[str]:
    """The cells of a table's row, as they are written."""
    return [cell.strip() for cell in _PIPE.split(row.strip().removeprefix("|").removesuffix("|"))]


def lines(text: str, numbers: tuple[tuple[int, int], ...] = (), *, beyond: Line | None = None) -> Iterator[Line]:
    """The lines of `text` in order, those `beyond` one if it is given; `numbers` as an earlier page left them.

    What comes later never changes what a line is.
    """
    state, start = (beyond.after, beyond.end) if beyond is not None else (State(numbers=numbers), 0)
    while start < len(text):
        found = text.find("\n", start)
        end = len(text) if found < 0 else found + 1
        content = text[start:end].removesuffix("\n").removesuffix("\r")
        kind, after = step(state, content)
        yield Line(start, end, content, kind, state, after)
        state, start = after, end


def step(state: State, text: str) -> tuple[Kind, State]:
    """What `text`, a line without its line break, is after `state`, and what is open then."""
    if state.fence is not None and (not state.fence.quote or text.lstrip(" \t").startswith(">")):
        if _closes(state.fence, text):
            return Kind.CLOSE, State(numbers=state.numbers, blank=False)
        return Kind.CODE, state
    if text.lstrip(" \t")[:1].isalpha():  # most lines, and no mark begins with a letter
        return _words(state, text)
    opened = _OPEN.match(text)
    if opened is not None:
        numbers = state.numbers if opened[1] else ()
        return Kind.OPEN, State(fence=Fence(opened[1], opened[2], opened[3]), numbers=numbers)
    return _marked(state, text)


def unquoted(fence: Fence, text: str) -> str:
    """A line of code without the quote marks of its block."""
    found = _QUOTED.match(text) if fence.quote else None
    return text[found.end() :] if found else text


def _closes(fence: Fence, text: str) -> bool:
    if fence.mark not in text:
        return False
    bare = unquoted(fence, text).strip(" \t")
    return len(bare) >= len(fence.mark) and set(bare) == {fence.mark[0]}


def _marked(state: State, text: str) -> tuple[Kind, State]:
    if not text or text.isspace():
        return Kind.BLANK, State(numbers=state.numbers) if state.numbers else _NOTHING
    if state.header and _DELIMITER.match(text) and "|" in text and len(cells(text)) == len(cells(state.header)):
        return Kind.DELIMITER, State(table=f"{state.header}\n{text}\n", numbers=state.numbers, blank=False)
    if _HEADING.match(text):
        return Kind.HEADING, State(blank=False)
    if _RULE.match(text):
        return Kind.RULE, State(blank=False)
    if (item := _ITEM.match(text)) is not None:
        return Kind.ITEM, _counted(state, indent(item[1]), int(item[2]) if item[2] else None)
    if text.lstrip(" \t").startswith(">"):
        return Kind.QUOTE, State(blank=False)
    return _words(state, text)


def _words(state: State, text: str) -> tuple[Kind, State]:
    piped = "|" in text
    if state.table and piped:
        return Kind.ROW, State(table=state.table, numbers=state.numbers, blank=False)
    numbers = _still_open(state.numbers, indent(text)) if state.numbers and state.blank else state.numbers
    return Kind.TEXT, State(header=text if piped else "", numbers=numbers, blank=False) if piped or numbers else _RUNNING


def _counted(state: State, at: int, number: int | None) -> State:
    """A bullet ends the numbered lists at its own indent; a number goes on with the list that stands there."""
    outer = tuple(entry for entry in state.numbers if entry[0] < at - (number is not None))
    if number is None:
        return State(numbers=outer, blank=False)
    following = next((after for column, after in state.numbers if abs(column - at) <= 1), number)
    return State(numbers=(*outer, (at, following + 1)), number=following, blank=False)


def _still_open(numbers: tuple[tuple[int, int], ...], at: int) -> tuple[tuple[int, int], ...]:
    return tuple(entry for entry in numbers if entry[0] < at)
