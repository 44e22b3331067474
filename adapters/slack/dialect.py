"""What Slack makes of Markdown: mrkdwn, its own writing (docs.slack.dev/messaging/formatting-message-text)."""

import re

from adapters.rendering.markdown.links import host, shows
from adapters.rendering.markdown.tables import Grid, aligned, columns, records
from adapters.slack.limits import TABLE_COLUMNS
from adapters.slack.mrkdwn import rendered

_ZERO_WIDTH = "\u200b"
_FENCE = re.compile("(?<=`)(?=`)")
_MEETING = re.compile("(?<=[`\x00])(?=`)|(?<=`)(?=\x00)")
"""Between two backticks that are text, or between one and code, which stands aside in NULs."""
_HOSTS = re.compile(r"\]\([ \t]*<?https?://([^\s/)>\]]*)", re.IGNORECASE)
"""The hosts of links with a text, which may have to be told behind it."""
_QUOTE = "&gt; "
_BULLETS = ("• ", "◦ ", "▪ ")


class MrkdwnDialect:
    """`Dialect` for the `text` of a message. The three escapes make all mentions inert, in code too.

    `hosts`: whether links are to show where they lead; what was written by `StandardDialect` tells it already.
    """

    rule = "─" * 20
    most_blocks = 0

    def __init__(self, *, hosts: bool = True) -> None:
        self._hosts = hosts

    def measure(self, text: str) -> int:
        """Characters with the escapes, which is the stricter reading of Slack's limits."""
        return len(text)

    def weight(self, line: str) -> int:
        """Every address stands in <>, and links may be followed by their host."""
        shown = sum(len(found) + 4 for found in _HOSTS.findall(line))
        return self.code_weight(line) + 2 * line.count("://") + shown

    def code_weight(self, line: str) -> int:
        fences = line.count("`") if "```" in line else 0
        return len(line) + 4 * line.count("&") + 3 * (line.count("<") + line.count(">")) + fences

    def table_weight(self, size: int, height: int, records: int) -> int:
        shown = (min(size, TABLE_COLUMNS) + 1) * height + 8
        return shown if size <= TABLE_COLUMNS else max(shown, records)

    def text(self, text: str) -> str:
        return rendered(text)

    def escaped(self, character: str) -> str:
        return rendered(character)

    def inert(self, text: str) -> str:
        """All is escaped already, but Slack has no way to write backticks that begin no code: they are held apart."""
        return _MEETING.sub(_ZERO_WIDTH, text) if "`" in text else text

    def code(self, text: str) -> str:
        """Slack knows no longer run of backticks that could hold one."""
        return f"`{rendered(text.replace('`', 'ˋ'))}`"

    def fence(self, text: str, language: str) -> str:
        """Slack names no language and would show it as code."""
        inside = rendered(_FENCE.sub(_ZERO_WIDTH, text) if "```" in text else text)
        return f"```\n{inside}```" if inside.endswith("\n") else f"```\n{inside or ' '}\n```"

    def strong(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return _marked("*", inner, glued)

    def emphasis(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return _marked("_", inner, glued)

    def strike(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        return _marked("~", inner, glued)

    def link(self, label: str, href: str) -> str:
        name = host(href)
        shown = rendered(" ".join(label.split()).replace("|", "¦"))
        masked = f"<{_target(href)}|{shown}>"
        return masked if not self._hosts or not name or shows(label, name) else f"{masked} ({rendered(name)})"

    def address(self, href: str) -> str:
        return f"<{_target(href)}>"

    def heading(self, level: int, inner: str) -> str:
        return f"*{inner}*" if inner.strip() else ""

    def bold_heading(self, level: int) -> bool:
        return True

    def bullet(self, depth: int) -> str:
        return _BULLETS[min(depth, len(_BULLETS) - 1)]

    def quote(self, text: str) -> str:
        """Slack knows one level. Its own clients send the mark escaped, too."""
        return "\n".join(line if line.startswith(_QUOTE) else _QUOTE + line for line in text.split("\n"))

    def table(self, grid: Grid) -> str:
        if self.too_wide(grid):
            return records(grid, title="*{}*", entry="• {}: {}")
        return self.fence(aligned(grid) + "\n", "")

    def too_wide(self, grid: Grid) -> bool:
        return columns(grid) > TABLE_COLUMNS


def _marked(mark: str, inner: str, glued: tuple[bool, bool]) -> str:
    """Slack reads a mark only where a word begins or ends, and on one line: what nobody sees stands in for that."""
    before, after = (_ZERO_WIDTH if side else "" for side in glued)
    marked = "\n".join(f"{mark}{line.strip()}{mark}" if line.strip() else line for line in inner.split("\n"))
    return f"{before}{marked}{after}"


def _target(href: str) -> str:
    return rendered(href.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace(" ", "%20"))
