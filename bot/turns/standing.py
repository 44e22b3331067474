"""What stands of an answer, as the store knows it: for whoever writes it once more when its turn is long over."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.memory.exchange import Exchange
from bot.memory.history import Memory
from bot.turns.buttons import buttons_for
from bot.turns.journal import Journal
from bot.turns.records import Records
from bot.turns.turn import Turn
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Answered, Outcome, Placeholder, Truncated

CUT = "This answer ended early."


def standing(exchange: Exchange, note: str) -> Outcome:
    """The answer that is remembered, as it is settled once more."""
    return Answered(exchange.answer, note) if exchange.complete else Truncated(exchange.answer, note or CUT)


@dataclass(frozen=True, slots=True)
class Settled:
    """A reply in `parts` as it was settled. `exchange`: how it is remembered, if it is."""

    parts: tuple[Placeholder, ...]
    outcome: Outcome
    buttons: Sequence[Button]
    exchange: Exchange | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Every method raises `StoreUnavailable`."""

    memory: Memory
    records: Records
    journal: Journal

    async def exchange(self, turn: Turn) -> Exchange | None:
        """How the answer is remembered that `turn` wrote, or did something with."""
        return await self.memory.of(turn.lane.conversation, turn.answers)

    async def changes(self, turn: Turn, parts: Sequence[Placeholder]) -> bool:
        """Whether a turn is at work on the reply in `parts` just now."""
        return await self.journal.writes_in(turn.lane, parts)

    async def now(self, turn: Turn) -> Settled | None:
        """The answer as it stands now; None when it is forgotten."""
        record = await self.records.read(turn.lane.conversation, turn.answers)
        exchange = await self.exchange(turn)
        if record is None or exchange is None:
            return None
        outcome = standing(exchange, "")
        return Settled(record.parts, outcome, buttons_for(record.turn, record.asker, outcome, exchange), exchange)
