"""A turn: one or several consecutive messages of one author, answered once."""

import hashlib
from dataclasses import dataclass, field

from bot.vocabulary.inbound import Attachment, Inbound, Quoted
from bot.vocabulary.lane import Lane
from bot.vocabulary.model import Usage
from bot.vocabulary.reply import Outcome, Placeholder

MOST_ATTEMPTS = 3
"""Attempts that raised before a turn is buried: it is settled with an apology, and others get their turn."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a turn has come, as the journal tells it to whoever takes it up.

    `parts` stand on the platform already; `pending` is the nonce of a post whose fate is unknown, or empty.
    `outcome` is set once the turn was answered: then only the last edit is left to do. `raised` counts the attempts that broke.
    """

    attempts: int = 1
    raised: int = 0
    parts: tuple[Placeholder, ...] = ()
    pending: str = ""
    outcome: Outcome | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What is answered, and how far it has come. Never empty."""

    id: str
    lane: Lane
    messages: tuple[Inbound, ...]
    progress: Progress = field(default_factory=Progress)

    @property
    def last(self) -> Inbound:
        """The newest message: the answer goes there."""
        return self.messages[-1]

    @property
    def text(self) -> str:
        """All that was said, in order."""
        return "\n".join(message.text for message in self.messages if message.text)

    @property
    def quoted(self) -> tuple[Quoted, ...]:
        return tuple(message.quoted for message in self.messages if message.quoted)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(attachment for message in self.messages for attachment in message.attachments)


@dataclass(slots=True)
class Tally:
    """What the log line of a turn tells beside its outcome. Seconds on the monotonic clock; cost in USD."""

    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: float = 0.0
    attempts: int = 0
    first_token: float | None = None
    error: str = ""


def turn_id(lane: Lane, first: str) -> str:
    """20 hexadecimal digits, the same for the same `first` message's id wherever and whenever it is worked on."""
    return hashlib.sha256(f"{lane}\n{first}".encode()).hexdigest()[:20]
