"""What we write ourselves, in Slack's own writing, and its escapes. The model's Markdown is `dialect`'s."""

import unicodedata

from bot.vocabulary.commands import CommandReply, Table


def rendered(text: str) -> str:
    """`text` with everything inert that Slack would act upon: mentions, crowds, channels and hidden links all begin with <.

    See docs.slack.dev/messaging/formatting-message-text, "Escaping text".
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quiet(text: str) -> str:
    """A line of ours, in italics; Slack ends them at each line."""
    return "\n".join(f"_{line}_" if line else "" for line in rendered(text).split("\n"))


def written(reply: CommandReply) -> str:
    """A command's reply as one text, its table as an aligned code block."""
    parts = [rendered(reply.text)] if reply.text else []
    if reply.table is not None:
        parts.append(f"```\n{rendered(aligned(reply.table))}\n```")
    return "\n".join(parts)


def aligned(table: Table) -> str:
    """The table in columns, two blanks between them; wide characters count double. Backticks would end the code block."""
    rows = [tuple(cell.replace("`", "'").replace("\n", " ") for cell in row) for row in (table.header, *table.rows)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text)
