"""Edits and deletions in their order: behind what they are about, before what is said next, also while the store is away."""

import asyncio

import pytest

from adapters.discord import amendments
from bot.errors import StoreUnavailable
from bot.settings import Settings
from bot.vocabulary.door import Source
from bot.vocabulary.inbound import Amended, Inbound
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import listening
from tests.engine.turns.crew import until
from tests.fakes.discord import Channel, DiscordServer, User
from tests.fakes.server import Fault
from tests.scenarios.house import QuickClock


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


@pytest.fixture
def ana(server: DiscordServer) -> User:
    return server.add_user("ana", nick="Ana")


async def test_an_edit_does_not_overtake_its_message_nor_another(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    async def slowly(inbound: Inbound) -> None:
        await asyncio.sleep(0.05)

    door.before = slowly
    async with listening(server, settings, door):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
        await server.edit_message(asked, f"{server.bot.mention} b")
        await server.edit_message(asked, f"{server.bot.mention} c")
        await server.delete_message(asked)
        await server.wait_for(lambda: len(door.amended) == 3)
    assert door.happened == [str(asked.id)] * 4
    assert [amended.text for amended in door.amended] == ["b", "c", None]


async def test_what_is_said_next_does_not_overtake_a_deletion(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    other = server.add_channel("other")
    async with listening(server, settings, door):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
        await server.wait_for(lambda: door.received)
        door.amends.clear()
        await server.delete_message(asked)
        following = await server.user_says(channel, ana, f"{server.bot.mention} b")
        elsewhere = await server.user_says(other, ana, f"{server.bot.mention} c")
        await server.wait_for(lambda: str(elsewhere.id) in door.happened)
        await asyncio.sleep(0.05)
        assert str(following.id) not in door.happened
        door.amends.set()
        await server.wait_for(lambda: str(following.id) in door.happened)
    assert door.happened == [str(asked.id), str(elsewhere.id), str(asked.id), str(following.id)]


async def test_while_the_store_is_away_edits_wait_behind_their_message_and_nothing_else_waits_for_them(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    other = server.add_channel("other")
    async with listening(server, settings, door, QuickClock(10)):
        answered = await server.user_says(other, ana, f"{server.bot.mention} before")
        await server.wait_for(lambda: door.received)
        door.fails = StoreUnavailable("down")
        asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
        await server.edit_message(asked, f"{server.bot.mention} b")
        await server.edit_message(answered, f"{server.bot.mention} after")
        pressed = await server.slash(ana, channel, "usage")
        await server.wait_for(lambda: pressed.text)
        await asyncio.sleep(0.1)
        assert (door.amended, len(door.received)) == ([], 1)
        assert set(door.asked_to_amend) == {str(answered.id)}  # the other message itself has not been taken in yet
        door.fails = None
        await server.wait_for(lambda: len(door.amended) == 2)
    assert {amended.text for amended in door.amended} == {"b", "after"}
    assert [message for message in door.happened if message == str(asked.id)] == [str(asked.id)] * 2


async def test_an_edit_that_is_told_again_is_not_overtaken_by_the_next(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    async with listening(server, settings, door, QuickClock(10)):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
        await server.wait_for(lambda: door.received)
        door.fails = StoreUnavailable("down")
        await server.edit_message(asked, f"{server.bot.mention} b")
        await until(lambda: len(door.asked_to_amend) == 4)  # the next try is far away
        door.fails = None
        await server.edit_message(asked, f"{server.bot.mention} c")
        await server.wait_for(lambda: len(door.amended) == 2)
    assert [amended.text for amended in door.amended] == ["b", "c"]


async def test_a_store_that_stays_away_is_not_told_for_ever(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(server, settings, door, QuickClock(200)):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
        await server.wait_for(lambda: door.received)
        tried = 0

        async def away(amended: Amended) -> None:
            nonlocal tried
            tried += 1
            raise StoreUnavailable("down")

        monkeypatch.setattr(door, "amend", away)
        await server.edit_message(asked, f"{server.bot.mention} b")
        await asyncio.sleep(2 * amendments.PATIENCE / 200)
        monkeypatch.undo()
        await server.edit_message(asked, f"{server.bot.mention} c")
        await server.wait_for(lambda: door.amended)
    assert 5 < tried < 60
    assert [amended.text for amended in door.amended] == ["c"]


async def test_what_waits_for_the_store_does_not_hold_up_the_end(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    async with asyncio.timeout(5), listening(server, settings, door):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
        await server.wait_for(lambda: door.received)
        door.fails = StoreUnavailable("down")
        await server.edit_message(asked, f"{server.bot.mention} b")
        await asyncio.sleep(0.05)


async def test_an_edit_of_what_was_missed_comes_after_it(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    server.faults.add(match=("GET", rf"/channels/{channel.id}/messages"), fault=Fault(delay=0.3))
    async with listening(server, settings, door):
        await server.wait_for(lambda: [request for request in server.requests if request.path.endswith(f"{channel.id}/messages")])
        await server.edit_message(asked, f"{server.bot.mention} b")
        await server.wait_for(lambda: door.amended)
    assert door.happened == [str(asked.id)] * 2
    assert door.received


async def test_an_edit_waits_for_a_server_that_comes_late(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    assert channel.guild is not None
    asked = await server.user_says(channel, ana, f"{server.bot.mention} a")
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    server.gateway.down.add(channel.guild.id)
    async with listening(server, settings, door):
        await server.edit_message(asked, f"{server.bot.mention} b")
        await server.dm(ana, "directly")
        await server.wait_for(lambda: door.received)
        server.outage_ends(channel.guild)
        await server.wait_for(lambda: door.amended)
    assert [event for event in door.happened if event == str(asked.id)] == [str(asked.id)] * 2
    assert len(door.received) == 2
