"""A clock that tests own, a model that says a script, and short ways to ask."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from bot.errors import ModelError
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import (
    Account,
    Finished,
    Message,
    Model,
    ModelEvent,
    ModelRequest,
    Reasoning,
    Refusal,
    Role,
    Sampling,
    Text,
    Usage,
)

MESSAGES = (Message(Role.SYSTEM, "You are Parley."), Message(Role.USER, "How are you?", name="Ada L."))
REQUEST = ModelRequest("call", "test-model", MESSAGES, Account(ServerKey("discord", "1"), "2"))
DONE = Finished("stop", "test-model", Usage(1, 1))


def request(*, model: str = "test-model", first_token: float = 5.0, between: float = 5.0, sampling: Sampling | None = None) -> ModelRequest:
    """A question to `model`, with these deadlines in seconds."""
    return replace(REQUEST, model=model, first_token=first_token, between=between, sampling=sampling or Sampling())


@dataclass
class OwnClock:
    """Time passes only when somebody sleeps, or by `pass_`."""

    time: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def pass_(self, seconds: float) -> None:
        self.time += seconds


Line = ModelEvent | ModelError | Callable[[], None]


class Scripted:
    """A Model: each call says one line of the script; a callable in it is called, an error raised."""

    def __init__(self, *script: Sequence[Line]) -> None:
        self.script = list(script)
        self.asked: list[ModelRequest] = []
        self.closed = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked.append(request)
        try:
            for line in self.script.pop(0):
                if isinstance(line, ModelError):
                    raise line
                if callable(line):
                    line()
                else:
                    yield replace(line, model=request.model) if isinstance(line, Finished) else line
        finally:
            self.closed += 1


@dataclass
class Heard:
    """What came, and how it ended."""

    events: list[ModelEvent]
    error: ModelError | None = None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Text))

    @property
    def told(self) -> list[ModelEvent]:
        """The events, with what was said in a row as one: what comes with one read comes together, and the network says how much."""
        told: list[ModelEvent] = []
        for event in self.events:
            last = told[-1] if told else None
            if isinstance(event, Text | Reasoning | Refusal) and type(last) is type(event):
                told[-1] = replace(event, text=last.text + event.text)
            else:
                told.append(event)
        return told

    @property
    def finished(self) -> Finished:
        """The last event, which is the only one of its kind."""
        assert self.error is None, f"it ended with {self.error!r}"
        *others, last = self.events
        assert isinstance(last, Finished)
        assert not any(isinstance(event, Finished) for event in others)
        return last


async def hear(model: Model, asked: ModelRequest = REQUEST) -> Heard:
    """All that `model` answers."""
    heard = Heard([])
    try:
        async with aclosing(model.stream(asked)) as events:
            async for event in events:
                heard.events.append(event)
    except ModelError as error:
        heard.error = error
    return heard
