"""How an answer leaves: what is streamed, how it ends, where it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.vocabulary.controls import Button


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where an answer goes. Opaque to the engine; the platform that made it reads it back. Values are plain strings."""

    platform: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One message of ours that already stands. Opaque to the engine; enough to edit it from another process."""

    platform: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The model wrote this; it follows what was shown before."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool began to work."""

    name: str


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool is done, well or not."""

    name: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A calm line while people wait (a retry, another model). Empty text takes it away; the next text replaces it."""

    text: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the answer took, for a reader who pays: tokens, and the cost as it is shown to people."""

    model: str
    input: int
    output: int
    cost: str


ReplyEvent = TextDelta | ToolStarted | ToolFinished | Notice | Spent


@dataclass(frozen=True, slots=True)
class Answered:
    """The model finished. `note` is a line of ours under the answer, or empty."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Truncated:
    """The answer ended before its end (length, a cut stream, a filter); `note` says why."""

    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Refused:
    """We did not ask the model; `note` says why and what to do."""

    note: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody stopped it; `text` is what had come."""

    text: str
    note: str = "Stopped."


@dataclass(frozen=True, slots=True)
class Failed:
    """It went wrong before any text; `note` says it in words the reader can use."""

    note: str
    text: str = ""


Outcome = Answered | Truncated | Refused | Stopped | Failed


class ReplyLog(Protocol):
    """What a writer must ask and tell while it posts: the engine's journal, seen from an adapter."""

    async def opening(self, part: int) -> str:
        """Announce that message `part` (0-based) of this reply is about to be posted; returns its nonce (≤ 25 characters)."""

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        """Message `part` stands, for all that stood there and after it: these are to be deleted when the last version stands."""

    async def leave(self, given_up: Sequence[Placeholder]) -> None:
        """These messages are no part of the reply any more: they are deleted, soon, by whoever can. Twice is as once."""

    async def first(self, name: str) -> bool:
        """Whether `name`, which must happen once at most, may happen now: it never did, whoever worked on this reply."""

    def check(self) -> None:
        """Ask immediately before each send whether this process may still write.

        Raises `LeaseLost`: stop for good. Raises `StoreUnavailable`: nobody knows now; ask again later, and send nothing until then.
        """


class Surface(Protocol):
    """One reply on one platform."""

    async def open(self) -> None:
        """Post the placeholder, or take up what was posted by a process before us. Raises `PlatformRefused` when it cannot stand."""

    def show(self, event: ReplyEvent) -> None:
        """Take note of an event and return at once; a writer of its own brings it to the reader."""

    async def settle(self, outcome: Outcome, buttons: Sequence[Button] = ()) -> None:
        """Write the last version, with `buttons` under it where the platform has any, and return when it stands.

        Raises `PlatformRefused` when it never can, `LeaseLost` when we may no longer.
        """

    async def abandon(self) -> None:
        """Stop writing at once, leaving what stands as it is: another process goes on, or the lease is lost."""
