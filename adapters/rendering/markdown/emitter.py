"""From Markdown to a platform's writing, block by block; a block that was written once is not read again."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from markdown_it.token import Token

from adapters.rendering.markdown.blocks import Code, Prose, TableSource, blocks
from adapters.rendering.markdown.dialect import Dialect
from adapters.rendering.markdown.lines import indent, language, remark
from adapters.rendering.markdown.tables import Cell, Grid, plain_rows
from adapters.rendering.markdown.tokens import parsed, parsed_table
from adapters.rendering.markdown.writing import Writing, plain

Numbers = tuple[tuple[int, int], ...]
_TASK = re.compile(r"\[([ xX])\](?=\s|$)")
_SIDE = re.compile(r"text-align:(\w+)")


class Emitter:
    """Writes Markdown in one dialect. Keeps the blocks of what it wrote last, so one for each reply that grows."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._written: dict[Prose | Code | TableSource, str] = {}
        self._writing = Writing(dialect)
        self._last: tuple[str, Numbers] = ("", ())
        self._last_text = ""

    def emit(self, markdown: str, numbers: Numbers = ()) -> str:
        """All of `markdown`, without blank lines around it; what is open at its end is closed. `numbers`: see `lines.State`."""
        if (markdown, numbers) == self._last:
            return self._last_text
        out: list[str] = []
        known, self._written = self._written, {}
        for placed in blocks(markdown, numbers):
            text = known[placed.block] if placed.block in known else self._write(placed.block)
            self._written[placed.block] = text
            if text:
                out.append("\n" * min(placed.breaks, 2) if out else "")
                out.append(text)
        self._last, self._last_text = (markdown, numbers), "".join(out)
        return self._last_text

    def wide_tables(self, markdown: str) -> list[list[list[str]]]:
        """The tables that are too wide for columns and were written row by row: rows of plain cells, the header first."""
        grids = (self._grid(placed.block.text) for placed in blocks(markdown) if isinstance(placed.block, TableSource))
        return [plain_rows(grid) for grid in grids if grid is not None and self.dialect.too_wide(grid)]

    def _write(self, block: Prose | Code | TableSource) -> str:
        if isinstance(block, Code):
            code = self.dialect.fence(block.text, block.language)
            return f"{self._literal(block.beside)}\n{code}" if block.beside else code
        if isinstance(block, TableSource):
            grid = self._grid(block.text)
            return self.dialect.table(grid) if grid is not None else self._literal(block.text)
        tokens = parsed(block.text)
        if tokens is None:
            return self._literal(block.text)
        first = block.text[: len(block.text) - len(block.text.lstrip(" \t"))]
        margin = " " * min(indent(first), 12) if block.number or (tokens[:1] and tokens[0].type.endswith("list_open")) else ""
        written = "\n".join(self._sequence(iter(tokens), "", depth=len(margin) // 2, number=block.number))
        return "\n".join(f"{margin}{line}" if line else line for line in written.split("\n")) if margin else written

    def _literal(self, text: str) -> str:
        return self.dialect.inert(self.dialect.text(text))

    def _sequence(self, tokens: Iterator[Token], end: str, *, depth: int, number: int = 0) -> list[str]:
        """The blocks up to the token of type `end`, in lines."""
        out: list[str] = []
        for token in tokens:
            if token.type == end:
                break
            out += self._one(token, tokens, depth=depth, number=number)
            if token.type == "paragraph_close" and not token.hidden:
                out.append("")
        while out and not out[-1]:
            out.pop()
        return out

    def _one(self, token: Token, tokens: Iterator[Token], *, depth: int, number: int) -> list[str]:
        match token.type:
            case "inline":
                return self._writing.inline(token.children or []).split("\n")
            case "heading_open":
                level = int(token.tag[1])
                bold = self.dialect.bold_heading(level)
                return [self.dialect.heading(level, self._writing.inline(next(tokens).children or [], bold=bold))]
            case "bullet_list_open":
                return self._items(tokens, "bullet_list_close", depth=depth, start=None)
            case "ordered_list_open":
                start = number or int(token.attrs.get("start", 1))
                return self._items(tokens, "ordered_list_close", depth=depth, start=start)
            case "blockquote_open":
                inner = "\n".join(self._sequence(tokens, "blockquote_close", depth=0))
                return self.dialect.quote(inner).split("\n") if inner else []
            case "fence":
                beside = [self._literal(remark(token.info))] if remark(token.info) else []
                return beside + self.dialect.fence(token.content, language(token.info)).split("\n")
            case "hr":
                return [self.dialect.rule]
        return []

    def _items(self, tokens: Iterator[Token], end: str, *, depth: int, start: int | None) -> list[str]:
        out: list[str] = []
        for token in tokens:
            if token.type == end:
                break
            marker = self.dialect.bullet(depth) if start is None else f"{start}. "
            body = self._sequence(tokens, "list_item_close", depth=depth + 1) or [""]
            out.append((marker + _boxed(body[0])).rstrip())
            out += [" " * len(marker) + line if line else "" for line in body[1:]]
            start = None if start is None else start + 1
        return out

    def _grid(self, text: str) -> Grid | None:
        tokens = iter(parsed_table(text))
        first = next(tokens, None)
        return self._rows(tokens) if first is not None and first.type == "table_open" else None

    def _rows(self, tokens: Iterator[Token]) -> Grid:
        rows: list[list[Cell]] = []
        sides: list[str] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                found = _SIDE.search(str(token.attrs.get("style", "")))
                sides.append(found[1] if found else "left")
            elif token.type == "inline":
                rows[-1].append(self._cell(token.children or []))
        return Grid(tuple(rows[0]), tuple(map(tuple, rows[1:])), tuple(sides))

    def _cell(self, children: Sequence[Token]) -> Cell:
        rich, heavy = (self._writing.inline(children, bold=bold).replace("\n", " ") for bold in (False, True))
        return Cell(plain(children, targets=True), rich, heavy)


def _boxed(line: str) -> str:
    return _TASK.sub(partial(_box), line, count=1) if _TASK.match(line) else line


def _box(found: re.Match[str]) -> str:
    return "☐" if found[1] == " " else "☑"
