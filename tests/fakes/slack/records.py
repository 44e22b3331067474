"""What the server remembers of things that are not messages: forms, triggers, private answers, deliveries."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.slack.workspace import Json


@dataclass(frozen=True, slots=True)
class Whisper:
    """A text that one person alone can see."""

    at: float  # time.monotonic seconds
    user: str
    channel: str
    text: str
    blocks: list[Json]
    via: str  # postEphemeral, response_url or ack
    thread: str = ""


@dataclass(slots=True)
class Trigger:
    """A trigger_id: good for one views.open, for 3 seconds (docs.slack.dev/interactivity/handling-user-interaction)."""

    id: str
    user: str
    issued: float  # time.monotonic seconds
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A response_url: five uses within 30 minutes (docs.slack.dev/interactivity/handling-user-interaction)."""

    url: str
    user: str
    channel: str
    issued: float  # time.monotonic seconds
    message_ts: str | None = None  # what replace_original replaces
    posted: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Modal:
    """A modal as it stands, with the hash that guards updates."""

    id: str
    user: str
    team: str  # where our app is installed, which need not be the person's own team
    view: Json
    hash: str
    versions: list[Json] = field(default_factory=list)
    closed: bool = False


@dataclass(slots=True, eq=False)
class Attempt:
    """One try to hand a payload over. `status`: the HTTP status, 200 for a Socket Mode ack, None when none came."""

    sent_at: float  # time.monotonic seconds
    retry_num: int
    retry_reason: str | None
    envelope_id: str | None = None
    connection: int | None = None
    status: int | None = None
    answered_at: float | None = None
    failure: str | None = None
    answer: Json | str | None = None
    no_retry: bool = False

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True, eq=False)
class Delivery:
    """One payload on its way to the bot, with all attempts. `first` is set after the first attempt, `done` after the last."""

    kind: Literal["events_api", "slash_commands", "interactive"]
    body: Json
    attempts: list[Attempt] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acknowledged(self) -> bool:
        return any(attempt.acknowledged for attempt in self.attempts)

    @property
    def answer(self) -> Json:
        """What the bot put into its acknowledgement: a command's text, a view's response_action; {} when nothing."""
        answer = next((a.answer for a in self.attempts if a.acknowledged), None)
        if isinstance(answer, str):
            return {"text": answer} if answer else {}
        return answer or {}
