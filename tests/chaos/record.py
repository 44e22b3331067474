"""What is left of a run: plain values, so that the checker can be shown to catch what it must."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.vocabulary.controls import PressKind
from tests.chaos.speaking import Call


@dataclass(frozen=True, slots=True)
class Question:
    """A message of a person, and the seconds until its answer stood. Those of one lane stand in the order in which they were told first."""

    name: str
    message: str
    channel: str
    server: str
    exclusive: bool
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot that stands at the end. `replies_to` is a message's id or empty; `buttons` as the platform keeps them."""

    message: str
    channel: str
    text: str
    replies_to: str = ""
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """An exchange in the history of a channel: ids of the messages, and the answer that stands, number `shown` of all `versions`."""

    channel: str
    messages: tuple[str, ...]
    answer: str
    turn: str = ""
    versions: tuple[str, ...] = ()
    shown: int = 1
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store knows of a settled turn: ids of the messages that it answers, and of those in which the answer stands."""

    turn: str
    messages: tuple[str, ...]
    parts: tuple[str, ...]
    asker: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press under the answer to `question` (the last that it answers). Monotonic seconds.

    `delay` to the acknowledgement, None without one; `deaf`: nobody was connected, or was killed just then; `unsure`: was killed before
    it can be known what came of it. `words`: what whoever pressed was told. `alone`: no other press came with it. `over`: when whoever
    pressed went on. `wording`: of the question, that the answer offered to answer.
    """

    question: str
    kind: PressKind
    value: str
    turn: str
    at: float
    delay: float | None = 0.1
    words: str = ""
    deaf: bool = False
    unsure: bool = False
    alone: bool = True
    over: float = 0.0
    wording: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that was edited for the `wording`-th time, or deleted (0). `sure`: whoever heard it lived on.

    `offered`: an answer to the new words was offered. `at` in monotonic seconds.
    """

    question: str
    at: float
    wording: int
    sure: bool = True
    offered: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    """What the calls of one server cost, in millionths of a dollar. `spent` includes `estimated`.

    `settled` and `held`: calls that were charged, and calls that died and whose money is still set aside; `set_aside` is the sum of it.
    """

    spent: int = 0
    estimated: int = 0
    settled: int = 0
    held: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """`asked`, `shown` and `filed` are in order; `money` by server; `leftovers` are keys that must not rest, and leases somebody holds."""

    asked: tuple[Question, ...]
    shown: tuple[Shown, ...]
    calls: tuple[Call, ...]
    filed: tuple[Filed, ...]
    money: Mapping[str, Money]
    kept: tuple[Kept, ...] = ()
    pressed: tuple[Pressed, ...] = ()
    changed: tuple[Changed, ...] = ()
    rated: Mapping[str, bool] = field(default_factory=dict)
    """By turn: whether it was found good."""
    leftovers: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    """Of the local servers about requests, and of processes that did not end well."""
    turns: int | None = field(default=None)
    """How many settled turns the store knows, where it was asked."""
