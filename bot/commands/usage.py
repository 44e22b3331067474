"""`usage`: tokens and money of today."""

from collections.abc import Iterable

from bot.commands.registry import Command, alone
from bot.spend.ledger import Day, Ledger, Line
from bot.spend.report import Currency
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Table
from bot.vocabulary.conversation import Authority

USAGE = CommandSpec("usage", "Show today's tokens and costs")
HEADER = ("model", "calls", "tokens in", "cached", "tokens out", "cost")


class UsageCommand:
    """Members see their own use; admins, and whoever is alone on a server (a DM), see the server's."""

    def __init__(self, ledger: Ledger, currency: Currency) -> None:
        self._ledger = ledger
        self._currency = currency

    def all(self) -> tuple[Command, ...]:
        return (Command(USAGE, self.usage),)

    async def usage(self, call: CommandCall) -> CommandReply:
        day = await self._ledger.day(call.conversation.server_key, self._ledger.today())
        whole = alone(call) or call.author.authority >= Authority.ADMIN
        lines = [line for line in day.lines if whole or line.user == call.author.id]
        if not lines:
            return CommandReply(f"Nothing used today ({day.date} UTC).{self._budget(day) if whole else ''}")
        title = "Today on this server" if whole else "Your use today"
        text = f"{title} ({day.date} UTC): {self._currency.show(sum(line.cost for line in lines))}."
        return CommandReply(text + (self._budget(day) if whole else ""), table=Table(HEADER, tuple(self._rows(lines))))

    def _budget(self, day: Day) -> str:
        if self._ledger.budget is None:
            return ""
        left = max(0, self._ledger.budget - day.spent)
        return f" Budget: {self._currency.show(self._ledger.budget)}, {self._currency.show(left)} left."

    def _rows(self, lines: Iterable[Line]) -> Iterable[tuple[str, ...]]:
        models: dict[str, list[Line]] = {}
        for line in lines:
            models.setdefault(line.model, []).append(line)
        for model, group in models.items():
            counts = (sum(getattr(line, name) for line in group) for name in ("calls", "input", "cached", "output"))
            yield (model, *(f"{count:,}" for count in counts), self._currency.show(sum(line.cost for line in group)))
