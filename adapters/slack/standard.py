"""Markdown as Slack's `markdown` block takes it (docs.slack.dev/reference/block-kit/blocks/markdown-block): CommonMark with tables."""

import re

from adapters.rendering.markdown.links import host, shows
from adapters.rendering.markdown.tables import Grid, aligned
from adapters.slack.limits import PAGE_BLOCKS, TABLE_CELLS, TABLE_ROWS

_ZERO_WIDTH = "\u200b"
_MENTION = re.compile(r"<(?=[@#!]|[A-Za-z][\w+.-]*:[^<>\n]*\|)")
"""What begins a mention, or a link of Slack's own writing that shows other words than its address."""
_CALL = re.compile(r"<(?=[@#][A-Z]|!(?i:channel|here|everyone|group|subteam|date)\b|(?i:https?:)[^<>\n]*\|)")
"""The same where only what is sure counts: code is full of <! and <#, which must stay as they are."""
_CROWD = re.compile(r"(?<![\w@/])@(?=(?:channel|here|everyone)(?!\w))", re.IGNORECASE)
"""Names of everybody, which are mentions where Slack looks for names (docs.slack.dev/messaging/formatting-message-text)."""
_RISKY = re.compile(r"<(?=[@#!A-Za-z])|@(?=[cheCHE])")
_HOSTS = re.compile(r"\]\([ \t]*<?https?://([^\s/)>\]]*)", re.IGNORECASE)
"""The hosts of links with a text, which may have to be told behind it."""
_MARKUP = re.compile(r"([\\`*_~\[\]<])")
_TICKS = re.compile(r"`+")


class StandardDialect:
    """`Dialect` for a `markdown` block and for native streams. Slack documents no escapes of mentions there, so they are broken."""

    rule = "---"
    most_blocks = PAGE_BLOCKS

    def measure(self, text: str) -> int:
        """UTF-8 bytes, which is the stricter reading of Slack's limits."""
        return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))

    def weight(self, line: str) -> int:
        """A < may be broken by what nobody sees, which has three bytes; an address is put into <>, a link may be followed by its host."""
        shown = sum(len(found) + 3 for found in _HOSTS.findall(line))
        return self.code_weight(line) + shown + 2 * line.count("://") + line.count("|")

    def code_weight(self, line: str) -> int:
        return self.measure(line) + 3 * len(_RISKY.findall(line))

    def table_weight(self, size: int, height: int, records: int) -> int:
        return records + (size + 12) * height

    def text(self, text: str) -> str:
        return text

    def escaped(self, character: str) -> str:
        return f"\\{character}"

    def inert(self, text: str) -> str:
        return _CROWD.sub("@" + _ZERO_WIDTH, _MENTION.sub("<" + _ZERO_WIDTH, text))

    def code(self, text: str) -> str:
        """As many backticks as it takes."""
        mark = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
        edge = " " if text[:1] == "`" or text[-1:] == "`" else ""
        return _uncalled(f"{mark}{edge}{text}{edge}{mark}")

    def fence(self, text: str, language: str) -> str:
        mark = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
        return _uncalled(f"{mark}{language}\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{mark}")

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
        """What stands around it cannot make other words of it."""
        return f"<{_target(href)}>"

    def heading(self, level: int, inner: str) -> str:
        return f"{'#' * level} {inner}" if inner.strip() else ""

    def bold_heading(self, level: int) -> bool:
        return False

    def bullet(self, depth: int) -> str:
        return "- "

    def quote(self, text: str) -> str:
        return "\n".join(f"> {line}" for line in text.split("\n"))

    def table(self, grid: Grid) -> str:
        """Native; as a code block where Slack has no table that large: row by row it might come to more blocks than a message takes."""
        if self.too_wide(grid):
            return self.fence(aligned(grid) + "\n", "")
        sides = {"left": ":--", "right": "--:", "center": ":-:"}
        rows = [[cell.rich.replace("|", "\\|") for cell in row] for row in (grid.header, *grid.rows)]
        written = [f"| {' | '.join(row)} |" for row in [rows[0], [sides[side] for side in grid.sides], *rows[1:]]]
        return "\n".join(written)

    def too_wide(self, grid: Grid) -> bool:
        """Beyond what a table of Slack's may have."""
        return len(grid.header) > TABLE_CELLS or len(grid.rows) + 1 > TABLE_ROWS


def quiet(text: str) -> str:
    """A line of ours, in italics, with nothing in it that is markup."""
    lines = (literal(line.strip()) for line in text.split("\n"))
    return StandardDialect().inert("\n".join(f"*{line}*" if line else "" for line in lines))


def literal(text: str) -> str:
    """Words in which nothing is meant as markup."""
    return _MARKUP.sub(r"\\\1", text)


def _uncalled(code: str) -> str:
    """Code that calls nobody. Where there is something to break, what people copy has a character of no width in it."""
    return _CALL.sub("<" + _ZERO_WIDTH, code)


def _target(href: str) -> str:
    return href.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace(" ", "%20")
