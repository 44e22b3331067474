"""What Discord and Slack make of Markdown: blocks of styled text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

_parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_QUIET = "-# "


@dataclass(frozen=True, slots=True)
class Span:
    """Some words in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: bool = False


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`heading`: its level, else 0. `quiet`: Discord's small text. `marker` stands before the first line, `indent` steps to the right."""

    lines: tuple[Line, ...]
    heading: int = 0
    quiet: bool = False
    marker: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, its header first."""

    rows: tuple[tuple[Line, ...], ...]


Block = Paragraph | Code | Grid


def blocks(text: str) -> tuple[Block, ...]:
    """What is shown of `text`; Discord's small lines, which are no Markdown elsewhere, are known by their beginning."""
    return tuple(part for block in _parsed(text) for part in (_quietened(block) if isinstance(block, Paragraph) else (block,)))


def _quietened(block: Paragraph) -> Iterator[Paragraph]:
    groups = [(quiet, tuple(lines)) for quiet, lines in groupby(block.lines, key=_is_quiet)]
    for quiet, lines in groups:
        yield replace(block, lines=tuple(map(_unmarked, lines)) if quiet else lines, quiet=quiet)


def _is_quiet(line: Line) -> bool:
    return bool(line) and line[0].text.startswith(_QUIET)


def _unmarked(line: Line) -> Line:
    return (replace(line[0], text=line[0].text.removeprefix(_QUIET)), *line[1:])


def _parsed(text: str) -> Iterator[Block]:
    lists: list[int] = []
    """Of each list that is open the number of its next item; 0: it has bullets."""
    marker, heading = "", 0
    tokens = _parser.parse(text)
    skipped = -1
    for index, token in enumerate(tokens):
        if index <= skipped:
            continue
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1) if token.type.startswith("o") else 0)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                marker = f"{lists[-1]}." if lists[-1] else "•"
                lists[-1] += bool(lists[-1])
            case "heading_open":
                heading = int(token.tag[1:])
            case "inline":
                yield Paragraph(tuple(_lines(token.children or ())), heading=heading, marker=marker, indent=len(lists))
                marker, heading = "", 0
            case "fence" | "code_block":
                yield Code(tuple(token.content.removesuffix("\n").split("\n")))
            case "table_open":
                skipped = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
                yield Grid(tuple(_rows(tokens[index:skipped])))


def _rows(tokens: Sequence[Token]) -> Iterator[tuple[Line, ...]]:
    row: list[Line] = []
    for token in tokens:
        if token.type == "inline":
            row.append(tuple(span for line in _lines(token.children or ()) for span in line))
        elif token.type == "tr_close":
            yield tuple(row)
            row = []


def _lines(tokens: Iterable[Token]) -> Iterator[Line]:
    """A line ends where the writer ended it: chats do not join lines as Markdown does."""
    line: list[Span] = []
    style = Span("")
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        match name:
            case "strong":
                style = replace(style, bold=end == "open")
            case "em":
                style = replace(style, italic=end == "open")
            case "link":
                style = replace(style, link=end == "open")
        if token.type in ("softbreak", "hardbreak"):
            yield tuple(line)
            line = []
        elif token.content:
            line.append(replace(style, text=token.content, code=token.type == "code_inline"))
    yield tuple(line)
