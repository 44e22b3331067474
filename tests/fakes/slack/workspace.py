"""What a Slack workspace is made of: teams, people, channels and messages with every version that was ever visible."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["public", "private", "im", "mpim"]
Json = dict[str, Any]  # foreign data: bodies as Slack and its clients write them

CHANNEL_TYPES: dict[str, str] = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
CHANNEL_LETTERS: dict[str, str] = {"public": "C", "private": "G", "im": "D", "mpim": "G"}


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace. Without a `bot_token` our app is not installed there (the far side of a shared channel)."""

    id: str
    name: str
    domain: str
    bot_token: str | None
    bot_user: str
    bot_id: str


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    team: str
    display_name: str
    admin: bool = False
    owner: bool = False
    bot_id: str | None = None


@dataclass(slots=True)
class Version:
    """One text that people could see, from `at` (time.monotonic seconds) until the next version."""

    at: float
    text: str


@dataclass(slots=True)
class Message:
    """`text` is what people see: of a message in blocks what stands in these. `spoken` is its `text` then, for notifications."""

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    blocks: list[Json] = field(default_factory=list)
    spoken: str = ""
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    unfurl_links: bool = True
    unfurl_media: bool = True
    reactions: dict[str, set[str]] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    edited_ts: str | None = None
    deleted: bool = False
    streaming: bool = False
    broken: bool = False  # a native stream that outlived its time and was not ended

    def show(self, text: str) -> None:
        """`text` becomes what people see from now on."""
        self.text = text
        self.versions.append(Version(time.monotonic(), text))


@dataclass(slots=True)
class Channel:
    """A conversation. `members` are user ids; the bot is a member like anyone else."""

    id: str
    name: str
    kind: ChannelKind
    team: str
    members: set[str]
    shared_with: set[str] = field(default_factory=set)  # further teams, for Slack Connect
    timeline: dict[str, Message] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The word that events use for this kind of channel."""
        return CHANNEL_TYPES[self.kind]


class Numbers:
    """Ids and timestamps that never repeat within one server."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)
        self._last_ts = 0

    def id(self, prefix: str) -> str:
        return f"{prefix}{next(self._counter):08d}"

    def ts(self) -> str:
        """A message timestamp: seconds with six digits, unique, rising."""
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
