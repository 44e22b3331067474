"""The gateway kept open, and ended."""

from collections.abc import Sequence
from functools import partial

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from structlog.testing import capture_logs

from adapters.discord.client import intents_for
from adapters.discord.opening import Discord, open_discord
from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.errors import PlatformUnavailable, SettingsInvalid
from bot.settings import Settings
from bot.vocabulary.reply import ReplyAddress
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door, Journal
from tests.fakes.discord import DiscordServer, bits
from tests.fakes.server import Fault
from tests.scenarios.house import QuickClock


async def test_a_gateway_loop_that_breaks_is_begun_again(server: DiscordServer, settings: Settings, door: Door) -> None:
    channel = server.add_channel("general")
    clock = QuickClock(20)
    door.changed = server.changed
    with capture_logs() as logs:
        async with open_discord(settings, pace=Pace(clock), clock=clock) as opened, opened.listening(door) as gateway:
            for number in (1, 2):
                await opened.client.connected.wait()
                server.gateway.dispatch("MESSAGE_CREATE", lambda _: {"id": "no message"}, guild=None)
                await server.wait_for(partial(_has, server.gateway.identifies, number + 1))
                await opened.client.connected.wait()
                await server.user_says(channel, server.owner, f"{server.bot.mention} {number}")
                await server.wait_for(partial(_has, door.received, number))
                assert opened.client.restarts == number
            assert not gateway.done()
            assert len(server.gateway.connections) == 1
    first, second = (line["again_in"] for line in logs if line["event"] == "gateway_broke")
    assert 0.75 <= first <= 1
    assert 1.5 <= second <= 2
    assert server.gateway.connections == []


def _has(things: Sequence[object], count: int) -> bool:
    return len(things) == count


async def test_a_refused_token_is_explained(server: DiscordServer) -> None:
    clock = SystemClock()
    with pytest.raises(SettingsInvalid, match="DISCORD_BOT_TOKEN"):
        async with open_discord(settings_for(server, discord_bot_token="wrong"), pace=Pace(clock), clock=clock):
            pass


async def test_no_token_is_explained(server: DiscordServer) -> None:
    clock = SystemClock()
    with pytest.raises(SettingsInvalid, match="DISCORD_BOT_TOKEN is not set"):
        async with open_discord(settings_for(server, discord_bot_token=None), pace=Pace(clock), clock=clock):
            pass


async def test_a_discord_that_is_away_at_the_start_may_come_back(server: DiscordServer, settings: Settings) -> None:
    server.faults.add(match=("GET", "/users/@me"), fault=Fault(status=503, body={}))
    clock = SystemClock()
    with pytest.raises(PlatformUnavailable):
        async with open_discord(settings, pace=Pace(clock), clock=clock):
            pass


async def test_an_intent_that_was_not_granted_is_explained(server: DiscordServer, door: Door) -> None:
    server.forbid_intents(bits.MESSAGE_CONTENT)
    clock = SystemClock()
    wanting = settings_for(server, discord_message_content=True)
    async with open_discord(wanting, pace=Pace(clock), clock=clock) as opened, opened.listening(door) as gateway:
        with pytest.raises(SettingsInvalid, match="DISCORD_MESSAGE_CONTENT=off"):
            await gateway


async def test_a_token_that_was_reset_while_we_ran_is_explained(server: DiscordServer, rest: Discord, door: Door) -> None:
    async with rest.listening(door) as gateway:
        await rest.client.connected.wait()
        await server.drop_gateway(4004)
        with pytest.raises(SettingsInvalid, match="DISCORD_BOT_TOKEN"):
            await gateway


async def test_after_listening_answers_still_go_out_and_nothing_more_comes_in(server: DiscordServer, rest: Discord, door: Door) -> None:
    channel = server.add_channel("general")
    async with rest.listening(door):
        await rest.client.connected.wait()
        await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
        door.changed = server.changed
        await server.wait_for(lambda: door.received)
    await server.wait_for(lambda: not server.gateway.sessions)  # 1000: the session is over
    surface = rest.platform.surface(door.received[0].address, log=Journal(), resume=(), pending="")
    await surface.open()
    await surface.abandon()
    assert server.messages(channel)[-1].author is server.bot


async def test_a_worker_needs_no_gateway(server: DiscordServer, rest: Discord) -> None:
    channel = server.add_channel("general")
    address = ReplyAddress("discord", {"channel": str(channel.id), "message": "", "guild": ""})
    await rest.platform.surface(address, log=Journal(), resume=(), pending="").open()
    assert server.gateway.identifies == []
    assert len(server.messages(channel)) == 1


async def test_the_addresses_are_those_of_the_settings_and_put_back(server: DiscordServer, settings: Settings) -> None:
    def addresses() -> tuple[str, yarl.URL]:
        return Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY

    before = addresses()
    clock = SystemClock()
    async with open_discord(settings, pace=Pace(clock), clock=clock):
        assert addresses() == (server.api_url, yarl.URL(server.gateway_url))
    assert addresses() == before
    async with open_discord(settings_for(server, discord_api_url=server.url), pace=Pace(clock), clock=clock):
        assert addresses()[0] == server.api_url


async def test_commands_that_cannot_be_registered_do_not_keep_us_away(server: DiscordServer, rest: Discord, door: Door) -> None:
    channel = server.add_channel("general")
    server.faults.add(match=("PUT", "/commands"), fault=Fault(status=403, body={"code": 50001, "message": "Missing Access"}))
    door.changed = server.changed
    async with rest.listening(door):
        await server.wait_for(lambda: any(r.method == "PUT" and r.status == 403 for r in server.requests))
        await rest.client.connected.wait()
        await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
        await server.wait_for(lambda: door.received)


def test_what_we_ask_for() -> None:
    names = {name for name, wanted in intents_for(message_content=False) if wanted}
    assert names == {"guilds", "guild_messages", "dm_messages"}
    assert intents_for(message_content=True).value == intents_for(message_content=False).value | discord.Intents.message_content.flag
