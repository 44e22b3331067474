"""Markdown as Slack's `markdown` block takes it (docs.slack.dev/reference/block-kit/blocks/markdown-block): CommonMark with tables."""

import re

from adapters.rendering.markdown.links import host, shows
from adapters.rendering.markdown.tables import Grid
from adapters.slack.limits import MARKDOWN_BLOCKS, TABLE_CELLS, TABLE_ROWS

_ZERO_WIDTH = "\u200b"
_MENTION = re.compile(r"<(?=[@#!])")
_HOSTS = re.compile(r"://([^\s/)>\]]*)")
_TICKS = re.compile(r"`+")


class StandardDialect:
    """`Dialect` for a `markdown` block. Slack documents no escapes there, so what looks like a mention is broken, in code too."""

    rule = "---"
    most_blocks = MARKDOWN_BLOCKS

    def measure(self, text: str) -> int:
        return len(text)

    def weight(self, line: str) -> int:
        return len(line) + 2 * line.count("<") + sum(len(found) + 8 for found in _HOSTS.findall(line)) + line.count("|")

    def code_weight(self, line: str) -> int:
        return len(line) + line.count("<")

    def table_weight(self, size: int, height: int, records: int) -> int:
        return records + (size + 12) * height

    def text(self, text: str) -> str:
        return text

    def escaped(self, character: str) -> str:
        return f"\\{character}"

    def inert(self, text: str) -> str:
        return _MENTION.sub("<" + _ZERO_WIDTH, text)

    def code(self, text: str) -> str:
        """As many backticks as it takes."""
        mark = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
        edge = " " if text[:1] == "`" or text[-1:] == "`" else ""
        return self.inert(f"{mark}{edge}{text}{edge}{mark}")

    def fence(self, text: str, language: str) -> str:
        mark = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
        return self.inert(f"{mark}{language}\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{mark}")

    def strong(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return f"**{inner}**"

    def emphasis(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return f"*{inner}*"

    def strike(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return f"~~{inner}~~"

    def link(self, label: str, href: str) -> str:
        name = host(href)
        shown = " ".join(label.replace("[", "(").replace("]", ")").split())
        masked = f"[{shown}](<{_target(href)}>)"
        return masked if not name or shows(label, name) else f"{masked} ({name})"

    def address(self, href: str) -> str:
        return _target(href)

    def heading(self, level: int, inner: str) -> str:
        return f"{'#' * level} {inner}" if inner.strip() else ""

    def bold_heading(self, level: int) -> bool:
        return False

    def bullet(self, depth: int) -> str:
        return "- "

    def quote(self, text: str) -> str:
        return "\n".join(f"> {line}" for line in text.split("\n"))

    def table(self, grid: Grid) -> str:
        """Native."""
        sides = {"left": ":--", "right": "--:", "center": ":-:"}
        rows = [[cell.rich.replace("|", "\\|") for cell in row] for row in (grid.header, *grid.rows)]
        written = [f"| {' | '.join(row)} |" for row in [rows[0], [sides[side] for side in grid.sides], *rows[1:]]]
        return "\n".join(written)

    def too_wide(self, grid: Grid) -> bool:
        """Beyond what a table of Slack's may have."""
        return len(grid.header) > TABLE_CELLS or len(grid.rows) + 1 > TABLE_ROWS


def _target(href: str) -> str:
    return href.replace("<", "%3C").replace(">", "%3E")
