"""What is left of a run: plain values, so that the checker can be shown to catch what it must."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """A message of the bot that stands at the end. `replies_to` is a message's id or empty."""

    message: str
    channel: str
    text: str
    replies_to: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """An exchange in the history of a channel: ids of the messages, and the answer."""

    channel: str
    messages: tuple[str, ...]
    answer: str


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
    leftovers: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    """Of the local servers about requests, and of processes that did not end well."""
    turns: int | None = field(default=None)
    """How many settled turns the store knows, where it was asked."""
