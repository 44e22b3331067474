"""Parley on a local Discord: a server with a channel, people in it, and the house opened as `parley run discord` does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.engine import Engine
from bot.settings import Settings
from tests.fakes.discord import Channel, DiscordServer, Guild, Interaction, Message, User
from tests.fakes.discord.messages import Mentions
from tests.fakes.model.server import ModelServer
from tests.scenarios.house import QuickClock, discord_house, settings_for

SPEED = 20.0
"""Discord's windows and our pace run this many times faster than by the wall: an edit each 62 ms instead of each 1.25 s."""

DOTS = "…"


@dataclass(frozen=True, slots=True)
class Home:
    """The server that invited us, its channel `general`, and all that stands around it."""

    discord: DiscordServer
    model: ModelServer
    redis_url: str
    guild: Guild
    general: Channel

    def settings(self, **more: object) -> Settings:
        """What the house runs on here; `more` by the settings' names."""
        ours: dict[str, object] = {
            "discord_bot_token": self.discord.token,
            "discord_api_url": self.discord.api_url,
            "discord_gateway_url": self.discord.gateway_url,
        }
        return settings_for(str(more.pop("redis_url", self.redis_url)), self.model, **{**ours, **more})

    @asynccontextmanager
    async def parley(self, **more: object) -> AsyncIterator[Engine]:
        """The house, closed properly at the end: what is in work is finished first. `more` as for `settings`."""
        async with discord_house(self.settings(**more), clock=QuickClock(SPEED)) as engine:
            yield engine

    def person(self, name: str, *, permissions: int = 0, guild: Guild | None = None) -> User:
        """A member of the server."""
        return self.discord.add_user(name.lower(), display=name, guild=guild or self.guild, permissions=permissions)

    def thread(self) -> Channel:
        """A new thread in the channel."""
        return self.discord.add_thread(self.general, "a thread")

    async def asks(self, user: User, text: str, *, channel: Channel | None = None, **more: Any) -> Message:
        """`user` mentions Parley; `more` as in `DiscordServer.user_says`."""
        return await self.says(user, f"<@{self.discord.bot.id}> {text}", channel=channel, **more)

    async def says(self, user: User, text: str, *, channel: Channel | None = None, **more: Any) -> Message:
        """`user` writes without naming Parley, unless `text` does."""
        return await self.discord.user_says(channel or self.general, user, text, **more)

    def written(self, channel: Channel | None = None) -> list[Message]:
        """Parley's messages that everybody sees, oldest first, without deleted ones."""
        return [message for message in self.discord.messages(channel or self.general) if message.author is self.discord.bot]

    def answers(self, channel: Channel | None = None) -> list[str]:
        """What they say now."""
        return [message.content for message in self.written(channel)]

    def ever(self, channel: Channel | None = None) -> list[Message]:
        """As `written`, deleted ones included."""
        return [message for message in self.discord.every_message(channel or self.general) if message.author is self.discord.bot]

    def pinged(self) -> list[Mentions]:
        """Whom any version of any of our messages, here and in all channels, ever pinged."""
        versions = [version for channel in self.discord.channels.values() for message in self.ever(channel) for version in message.history]
        return [version.pings for version in versions if any(version.pings)]

    async def reads(self, *texts: str, channel: Channel | None = None, within: float = 5.0) -> None:
        """Returns once Parley's messages say exactly `texts`."""
        try:
            await self.discord.wait_for(lambda: self.answers(channel) == list(texts), within)
        except TimeoutError:
            seen = [message.texts for message in self.ever(channel)]
            raise AssertionError(f"wanted {list(texts)}, and what stood there was {seen}") from None

    async def order(self, user: User, name: str, *, channel: Channel | None = None, **options: Any) -> Interaction:
        """`user` calls a slash command, and has the whole reply."""
        return await self.told(await self.discord.slash(user, channel or self.general, name, **options))

    async def told(self, asked: Interaction) -> Interaction:
        """The interaction, once its reply stands."""
        await self.discord.wait_for(lambda: asked.text)
        return asked

    async def form(self, user: User, name: str, **options: Any) -> Interaction:
        """`user` calls a slash command that answers with a form."""
        asked = await self.discord.slash(user, self.general, name, **options)
        await self.discord.wait_for(lambda: asked.modal)
        return asked
