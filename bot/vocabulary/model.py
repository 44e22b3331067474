"""A language model as the house sees it: a request, a stream of events, what it cost."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from bot.vocabulary.conversation import ServerKey


class Role(Enum):
    """Who says a line of the prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the prompt. `name` distinguishes speakers for endpoints that take it; the text names them anyway."""

    role: Role
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """The parameters of chat completions that make sense in chat. None: not sent.

    Bounds are those of the API and are checked when a persona is set (`bot.personas`), not here.
    """

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    logit_bias: Mapping[str, int] = field(default_factory=dict)
    reasoning_effort: str | None = None
    verbosity: str | None = None
    response_format: str | None = None
    """`text` or `json_object`."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays: tokens and money are counted per server, user, model and day."""

    server: ServerKey
    user: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model. `call` is unique per turn and attempt: money is held and settled under it.

    `first_token` and `between` are deadlines in seconds; no wall clock runs on an answer that is arriving.
    """

    call: str
    model: str
    messages: tuple[Message, ...]
    account: Account
    sampling: Sampling = field(default_factory=Sampling)
    first_token: float = 120.0
    between: float = 30.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `cached` and `cache_write` are parts of `input`, `reasoning` of `output`.

    `estimated` when we counted ourselves.
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Visible text; it follows what came before."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """The model thinks aloud; never shown. It counts as a first token."""

    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines in words of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing comes yet: a retry after `seconds`, or another model."""

    reason: str
    model: str
    attempt: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream is complete: a finish_reason was seen. Always the last event.

    `reason` is the API's (`stop`, `length`, `content_filter`, …); `model` the one that answered; `cost` in USD, filled in by the meter;
    `attempts` counts the calls that were made, failed ones included.
    """

    reason: str
    model: str
    usage: Usage
    cost: float = 0.0
    service_tier: str = ""
    attempts: int = 1


ModelEvent = Text | Reasoning | Refusal | Waiting | Finished

SPOKEN = (Text, Refusal)
"""What people are shown, for isinstance: made once, since it is asked of every chunk in several places."""


class Model(Protocol):
    """Something that answers. Wrapped, never branched: retry, fallback and metering are Models around a Model."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield events up to and including one `Finished`. Raises `ModelError`; closing the generator ends the request."""
