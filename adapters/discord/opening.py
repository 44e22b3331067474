"""Discord opened in two steps, closed in reverse: logged in (REST, all a worker needs), then listening."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.client import ParleyClient
from adapters.discord.command_tree import payload_of, synchronise
from adapters.discord.gateway import LOGIN_REFUSED
from adapters.discord.headers import Headers
from adapters.discord.identify import IdentifyTurns
from adapters.discord.platform import DiscordPlatform
from adapters.discord.refusals import FAILURES, translated
from adapters.discord.shards import Shards
from adapters.rendering.pace import Pace
from bot.errors import PlatformError, PlatformUnavailable, SettingsInvalid
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import AttentiveDoor
from bot.vocabulary.tasks import end

log = structlog.get_logger("discord")

API = "api/v10"
"""Added to a DISCORD_API_URL that names a host alone."""


@dataclass(frozen=True, slots=True)
class Discord:
    """Logged in as the bot of `application`. `platform` can answer from here on."""

    application: discord.AppInfo
    client: ParleyClient
    platform: DiscordPlatform
    settings: Settings
    clock: Clock

    @asynccontextmanager
    async def listening(self, door: AttentiveDoor) -> AsyncIterator[asyncio.Task[None]]:
        """The gateway is open while inside, and events go to `door`; answers that still run can go on afterwards.

        Yields the task that keeps its connections open: it ends only by raising `SettingsInvalid`, so await it beside whatever else runs.
        """
        wanted = payload_of(door.commands)
        shards = Shards(self.client, door, settings=self.settings, clock=self.clock)
        gateway = asyncio.create_task(shards.run(), name="discord gateway")
        registration = asyncio.create_task(self._register(wanted), name="discord commands")
        try:
            yield gateway
        finally:
            await end(gateway, registration)
            await shards.close()

    async def _register(self, wanted: list[dict[str, Any]]) -> None:
        try:
            changed = await synchronise(self.client, wanted, application=self.application.id)
        except PlatformError as error:  # what was registered before still works
            log.warning("commands_not_registered", error=str(error))
        else:
            log.info("commands_registered" if changed else "commands_unchanged", count=len(wanted))


@asynccontextmanager
async def open_discord(settings: Settings, *, pace: Pace, clock: Clock) -> AsyncIterator[Discord]:
    """Logs in. Raises `SettingsInvalid` for a token that is missing or refused, `PlatformUnavailable` when Discord is away."""
    if settings.discord_bot_token is None:
        raise SettingsInvalid("DISCORD_BOT_TOKEN is not set.")
    with pointed_at(settings):
        headers = Headers(pace)
        client = ParleyClient(message_content=settings.discord_message_content, turns=IdentifyTurns(clock), http_trace=headers.trace())
        try:
            application = await log_in(client, settings.discord_bot_token.get_secret_value())
            most = settings.answer_file_messages
            platform = DiscordPlatform(client, pace=pace, clock=clock, headers=headers, file_after=most)
            yield Discord(application, client, platform, settings, clock)
        finally:
            await client.close()


async def log_in(client: discord.Client, token: str) -> discord.AppInfo:
    """The application that `token` belongs to. Raises `SettingsInvalid`, `PlatformUnavailable` or `PlatformRefused`."""
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise SettingsInvalid(LOGIN_REFUSED) from error
    except FAILURES as error:
        raise translated(error) from error
    if client.application is None:
        raise PlatformUnavailable("Discord did not say which application this is")
    return client.application


@contextmanager
def pointed_at(settings: Settings) -> Iterator[None]:
    """Points discord.py, whose addresses are process-wide, where the settings say; puts them back."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    if settings.discord_api_url:
        address = yarl.URL(settings.discord_api_url)
        Route.BASE = str(address if address.path.strip("/") else address / API)
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
