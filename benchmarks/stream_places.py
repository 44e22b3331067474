"""Where answers stream in the benchmark: a local Discord and a local Slack with the platforms' own limits and a network's delay."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from tests.fakes.discord import DiscordServer
from tests.fakes.discord import Message as DiscordMessage
from tests.fakes.server import Fault, LocalServer, Recorded
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Message as SlackMessage

CALL_SECONDS = 0.06
"""What every call to a platform takes."""

GUILD = 100
"""Channels of one Discord server, each with a conversation of its own."""

SLACK_CHANNELS = 20
"""Channels of the workspace; each conversation is a thread in one of them."""

SLACK_PEOPLE = 50
"""Who asks there: each name is looked up once."""


class Place(ABC):
    """A local platform with `size` conversations, by number from 0."""

    name: str

    def __init__(self, server: LocalServer, size: int) -> None:
        self.server = server
        self.size = size
        self.asked: dict[int, float] = {}
        """When each question left, monotonic seconds."""
        server.faults.add(match=("*", "."), fault=Fault(delay=CALL_SECONDS), times=10**9)

    @property
    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Points a process at it."""

    @abstractmethod
    async def joined(self) -> None:
        """Return when the bot listens."""

    @abstractmethod
    async def ask(self, number: int, text: str) -> None:
        """A mention in conversation `number`."""

    @abstractmethod
    def versions(self, number: int) -> list[tuple[float, str]]:
        """Every text of every message of the bot there with its moment, oldest first."""

    @abstractmethod
    def standing(self, number: int) -> list[str]:
        """What stands there in the end, message by message."""

    @abstractmethod
    def edits(self, since: float) -> int:
        """Calls that changed a message, from that moment on."""

    @property
    @abstractmethod
    def refused(self) -> int:
        """429s so far."""


class DiscordPlace(Place):
    """A channel each."""

    name = "Discord"

    def __init__(self, server: DiscordServer, size: int) -> None:
        super().__init__(server, size)
        self._discord = server
        guilds = [server.add_guild(f"Guild {number}") for number in range(1 + (size - 1) // GUILD)]
        self._channels = [server.add_channel(f"channel-{number}", guild=guilds[number // GUILD]) for number in range(size)]
        self._people = [server.add_user(f"user-{number}", guild=guilds[number // GUILD]) for number in range(size)]

    @property
    def settings(self) -> dict[str, str]:
        server = self._discord
        return {"DISCORD_BOT_TOKEN": server.token, "DISCORD_API_URL": server.api_url, "DISCORD_GATEWAY_URL": server.gateway_url}

    async def joined(self) -> None:
        await self._discord.wait_for(lambda: self._discord.gateway.sessions, timeout=30)

    async def ask(self, number: int, text: str) -> None:
        self.asked[number] = time.monotonic()
        await self._discord.user_says(self._channels[number], self._people[number], f"<@{self._discord.bot.id}> {text}")

    def versions(self, number: int) -> list[tuple[float, str]]:
        return sorted(version for message in self._ours(number) for version in message.versions)

    def standing(self, number: int) -> list[str]:
        return [message.content for message in self._ours(number) if not message.deleted]

    def edits(self, since: float) -> int:
        return _count(self.server.requests, since, "PATCH", "/messages/")

    @property
    def refused(self) -> int:
        return self._discord.limits.refused

    def _ours(self, number: int) -> list[DiscordMessage]:
        return [each for each in self._discord.every_message(self._channels[number]) if each.author is self._discord.bot]


class SlackPlace(Place):
    """A thread each, in one workspace."""

    name = "Slack"

    def __init__(self, server: SlackServer, size: int) -> None:
        super().__init__(server, size)
        self._slack = server
        self._people = [server.add_user(f"user-{number}") for number in range(SLACK_PEOPLE)]
        self._channels = [server.add_channel(f"channel-{number}", members=self._people) for number in range(SLACK_CHANNELS)]
        self._threads: dict[int, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def settings(self) -> dict[str, str]:
        slack = self._slack
        return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}

    async def joined(self) -> None:
        await self._slack.wait_for(lambda: self._slack.sockets.connections, timeout=30)

    async def ask(self, number: int, text: str) -> None:
        self.asked[number] = time.monotonic()
        self._tasks.append(asyncio.create_task(self._says(number, text)))
        await asyncio.sleep(0)

    async def _says(self, number: int, text: str) -> None:
        """Slack waits for the acknowledgement, the next one who asks does not."""
        person, channel = self._people[number % SLACK_PEOPLE], self._channels[number % SLACK_CHANNELS]
        message = await self._slack.says(person, channel, f"<@{self._slack.team.bot_user}> {text}")
        self._threads[number] = message.ts

    def versions(self, number: int) -> list[tuple[float, str]]:
        return sorted((version.at, version.text) for message in self._ours(number) for version in message.versions)

    def standing(self, number: int) -> list[str]:
        return [message.text for message in self._ours(number) if not message.deleted]

    def edits(self, since: float) -> int:
        return sum(_count(self.server.requests, since, "POST", name) for name in ("chat.update", "appendStream", "stopStream"))

    @property
    def refused(self) -> int:
        return sum(self._slack.limits.refused.values())

    def _ours(self, number: int) -> list[SlackMessage]:
        thread, ours = self._threads.get(number, "-"), self._slack.team.bot_user
        timeline = self._channels[number % SLACK_CHANNELS].timeline
        return [each for each in timeline.values() if each.thread_ts == thread and each.user == ours]


def _count(requests: Sequence[Recorded], since: float, method: str, part: str) -> int:
    return sum(each.method == method and part in each.path and each.at >= since for each in requests)


class UnjudgedSlack(SlackServer):
    """Its judge's time would be counted as the bot's."""

    def judge(self, request: Recorded) -> list[str]:
        return []


@asynccontextmanager
async def place(name: str, size: int) -> AsyncIterator[Place]:
    """A fresh one, `discord` or `slack`."""
    if name == "discord":
        async with DiscordServer(judging=False) as discord:
            yield DiscordPlace(discord, size)
    else:
        async with UnjudgedSlack() as slack:
            yield SlackPlace(slack, size)


TITLES: Mapping[str, str] = {"discord": DiscordPlace.name, "slack": SlackPlace.name}
