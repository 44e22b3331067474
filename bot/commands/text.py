"""Orders written as messages: carried out like any other, answered as text."""

from bot.commands.reading import read
from bot.vocabulary.commands import CommandCall, CommandReply, Orders, Table
from bot.vocabulary.inbound import Addressed, Inbound

FOR_YOU_ALONE = "I show that to you alone: please use the slash command, or ask me in a direct message."


class TextOrders:
    """Reads orders from messages ("persona use tutor") and gives their replies as Markdown."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def name(self, inbound: Inbound) -> str:
        """The order's name, or "" when the message is meant for the model."""
        order = read(self._orders.specs, inbound.text)
        return order[0] if order else ""

    async def carry_out(self, inbound: Inbound) -> str | None:
        """The reply; None when the message is no order."""
        order = read(self._orders.specs, inbound.text)
        if order is None:
            return None
        call = call_from(inbound, *order)
        secret = any(spec.secret for spec in self._orders.specs if spec.name == call.name)
        return FOR_YOU_ALONE if secret and not call.direct else as_text(await self._orders.run(call))


def call_from(inbound: Inbound, name: str, args: object = None) -> CommandCall:
    """The order as if it had been given by a slash command."""
    return CommandCall(
        id=inbound.id,
        name=name,
        author=inbound.author,
        conversation=inbound.conversation,
        direct=inbound.addressed is Addressed.DIRECT,
        exclusive=inbound.exclusive,
        args=args if isinstance(args, dict) else {},
        place=inbound.place,
    )


def as_text(reply: CommandReply) -> str:
    """A reply as one Markdown text, its table in a code block."""
    return reply.text if reply.table is None else f"{reply.text}\n```\n{_aligned(reply.table)}\n```"


def _aligned(table: Table) -> str:
    rows = (table.header, *table.rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
