"""What the tests of the Discord adapter share: a local Discord, the settings that lead there, and a door that writes down."""

import warnings
from collections.abc import AsyncIterator

import pytest

with warnings.catch_warnings():
    # discord.py imports `audioop`, which Python 3.11 and 3.12 announce as deprecated; that is not ours to mend
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    import discord  # noqa: F401

from adapters.discord.opening import Discord, open_discord
from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.settings import Settings
from tests.adapters.discord.door import Door
from tests.adapters.discord.payloads import World
from tests.fakes.discord import DiscordServer


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A Discord with one guild; at the end no request may have been against Discord's own description."""
    async with DiscordServer() as server:
        server.add_guild("Home")
        yield server
    server.assert_clean()


@pytest.fixture
def settings(server: DiscordServer) -> Settings:
    """As an operator would set them, with the content intent off."""
    return settings_for(server)


def settings_for(server: DiscordServer, **more: object) -> Settings:
    """Settings that lead to `server`."""
    ours = {"discord_api_url": server.api_url, "discord_gateway_url": server.gateway_url, "discord_bot_token": server.token}
    return Settings.model_validate({**ours, "discord_message_content": False, "parley_admins": (), **more})


@pytest.fixture
async def rest(settings: Settings) -> AsyncIterator[Discord]:
    """Logged in, without a gateway: a worker."""
    clock = SystemClock()
    async with open_discord(settings, pace=Pace(clock), clock=clock) as opened:
        yield opened


@pytest.fixture
def door() -> Door:
    """Takes everything in and answers nothing, until a test says otherwise."""
    return Door()


@pytest.fixture
async def world() -> World:
    """Parsed payloads."""
    return World()
