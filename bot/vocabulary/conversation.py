"""Who speaks where: the identity of conversations, servers and authors."""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class ServerKey:
    """A Discord guild, a Slack workspace (the installing team), or a stand-in for a DM or a terminal."""

    platform: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """A channel, a thread or a DM: whoever speaks there shares its history.

    `thread` is empty outside threads. A Discord DM has server "dm-<user>" so that personas and budgets of strangers never meet.
    """

    platform: str
    server: str
    channel: str
    thread: str = ""

    @property
    def server_key(self) -> ServerKey:
        return ServerKey(self.platform, self.server)

    def __str__(self) -> str:
        return f"{self.platform}:{self.server}:{self.channel}:{self.thread}"


class Authority(IntEnum):
    """What a person may order on this server. It travels with the message, as the platform vouched for it."""

    MEMBER = 0
    MODERATOR = 1
    ADMIN = 2
    OPERATOR = 3


@dataclass(frozen=True, slots=True)
class Author:
    """A person. `id` is unique on the platform; `name` is what others see, written by a stranger: clean before use."""

    id: str
    name: str
    authority: Authority = Authority.MEMBER


@dataclass(frozen=True, slots=True)
class Place:
    """Readable names of where we are, for `{server}` and `{channel}` in instructions. Written by strangers."""

    server: str = ""
    channel: str = ""
