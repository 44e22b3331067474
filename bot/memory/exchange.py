"""One finished turn as it is remembered."""

from dataclasses import dataclass, field

from bot.store.codec import Codec


@dataclass(frozen=True, slots=True)
class Line:
    """What one person wrote, with the message's id so that an edit or a deletion finds it."""

    id: str
    author: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What people said and what Parley answered. `at` is Unix seconds; `complete` is False for a cut or stopped answer."""

    turn: str
    lines: tuple[Line, ...]
    answer: str
    at: float
    complete: bool = True
    persona: str = ""
    model: str = ""
    tags: tuple[str, ...] = field(default=())


exchanges = Codec(Exchange)
