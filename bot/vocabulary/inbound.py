"""What comes in from people, as adapters hand it to the engine."""

from dataclasses import dataclass, field
from enum import Enum

from bot.vocabulary.controls import PressKind
from bot.vocabulary.conversation import Author, ConversationKey, Place
from bot.vocabulary.reply import ReplyAddress


class Addressed(Enum):
    """How a message concerns us, as far as the platform can tell."""

    MENTION = "mention"
    REPLY = "reply"
    DIRECT = "direct"
    AMBIENT = "ambient"
    """Said in a thread without naming us: the gate decides whether it follows up."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file or picture somebody sent. `size` in bytes; `url` may be signed and expire."""

    id: str
    name: str
    kind: str
    size: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that was replied to or forwarded. `ours` when Parley wrote it."""

    author: str
    text: str
    ours: bool = False


class Redo(Enum):
    """What is to be done with an answer that stands. `OFFER`: its question was edited; people are told that a new answer is to be had."""

    REGENERATE = "regenerate"
    CONTINUE = "continue"
    SHOW = "show"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Again:
    """Something is to be done with the answer of `turn`. `version`: of `SHOW`, from 1."""

    redo: Redo
    turn: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of one person, normalised: own mention removed, other mentions readable, escapes undone, code byte-exact.

    `id` names the message, not its delivery: every redelivery and every twin event carries the same.
    `exclusive` is False when `conversation` is an open channel, where each author has a lane of their own.
    `opens` is True when it opens its conversation, as a message outside threads does in Slack: what follows it is said elsewhere.
    `mentions_others` is True when somebody other than Parley is addressed in it. `sent_at` is Unix seconds.
    `again` is set where nobody wrote anything anew: something is to be done with an answer that stands.
    """

    id: str
    conversation: ConversationKey
    author: Author
    text: str
    addressed: Addressed
    address: ReplyAddress
    sent_at: float
    exclusive: bool
    quoted: Quoted | None = None
    attachments: tuple[Attachment, ...] = ()
    mentions_others: bool = False
    opens: bool = False
    place: Place = field(default_factory=Place)
    again: "Again | None" = None


@dataclass(frozen=True, slots=True)
class Amended:
    """Somebody edited (`text`) or deleted (`text` is None) the message `id`, for the time named by `stamp`.

    `conversation` and `exclusive` as in the `Inbound` of that message. `text` is normalised as there.
    """

    id: str
    conversation: ConversationKey
    exclusive: bool
    text: str | None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button under an answer of ours was pressed. `id` names the press for the duplicate check.

    `author` pressed it, with the authority that the platform vouched for; `turn` and `value` are the button's. `text`: what they wrote
    in the form that came with it.
    """

    id: str
    kind: PressKind
    turn: str
    author: Author
    conversation: ConversationKey
    value: str = ""
    text: str = ""
