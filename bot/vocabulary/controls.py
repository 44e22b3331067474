"""The buttons under a reply, and what a press of one says."""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

MARK = "p1"
"""Begins what a button of this version carries; buttons of other versions stay under old messages for years."""


class PressKind(Enum):
    """What a button under an answer asks for. `SHOW`: another version of the answer."""

    STOP = "stop"
    REGENERATE = "again"
    CONTINUE = "on"
    RATE = "rate"
    SHOW = "show"


GOOD, BAD = "good", "bad"
"""Values of a button that rates."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button. `turn`: of a stop, the turn that is being written; else the one whose answer this is.

    `asker`: whose question is answered; besides them only moderators may press. `value`: `GOOD` or `BAD`; of `SHOW` the version's
    number, from 1, and how many there are: "2/3".
    """

    kind: PressKind
    turn: str
    asker: str
    value: str = ""

    def __str__(self) -> str:
        """What a platform keeps for us: at most 100 characters, as Discord takes no more, for any asker of the known platforms."""
        return ":".join((MARK, self.kind.value, self.turn, quote(self.asker, safe=""), quote(self.value, safe="")))

    @classmethod
    def parse(cls, text: str) -> "Button | None":
        """The inverse of `str`; None for what is not a button of this version."""
        mark, *parts = text.split(":")
        try:
            kind, turn, asker, value = parts
            return cls(PressKind(kind), turn, unquote(asker), unquote(value)) if mark == MARK else None
        except ValueError:
            return None
