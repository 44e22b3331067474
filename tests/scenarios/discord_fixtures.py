"""Fixtures of the scenarios on Discord."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord import DiscordServer
from tests.fakes.model.server import ModelServer
from tests.scenarios.discord_house import SPEED, Home


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    """A Discord in a hurry, which judges every request at the end."""
    async with DiscordServer(time_scale=1 / SPEED) as server:
        yield server
    server.assert_clean()


@pytest.fixture
def home(discord: DiscordServer, model: ModelServer, redis_url: str) -> Home:
    """A server with one channel, and Parley not yet running."""
    guild = discord.add_guild("Home")
    return Home(discord, model, redis_url, guild, discord.add_channel("general", guild=guild))
