"""What a turn came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.memory.exchange import Exchange
from bot.vocabulary.reply import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """`exchange` goes into the history, if there is one. `facts`: what the record of the answer tells besides, by the record's fields."""

    outcome: Outcome
    exchange: Exchange | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
