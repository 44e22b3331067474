"""Money as people see it."""

from dataclasses import dataclass

from bot.spend.prices import MILLION


@dataclass(frozen=True, slots=True)
class Currency:
    """`rate`: what one US dollar is worth in `code`."""

    code: str = "USD"
    rate: float = 1.0

    def show(self, millionths: int) -> str:
        """An amount of US dollar millionths in this currency, small amounts with enough digits to differ from nothing."""
        amount = millionths / MILLION * self.rate
        digits = 2 if amount >= 1 or amount == 0 else 4 if amount >= 0.01 else 6
        return f"{amount:,.{digits}f} {self.code}"

    def show_usd(self, amount: float) -> str:
        """An amount of US dollars in this currency."""
        return self.show(round(amount * MILLION))

    def millionths(self, amount: float) -> int:
        """US dollar millionths of an amount in this currency."""
        return round(amount / self.rate * MILLION)
