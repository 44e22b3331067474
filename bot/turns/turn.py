"""A turn: one or several consecutive messages of one author, answered once."""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.vocabulary.inbound import Again, Attachment, Inbound, Quoted
from bot.vocabulary.lane import Lane
from bot.vocabulary.model import Usage
from bot.vocabulary.reply import Outcome, Placeholder

MOST_RAISED = 3
"""Attempts that raised before a turn is buried: it is settled with an apology, and others get their turn."""

MOST_DEATHS = 10
"""Processes that died over a turn before it is buried."""

DEATHS_ALONE = 3
"""Processes that died in a turn's company before it runs alone: it may be the one that kills, or an innocent beside it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a turn has come, as the journal tells it to whoever takes it up.

    `parts` stand on the platform already; `pending` is the nonce of a post whose fate is unknown, or empty. `surplus` is to be deleted.
    `announced` is the nonce under which the first message is to be posted. `outcome` is set once the turn was answered: then only
    the last edit is left to do. `raised` counts the attempts that broke, `deaths` those whose process left no word. `why` of a stop.
    """

    attempts: int = 1
    raised: int = 0
    deaths: int = 0
    parts: tuple[Placeholder, ...] = ()
    surplus: tuple[Placeholder, ...] = ()
    announced: str = ""
    pending: str = ""
    outcome: Outcome | None = None
    stop: bool = False
    why: str = ""

    @property
    def suspect(self) -> bool:
        """Whether it must run alone: it may be what processes die of."""
        return self.deaths >= DEATHS_ALONE and not self.hopeless

    @property
    def hopeless(self) -> bool:
        """Whether nobody tries to answer it any more."""
        return self.raised >= MOST_RAISED or self.deaths >= MOST_DEATHS


@dataclass(frozen=True, slots=True)
class Turn:
    """What is answered, and how far it has come. `past` are the exchanges before it, as they are stored, oldest first.

    `signed`: those of its messages that show a sign of waiting. Without messages there is nothing to answer.
    """

    id: str
    lane: Lane
    messages: tuple[Inbound, ...]
    progress: Progress = field(default_factory=Progress)
    past: tuple[str, ...] = ()
    signed: tuple[Inbound, ...] = ()

    @property
    def last(self) -> Inbound:
        """The newest message: the answer goes there."""
        return self.messages[-1]

    @property
    def again(self) -> Again | None:
        """What it does with an answer that stands; such a turn has one message, which nobody wrote."""
        return self.messages[-1].again if self.messages else None

    @property
    def answers(self) -> str:
        """The turn whose answer is written: its own, unless it does something with an earlier one."""
        return self.again.turn if self.again else self.id

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
    """20 hexadecimal digits, the same for the same `first` message's id wherever it is worked on, as `start.lua` makes them."""
    return hashlib.sha1(f"{lane}\n{quote(first, safe='')}".encode(), usedforsecurity=False).hexdigest()[:20]
