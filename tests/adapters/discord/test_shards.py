"""Several connections in one process."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from structlog.testing import capture_logs

from adapters.discord.identify import IdentifyTurns
from adapters.discord.opening import Discord
from bot.settings import Settings
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import answering, listening
from tests.engine.turns.crew import until
from tests.fakes.clock import VirtualClock
from tests.fakes.discord import Channel, DiscordServer, Interaction
from tests.fakes.server import Fault
from tests.scenarios.house import QuickClock

SHARDS = 3


@pytest.fixture
def channels(server: DiscordServer) -> list[Channel]:
    """One on each shard, by number."""
    server.gateway.starts.shards = SHARDS
    server.gateway.starts.at_once = SHARDS
    first = (server.ids.next() >> 22) // SHARDS * SHARDS
    guilds = [server.add_guild(f"Guild {number}", snowflake=(first + number) << 22) for number in range(SHARDS)]
    return [server.add_channel(f"channel-{number}", guild=guild) for number, guild in enumerate(guilds)]


async def all_here(server: DiscordServer, count: int = SHARDS) -> None:
    await server.wait_for(lambda: sorted(session.shard[0] for session in server.gateway.sessions.values()) == list(range(count)))


async def ask(server: DiscordServer, channels: Sequence[Channel], text: str) -> None:
    for channel in channels:
        await server.user_says(channel, server.owner, f"{server.bot.mention} {text}")


async def heard(server: DiscordServer, door: Door, *texts: str) -> None:
    await server.wait_for(lambda: sorted(inbound.text for inbound in door.received) == sorted(texts), 10.0)


async def test_every_server_is_heard_once_and_direct_messages_too(
    server: DiscordServer, settings: Settings, door: Door, channels: list[Channel]
) -> None:
    async with listening(server, settings, door) as discord:
        door.on_receive = answering(discord, "yes")
        await all_here(server)
        await ask(server, channels, "hi")
        await server.dm(server.add_user("ana"), "directly")
        await heard(server, door, "hi", "hi", "hi", "directly")
        await door.turns()
        assert [identify["shard"] for identify in sorted(server.gateway.identifies, key=_shard)] == [[n, SHARDS] for n in range(SHARDS)]
        assert len({request.headers["Authorization"] for request in server.requests if request.path.startswith("/api")}) == 1
    assert [len(server.messages(channel)) for channel in channels] == [2] * SHARDS
    assert server.gateway.sessions == {}
    assert len([request for request in server.requests if request.path.endswith("/users/@me")]) == 1


def _shard(identify: dict[str, list[int]]) -> int:
    return identify["shard"][0]


async def test_commands_work_on_every_shard(server: DiscordServer, settings: Settings, door: Door, channels: list[Channel]) -> None:
    async with listening(server, settings, door):
        await all_here(server)
        for channel in channels:
            asked = await server.slash(server.owner, channel, "usage")
            await server.wait_for(partial(_has_reply, asked))
    assert [call.conversation.channel for call in door.calls] == [str(channel.id) for channel in channels]


def _has_reply(asked: Interaction) -> bool:
    return bool(asked.text)


async def test_a_line_that_is_cut_is_resumed_alone(server: DiscordServer, settings: Settings, door: Door, channels: list[Channel]) -> None:
    async with listening(server, settings, door):
        await all_here(server)
        await ask(server, channels, "before")
        await heard(server, door, *["before"] * SHARDS)
        before = {session.shard[0]: session.connection for session in server.gateway.sessions.values()}
        await server.drop_gateway(0, shard=1)
        await ask(server, channels, "meanwhile")
        await heard(server, door, *["before", "meanwhile"] * SHARDS)
        after = {session.shard[0]: session.connection for session in server.gateway.sessions.values()}
    assert (server.gateway.resumes, len(server.gateway.identifies)) == (1, SHARDS)
    assert [before[number] is after[number] for number in range(SHARDS)] == [True, False, True]


async def test_an_event_that_cannot_be_read_costs_one_shard_its_session_and_nobody_an_answer(
    server: DiscordServer, settings: Settings, door: Door, channels: list[Channel]
) -> None:
    async with listening(server, settings, door, QuickClock(20)) as discord:
        door.on_receive = answering(discord, "yes")
        await all_here(server)
        broken = channels[2].guild
        server.gateway.dispatch("MESSAGE_CREATE", lambda _: {"id": "no message"}, guild=broken)
        await server.wait_for(lambda: len(server.gateway.identifies) == SHARDS + 1)
        await ask(server, channels, "still there?")
        await heard(server, door, *["still there?"] * SHARDS)
        await door.turns()
        assert server.gateway.identifies[-1]["shard"] == [2, SHARDS]
        assert len(server.gateway.connections) == SHARDS
    assert [len(server.messages(channel)) for channel in channels] == [2] * SHARDS


async def test_each_shard_has_its_stamp_and_reads_back_only_its_own(
    server: DiscordServer, settings: Settings, door: Door, channels: list[Channel]
) -> None:
    async with listening(server, settings, door, QuickClock(20)):
        await all_here(server)
        await until(lambda: len(door.attendance.stamps) == SHARDS)
        server.gateway.invalidate(shard=1)
        await ask(server, channels, "missed by one")
        await heard(server, door, *["missed by one"] * SHARDS)
        reads = [request.path for request in server.requests if request.method == "GET" and request.path.endswith("/messages")]
        assert reads == [f"/api/v10/channels/{channels[1].id}/messages"]
    assert sorted(source.connection for source in door.attendance.stamps) == ["0/3", "1/3", "2/3"]


async def test_one_connection_says_nothing_of_shards(server: DiscordServer, settings: Settings, door: Door) -> None:
    async with listening(server, settings, door) as discord:
        assert "shard" not in server.gateway.identifies[0]
        assert discord.client.shard_count is None


@pytest.mark.parametrize(("at_once", "least"), [(1, 2 * 0.25), (3, 0.0)])
async def test_identifies_keep_to_the_pace_that_discord_names(
    server: DiscordServer, settings: Settings, door: Door, channels: list[Channel], at_once: int, least: float
) -> None:
    server.gateway.starts.at_once, server.gateway.starts.every = at_once, 0.1
    began = asyncio.get_running_loop().time()
    async with listening(server, settings, door, QuickClock(20)):
        await all_here(server)
        assert asyncio.get_running_loop().time() - began >= least
    assert server.gateway.hasty == 0
    assert len(server.gateway.identifies) == SHARDS


async def test_turns_are_five_seconds_apart_in_a_row_and_rows_do_not_wait_for_each_other() -> None:
    clock = VirtualClock()
    turns, taken = IdentifyTurns(clock), list[tuple[int, float]]()
    turns.at_once = 2

    async def one(shard: int) -> None:
        await turns.take(shard)
        taken.append((shard, clock.elapsed))

    tasks = [asyncio.create_task(one(shard)) for shard in range(5)]
    await clock.advance(20)
    await asyncio.gather(*tasks)
    assert taken == [(0, 0), (1, 0), (2, 5), (3, 5), (4, 10)]


async def test_a_number_of_connections_that_is_not_told_is_asked_for_again(server: DiscordServer, settings: Settings, door: Door) -> None:
    server.faults.add(match=("GET", "/gateway/bot"), fault=Fault(503, body={}), times=2)
    async with listening(server, settings, door, QuickClock(20)):
        assert len(server.gateway.identifies) == 1


async def test_sessions_that_are_used_up_are_waited_for(server: DiscordServer, settings: Settings, door: Door) -> None:
    """One more would make Discord reset the token."""
    server.gateway.starts.remaining, server.gateway.starts.reset_after = 0, 10.0
    with capture_logs() as logs:
        opening = asyncio.create_task(_listen(server, settings, door))
        await server.wait_for(lambda: [request for request in server.requests if request.path.endswith("/gateway/bot")])
        server.gateway.starts.remaining = 1
        await opening
    assert [line["again_in"] for line in logs if line["event"] == "session_starts_used_up"] == [10]


async def _listen(server: DiscordServer, settings: Settings, door: Door) -> Discord:
    async with listening(server, settings, door, QuickClock(20)) as discord:
        return discord
