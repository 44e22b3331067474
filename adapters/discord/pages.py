"""The reply to a command as Discord messages: text, and tables as aligned code blocks, for Discord knows no tables."""

from adapters.discord.limits import LIMITS
from adapters.rendering.markdown.tables import width, widths
from adapters.rendering.split import split
from bot.vocabulary.commands import CommandReply, Table

FENCE = "```"
ROOM = LIMITS.text - 2 * len(FENCE) - 2
CELL = 200
"""Characters shown of one cell, so that a line of several fits a message."""


def pages_of(reply: CommandReply) -> list[str]:
    """Messages of at most 2,000 characters in reading order; at least one."""
    pages = [page for page in split(reply.text.strip(), limit=LIMITS.text) if page.strip()]
    for block in _blocks(reply.table) if reply.table is not None else []:
        if pages and len(pages[-1]) + 1 + len(block) <= LIMITS.text:
            pages[-1] += "\n" + block
        else:
            pages.append(block)
    return pages or ["Done."]


def _blocks(table: Table) -> list[str]:
    """The table as fenced blocks, each within one message and under the header again."""
    header, *lines = _lines(table)
    blocks, block = list[str](), header
    for line in lines:
        if len(block) + 1 + len(line) > ROOM:
            blocks.append(block)
            block = header
        block += "\n" + line
    return [f"{FENCE}\n{filled}\n{FENCE}" for filled in (*blocks, block)]


def _lines(table: Table) -> list[str]:
    rows = [[_cell(cell) for cell in row] for row in (table.header, *table.rows)]
    wide = widths(rows)
    return ["  ".join(_padded(cell, size) for cell, size in zip(row, wide, strict=True)).rstrip()[: ROOM // 2] for row in rows]


def _cell(text: str) -> str:
    flat = " ".join(text.split()).replace("`", "'")  # a fence within would end the block
    return flat if len(flat) <= CELL else flat[: CELL - 1] + "…"


def _padded(cell: str, size: int) -> str:
    return cell + " " * (size - width(cell))
