"""The hourglass on a message that waits."""

import pytest

from adapters.discord.checks import PERMISSIONS
from adapters.discord.opening import Discord
from adapters.discord.waiting import HOURGLASS
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.reply import ReplyAddress
from tests.fakes.discord import Channel, DiscordServer, Message, bits
from tests.fakes.server import Fault


def address_of(message: Message) -> ReplyAddress:
    return ReplyAddress("discord", {"channel": str(message.channel.id), "message": str(message.id), "guild": ""})


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


async def test_it_is_put_and_taken_away_and_twice_is_as_once(server: DiscordServer, rest: Discord, channel: Channel) -> None:
    ana = server.add_user("ana")
    asked = await server.user_says(channel, ana, "hi")
    await server.react(ana, asked, HOURGLASS)
    for waits in (True, True, False, False):
        await rest.platform.show_waiting(address_of(asked), waits)
        assert (server.bot.id in asked.reacted(HOURGLASS)) is waits
    assert asked.reacted(HOURGLASS) == {ana.id}
    assert server.limits.refused == 0
    assert PERMISSIONS.add_reactions


async def test_nothing_is_asked_for_an_address_without_a_message(server: DiscordServer, rest: Discord, channel: Channel) -> None:
    before = len(server.requests)
    await rest.platform.show_waiting(ReplyAddress("discord", {"channel": str(channel.id), "message": "", "guild": ""}), True)
    assert len(server.requests) == before


@pytest.mark.parametrize("waits", [True, False])
async def test_a_message_that_is_gone_is_refused(server: DiscordServer, rest: Discord, channel: Channel, waits: bool) -> None:
    asked = await server.user_says(channel, server.owner, "hi")
    await server.delete_message(asked)
    with pytest.raises(PlatformRefused):
        await rest.platform.show_waiting(address_of(asked), waits)


async def test_without_the_right_to_react_it_is_refused(server: DiscordServer, rest: Discord) -> None:
    asked = await server.user_says(server.add_channel("strict", denied=bits.ADD_REACTIONS), server.owner, "hi")
    with pytest.raises(PlatformRefused):
        await rest.platform.show_waiting(address_of(asked), True)
    await rest.platform.show_waiting(address_of(asked), False)


async def test_a_reaction_that_discord_does_not_know_is_gone(server: DiscordServer, rest: Discord, channel: Channel) -> None:
    asked = await server.user_says(channel, server.owner, "hi")
    unknown = Fault(404, body={"message": "Unknown Emoji", "code": 10014})
    server.faults.add(match=("*", "/reactions/"), fault=unknown, times=2)
    await rest.platform.show_waiting(address_of(asked), False)
    with pytest.raises(PlatformRefused):
        await rest.platform.show_waiting(address_of(asked), True)


async def test_a_discord_that_is_away_is_unavailable(server: DiscordServer, rest: Discord, channel: Channel) -> None:
    asked = await server.user_says(channel, server.owner, "hi")
    server.faults.add(match=("PUT", "/reactions/"), fault=Fault(503, body={}))
    with pytest.raises(PlatformUnavailable):
        await rest.platform.show_waiting(address_of(asked), True)
    await rest.client.close()
    with pytest.raises(PlatformUnavailable):
        await rest.platform.show_waiting(address_of(asked), True)
