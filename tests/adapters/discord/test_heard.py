"""How far a connection has listened, and that its stamp never promises too much."""

import asyncio

import pytest

from adapters.discord.channel_order import ChannelOrder
from adapters.discord.heard import Heard, said_at
from adapters.discord.waiting import HOURGLASS
from bot.errors import StoreUnavailable
from bot.settings import Settings
from bot.vocabulary.door import Source
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door, Register
from tests.adapters.discord.listening import listening
from tests.engine.turns.crew import until
from tests.fakes.clock import VirtualClock
from tests.fakes.discord import Channel, DiscordServer, bits
from tests.fakes.server import Fault
from tests.scenarios.house import QuickClock

US = Source("discord", "1", "0/1")
EARLY, LATE = (1_000 << 22), (2_000_000 << 22)
AWAY = StoreUnavailable("down")


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


async def test_the_oldest_that_is_on_its_way_holds_the_stamp_back() -> None:
    register = Register()
    heard = Heard(register, VirtualClock())
    heard.saw(LATE)
    await heard.stamp(US)
    assert register.stamps == {}  # nothing has been read back yet
    heard.complete()
    with heard.taking(EARLY), heard.taking(LATE):
        await heard.stamp(US)
        assert register.stamps == {US: said_at(EARLY)}
    await heard.stamp(US)
    assert register.stamps == {US: said_at(LATE)}
    assert heard.missed() == said_at(LATE)
    heard.saw(LATE * 2)
    await heard.stamp(US)
    assert (register.stamps, heard.missed()) == ({US: said_at(LATE)}, said_at(LATE))


async def test_a_stamp_that_was_not_written_is_written_later() -> None:
    register = Register()
    heard = Heard(register, VirtualClock())
    heard.complete()
    heard.saw(EARLY)
    register.fails = AWAY
    await heard.stamp(US)
    register.fails = None
    await heard.stamp(US)
    assert register.stamps == {US: said_at(EARLY)}


async def test_a_held_message_is_not_taken_for_heard(server: DiscordServer, settings: Settings, door: Door, channel: Channel) -> None:
    stamps = door.attendance.stamps
    async with listening(server, settings, door, QuickClock(20)):
        await until(lambda: len(stamps) == 1)
        door.fails = AWAY
        asked = await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
        await server.wait_for(lambda: asked.reacted(HOURGLASS))
        await server.user_says(channel, server.owner, "nothing for us")
        await until(lambda: said_at(asked.id) in stamps.values())
        await asyncio.sleep(0.6)  # longer than two stamps are apart
        assert list(stamps.values()) == [said_at(asked.id)]  # up to it, and no further
        door.fails = None
        await until(lambda: max(stamps.values()) > said_at(asked.id))


async def test_live_messages_wait_behind_what_is_read_back_in_their_channel_alone(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    other = server.add_channel("other")
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    await server.user_says(channel, server.owner, f"{server.bot.mention} missed")
    server.faults.add(match=("GET", rf"/channels/{channel.id}/messages"), fault=Fault(delay=1.0))
    async with listening(server, settings, door, QuickClock(20)):
        await server.wait_for(lambda: [request for request in server.requests if request.path.endswith(f"{channel.id}/messages")])
        await server.user_says(channel, server.owner, f"{server.bot.mention} live")
        await server.user_says(other, server.owner, f"{server.bot.mention} elsewhere")
        await server.wait_for(lambda: door.received)
        assert [inbound.text for inbound in door.received] == ["elsewhere"]
        assert list(door.attendance.stamps.values()) == [0.0]
        await server.wait_for(lambda: len(door.received) >= 3)
    texts = [inbound.text for inbound in door.received]
    assert texts.index("missed") < texts.index("live")


async def test_a_live_message_that_comes_before_its_server_waits_for_it(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    assert channel.guild is not None
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    await server.user_says(channel, server.owner, f"{server.bot.mention} missed")
    server.gateway.down.add(channel.guild.id)
    async with listening(server, settings, door):
        await server.user_says(channel, server.owner, f"{server.bot.mention} live")
        await server.dm(server.owner, "directly")  # told after it, and does not wait
        await server.wait_for(lambda: door.received)
        server.outage_ends(channel.guild)
        await server.wait_for(lambda: len(door.received) == 4)
    assert [inbound.text for inbound in door.received] == ["directly", "missed", "live", "live"]  # read back, and live: one id


async def test_a_store_that_does_not_tell_the_stamp_costs_nobody_an_answer(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    door.attendance.fails = AWAY
    await server.user_says(channel, server.owner, f"{server.bot.mention} missed")
    async with listening(server, settings, door):
        await server.wait_for(lambda: door.received)
    assert door.received[0].text == "missed"


@pytest.mark.parametrize(("before", "heard"), [(5.0, True), (15.0, False)])
async def test_what_was_said_shortly_before_the_stamp_is_read_back_as_well(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, before: float, heard: bool
) -> None:
    """Discord tells of different servers at different speeds; what is known already the engine recognises."""
    asked = await server.user_says(channel, server.owner, f"{server.bot.mention} missed")
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = said_at(asked.id) + before
    async with listening(server, settings, door, QuickClock(20)):
        await server.user_says(channel, server.owner, f"{server.bot.mention} live")
        await server.wait_for(lambda: any(inbound.text == "live" for inbound in door.received))
    assert any(inbound.text == "missed" for inbound in door.received) is heard


async def test_what_is_missed_while_the_store_is_away_is_held_as_well(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    door.fails = AWAY
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    asked = await server.user_says(channel, server.owner, f"{server.bot.mention} missed")
    async with listening(server, settings, door, QuickClock(20)):
        await server.wait_for(lambda: asked.reacted(HOURGLASS))
        assert list(door.attendance.stamps.values()) == [0.0]
        door.fails = None
        await server.wait_for(lambda: door.received)
        await until(lambda: max(door.attendance.stamps.values()) >= said_at(asked.id))


async def test_a_channel_that_cannot_be_read_costs_the_others_nothing(server: DiscordServer, settings: Settings, door: Door) -> None:
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    bad, good = server.add_channel("bad"), server.add_channel("good")
    for channel in (bad, good):
        await server.user_says(channel, server.owner, f"{server.bot.mention} {channel.name}")
    refused = Fault(403, body={"message": "Missing Access", "code": 50001})
    server.faults.add(match=("GET", rf"/channels/{bad.id}/messages"), fault=refused, times=9)
    async with listening(server, settings, door, QuickClock(20)):
        await server.wait_for(lambda: door.received)
        await server.user_says(bad, server.owner, f"{server.bot.mention} live")
        await server.wait_for(lambda: len(door.received) == 2)
    assert [inbound.text for inbound in door.received] == ["good", "live"]


async def test_a_server_that_comes_late_is_read_back_then(server: DiscordServer, settings: Settings, door: Door, channel: Channel) -> None:
    guild = channel.guild
    assert guild is not None
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    await server.user_says(channel, server.owner, f"{server.bot.mention} missed")
    server.gateway.down.add(guild.id)
    async with listening(server, settings, door, QuickClock(20)):
        await until(lambda: max(door.attendance.stamps.values()) > 0 or len(server.gateway.sessions) == 1)
        await asyncio.sleep(1.6)  # longer than it is waited for
        server.outage_ends(guild)
        await server.wait_for(lambda: door.received)
        server.outage_ends(guild)  # another outage, in which nobody could write
        await server.user_says(channel, server.owner, f"{server.bot.mention} live")
        await server.wait_for(lambda: len(door.received) == 2)
    assert [inbound.text for inbound in door.received] == ["missed", "live"]
    assert len([request for request in server.requests if request.path.endswith(f"{channel.id}/messages")]) == 1


async def test_names_and_rights_are_those_of_the_server_also_for_what_is_read_back(
    server: DiscordServer, door: Door, channel: Channel
) -> None:
    door.attendance.stamps[Source("discord", str(server.bot.id), "0/1")] = 0.0
    ana = server.add_user("ana", nick="Ana the Great", permissions=bits.MANAGE_GUILD)
    await server.user_says(channel, ana, f"{server.bot.mention} missed")
    async with listening(server, settings_for(server), door):
        await server.wait_for(lambda: door.received)
        await server.user_says(channel, ana, f"{server.bot.mention} live")
        await server.wait_for(lambda: len(door.received) == 2)
    assert door.received[0].author == door.received[1].author
    assert door.received[0].author.name == "Ana the Great"


async def test_somebody_who_does_not_wait_any_longer_holds_up_nobody() -> None:
    order, entered = ChannelOrder(), list[int]()
    gate = asyncio.Event()

    async def enter(number: int) -> None:
        async with order.place(1):
            entered.append(number)
            await gate.wait()

    tasks = [asyncio.create_task(enter(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert entered == [0]  # nor does anybody overtake
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert entered == [0, 2]
    assert order._row == {}
