"""A command's reply as Slack shows it: Markdown, as mrkdwn."""

import re

from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.slack.dialect import MrkdwnDialect
from adapters.slack.limits import MRKDWN_TEXT
from bot.vocabulary.commands import CommandReply, Table

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


def written(reply: CommandReply) -> list[str]:
    """The reply in texts of at most 4,000 characters, its table in aligned columns; one for almost all of them."""
    parts = [reply.text] if reply.text else []
    if reply.table is not None:
        parts.append(_source(reply.table))
    return GrowingText(Emitter(MrkdwnDialect()), limit=MRKDWN_TEXT).final("\n\n".join(parts))


def _source(table: Table) -> str:
    """The table in Markdown, in which nothing of a cell is markup."""
    rows = [[_MARKUP.sub(r"\\\1", " ".join(cell.split())) for cell in row] for row in (table.header, *table.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(table.header)}", *lines[1:]])
