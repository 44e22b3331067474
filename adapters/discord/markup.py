"""What Discord makes of Markdown (documents, "Text formatting"), and what it must not make of it."""

import re

from adapters.discord.limits import TABLE_COLUMNS
from adapters.rendering.markdown.links import host, is_itself, shows
from adapters.rendering.markdown.tables import Grid, aligned, columns, records

_ZERO_WIDTH = "\u200b"
_MENTION = re.compile(r"@(?=everyone|here)|<(?=[@#!/]|id:)", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_PAIRS = re.compile(r"`|\*{2,}|_{2,}|~{2,}")
_HOSTS = re.compile(r"\]\([ \t]*<?https?://([^\s/)>\]]*)", re.IGNORECASE)
"""The hosts of links with a text, which may have to be told behind it."""
_FENCE = re.compile("(?<=`)(?=`)")
_LINES = re.compile(r"^(?:>{1,3}|#{1,3})(?=\s)", re.MULTILINE)
DEEPEST_HEADING = 3
"""Levels of heading (documents)."""


class DiscordDialect:
    """`Dialect` for a message's content. Nothing is escaped that Discord reads as CommonMark does; code is left as it is."""

    rule = "─" * 20
    most_blocks = 0

    def measure(self, text: str) -> int:
        """Discord counts characters."""
        return len(text)

    def weight(self, line: str) -> int:
        """Links may be followed by their host, and what looks like a mention or a mark of nothing takes one more."""
        shown = sum(len(found) + 6 for found in _HOSTS.findall(line))
        return len(line) + line.count("<") + line.count("@") + line.count("`") + shown

    def code_weight(self, line: str) -> int:
        return len(line) + (line.count("`") if "```" in line else 0)

    def table_weight(self, size: int, height: int, records: int) -> int:
        shown = (min(size, TABLE_COLUMNS) + 1) * height + 8
        return shown if size <= TABLE_COLUMNS else max(shown, records)

    def text(self, text: str) -> str:
        """A backtick or a double mark that means nothing here could find its pair further on in the message."""
        return _PAIRS.sub(lambda found: "".join(f"\\{mark}" for mark in found[0]), text)

    def escaped(self, character: str) -> str:
        return f"\\{character}"

    def inert(self, text: str) -> str:
        """`@everyone`, `<@1>`, `<@&1>`, `<#1>`, `</order:1>`, `<id:guide>` are broken by a character that nobody sees; lines of prose
        begin no block."""
        return _LINES.sub(lambda found: f"\\{found[0]}", _MENTION.sub(lambda found: found[0] + _ZERO_WIDTH, text))

    def code(self, text: str) -> str:
        """As many backticks as it takes; two next to each other are held apart, since three begin a block."""
        if "``" in text:
            text = _FENCE.sub(_ZERO_WIDTH, text)
        if "`" not in text:
            return f"`{text}`"
        return f"`` {text} ``"

    def fence(self, text: str, language: str) -> str:
        """Byte for byte, but for backticks that would end it."""
        inside = _FENCE.sub(_ZERO_WIDTH, text) if "```" in text else text
        return f"```{language}\n{inside or ' '}```" if inside.endswith("\n") else f"```{language}\n{inside or ' '}\n```"

    def strong(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return f"**{inner}**"

    def emphasis(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return f"*{inner}*"

    def strike(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return f"~~{inner}~~"

    def link(self, label: str, href: str) -> str:
        """Discord shows a link's text alone; the host follows where the text does not tell it. In <> it unfolds no preview."""
        name = host(href)
        if "://" in label:  # Discord does not mask a link by another
            return f"{self.text(label)} ({self.address(href)})" if not is_itself(label, href) else self.address(href)
        shown = self.text(label.replace("[", "(").replace("]", ")").replace("\n", " "))
        masked = f"[{shown}](<{_address(href)}>)"
        return masked if not name or shows(label, name) else f"{masked} ({name})"

    def address(self, href: str) -> str:
        return _address(href)

    def heading(self, level: int, inner: str) -> str:
        if not inner.strip():
            return ""
        return f"{'#' * level} {inner}" if level <= DEEPEST_HEADING else f"**{inner}**"

    def bold_heading(self, level: int) -> bool:
        return level > DEEPEST_HEADING

    def bullet(self, depth: int) -> str:
        return "- "

    def quote(self, text: str) -> str:
        """Discord knows one level."""
        return "\n".join(line if line.startswith("> ") else f"> {line}" for line in text.split("\n"))

    def table(self, grid: Grid) -> str:
        """In a code block, where columns stay columns; row by row when it is too wide."""
        if self.too_wide(grid):
            return records(grid, title="**{}**", entry="- {}: {}")
        return self.fence(aligned(grid) + "\n", "")

    def too_wide(self, grid: Grid) -> bool:
        return columns(grid) > TABLE_COLUMNS


def _address(href: str) -> str:
    return _IN_ADDRESS.sub("%40", href.replace("<", "%3C").replace(">", "%3E"))
