"""The engine as an adapter sees it: a few verbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpecs
from bot.vocabulary.inbound import Amended, Inbound, Press


class Receipt(Enum):
    """What became of a message. `JOINED` and `SEEN` are durable: only now acknowledge it to the platform."""

    JOINED = "joined"
    SEEN = "seen"
    IGNORED = "ignored"


class Door(Protocol):
    """`bot.engine.Engine` is the one that works."""

    @property
    def commands(self) -> CommandSpecs:
        """Everything people may order, for menus and command trees."""

    async def receive(self, inbound: Inbound) -> Receipt:
        """Take in a message. Raises `StoreUnavailable`: then nothing was kept, do not acknowledge."""

    async def press(self, press: Press) -> CommandReply:
        """A button was pressed; the reply is a private word to whoever pressed, empty where the answer itself shows what came of it.

        Never raises `BotError`: what went wrong is the reply. Who may press is checked here.
        """

    async def amend(self, amended: Amended) -> None:
        """A message was edited or deleted; most were never for us. Raises `StoreUnavailable`: tell it again if that is possible."""

    async def command(self, call: CommandCall) -> CommandReply:
        """Carry out an order. Never raises `BotError`: what went wrong is the reply. The authority is checked here again."""

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """What a form shows before it is filled in. Answers within a second whatever the store does; empty when it cannot."""


@dataclass(frozen=True, slots=True)
class Source:
    """One connection by which we hear a platform. `account` is who we are there; `connection` tells its connections apart."""

    platform: str
    account: str
    connection: str


class Attendance(Protocol):
    """How far we have listened, for a platform that does not tell again what was said while we were away.

    Every method raises `StoreUnavailable`. Times are Unix seconds.
    """

    async def heard(self, source: Source, until: float) -> None:
        """All that was said there up to `until` has been taken in."""

    async def heard_until(self, source: Source) -> float | None:
        """The last `until`; of a connection that is new, the oldest of its account's others; None when the account is new."""

    async def remember_direct(self, source: Source, channel: str) -> None:
        """Somebody wrote to us directly in `channel`. Cheap: it is written down once an hour."""

    async def direct_channels(self, source: Source, since: float) -> Sequence[str]:
        """Direct channels that were heard since, last heard first, at most 1,000."""


class AttentiveDoor(Door, Protocol):
    """A door that also keeps how far we have listened."""

    @property
    def attendance(self) -> Attendance:
        """The record of it."""
