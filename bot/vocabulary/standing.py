"""How the work stands: what admins and operators are shown."""

from dataclasses import dataclass
from enum import Enum

from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane


@dataclass(frozen=True, slots=True)
class Standing:
    """`writing`: answers being written now. `waiting`: messages that no turn has begun with; `oldest` waits for so many seconds.

    `left`: lanes where nobody works although their first message has waited for a good while.
    """

    writing: int = 0
    waiting: int = 0
    oldest: float = 0.0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Buried:
    """A turn that was given up. `at` is Unix seconds, `reason` a word or two for whoever looks into it, `attempts` the number made."""

    turn: str
    lane: Lane
    at: float
    reason: str
    attempts: int
    messages: tuple[Inbound, ...]


class Again(Enum):
    """What became of a buried turn that was to be tried again. `FULL`: its lane has no room, and it stays in the list."""

    WAITS = "waits"
    UNKNOWN = "unknown"
    FULL = "full"
