"""The thin thread on Discord: one mention, one placeholder, a growing text, the settled answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord import DiscordServer
from tests.fakes.model.server import ModelServer
from tests.scenarios.house import discord_house, settings_for


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server
    server.assert_clean()


async def test_a_mention_is_answered_in_place_while_the_model_writes(redis_url: str, model: ModelServer, discord: DiscordServer) -> None:
    guild = discord.add_guild("Home")
    channel = discord.add_channel("general", guild=guild)
    ada = discord.add_user("Ada", guild=guild)
    more = asyncio.Event()
    model.says("Hello ", "Ada", more, ", how are you?")
    settings = settings_for(
        redis_url, model, discord_bot_token=discord.token, discord_api_url=discord.api_url, discord_gateway_url=discord.gateway_url
    )
    async with discord_house(settings):
        await discord.user_says(channel, ada, f"<@{discord.bot.id}> hi there")
        await discord.wait_for(lambda: [m for m in discord.messages(channel.id) if "Ada" in m.texts[-1] and m.author.id == discord.bot.id])
        more.set()
        await discord.wait_for(lambda: discord.messages(channel.id)[-1].texts[-1] == "Hello Ada, how are you?")
        answer = discord.messages(channel.id)[-1]
        assert answer.texts == ["…", "Hello Ada", "Hello Ada, how are you?"]
