"""Slack is told that something arrived when it is durable, and not before."""

import asyncio
import gc

import aiohttp
import pytest

from adapters.rendering.pace import Pace
from adapters.slack.app import open_slack
from adapters.slack.platform import open_platform
from bot.clock import SystemClock
from bot.errors import PlatformRefused, PlatformUnavailable
from tests.adapters.slack.conftest import MODES, Bench, opened, settings_for
from tests.adapters.slack.doors import RecordingDoor
from tests.fakes.server import Fault
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, User


def somebody(server: SlackServer) -> tuple[User, Channel]:
    asha = server.add_user("asha")
    return asha, server.add_channel("general", members=[asha])


async def test_what_was_not_kept_is_not_acknowledged_and_comes_again(bench: Bench) -> None:
    asha, channel = somebody(bench.server)
    root = await bench.server.says(asha, channel, "a thread")
    bench.door.down = True
    bench.server.post.ack_timeout = 0.3
    await bench.server.says(asha, channel, "and on", thread_ts=root.ts)
    delivery = bench.server.post.deliveries[-1]
    bench.door.down = False
    await delivery.done.wait()
    first, *_, last = delivery.attempts
    assert (first.acknowledged, first.no_retry, last.acknowledged) == (False, False, True)
    assert len(bench.door.joined) == 1


async def test_a_refusal_over_http_says_503(server: SlackServer) -> None:
    asha, channel = somebody(server)
    async with opened(server, mode="http") as bench:
        bench.door.down = True
        await server.says(asha, channel, bench.mention("hello"))
        await server.delivered()
        assert {attempt.status for delivery in server.post.deliveries for attempt in delivery.attempts} == {503}


@pytest.mark.parametrize("mode", MODES)
async def test_pain_10_a_redelivery_after_a_slow_acknowledgement_is_the_same_message(mode: str) -> None:
    async with SlackServer(time_scale=0.1, retry_delays=(0.0, 0.1)) as server:
        asha = server.add_user("asha")
        async with opened(server, mode=mode) as bench:
            dm = server.world.dm(asha, server.team)
            bench.door.store_up.clear()
            says = asyncio.create_task(server.says(asha, dm, "hello"))
            await server.wait_for(lambda: any(len(d.attempts) == 2 for d in server.post.deliveries))
            bench.door.store_up.set()
            await says
            await server.delivered()
            assert len(bench.door.joined) == 1
            assert {inbound.id for inbound in bench.door.seen} == {bench.door.joined[0].id}
            assert server.post.deliveries[0].acknowledged
        server.assert_clean()


async def test_only_slack_can_sign(server: SlackServer) -> None:
    asha, channel = somebody(server)
    async with opened(server, mode="http") as bench:
        await server.says(asha, channel, bench.mention("hello"))
        body = server.post.deliveries[0].body
        bench.door.joined.clear()
        for signature in ("wrong", "old", "none"):
            delivery = await server.deliver_http(server.transport, body, signature=signature)
            assert {attempt.status for attempt in delivery.attempts} == {401}
        assert bench.door.joined == []


async def test_slack_can_verify_the_address(server: SlackServer) -> None:
    async with opened(server, mode="http"):
        body = {"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB"}
        delivery = await server.deliver_http(server.transport, body)
        assert "3eZbrw1aB" in str(delivery.attempts[0].answer)


async def test_http_listens_on_the_loopback_only_as_it_was_told(server: SlackServer) -> None:
    async with opened(server, mode="http") as bench, aiohttp.ClientSession() as session:
        assert bench.slack.address.startswith("http://127.0.0.1:")
        async with session.get(bench.slack.address) as response:
            assert response.status == 405


async def test_two_connections_and_a_refresh_leave_no_gap(server: SlackServer) -> None:
    asha = server.add_user("asha")
    async with opened(server) as bench:
        dm = server.world.dm(asha, server.team)
        for number in range(12):
            if number == 3:
                await server.sockets.refresh()
            if number == 6:
                server.sockets.abort()
            await server.says(asha, dm, f"message {number}")
        await server.wait_for(lambda: len(server.sockets.connections) == 2)
        await server.delivered()
        assert sorted(one.text for one in bench.door.joined) == sorted(f"message {number}" for number in range(12))
        assert server.sockets.ever == 4


async def test_a_message_in_work_during_a_refresh_is_acknowledged_where_it_came_from(server: SlackServer) -> None:
    asha = server.add_user("asha")
    async with opened(server, slack_connections=1) as bench:
        bench.door.store_up.clear()
        says = asyncio.create_task(server.says(asha, server.world.dm(asha, server.team), "hello"))
        await server.wait_for(lambda: server.post.deliveries and server.post.deliveries[0].attempts[0].connection)
        await server.sockets.refresh()
        bench.door.store_up.set()
        await says
        assert [len(delivery.attempts) for delivery in server.post.deliveries] == [1]
        await server.wait_for(lambda: server.sockets.ever == 2)


@pytest.mark.parametrize("mode", MODES)
async def test_closing_finishes_what_is_in_work(server: SlackServer, mode: str) -> None:
    asha = server.add_user("asha")
    async with opened(server, mode=mode) as bench:
        bench.door.store_up.clear()
        says = asyncio.create_task(server.says(asha, server.world.dm(asha, server.team), "hello"))
        await server.wait_for(lambda: server.calls("users.info"))
        asyncio.get_running_loop().call_later(0.2, bench.door.store_up.set)
    await says
    assert server.post.deliveries[0].acknowledged
    assert len(bench.door.joined) == 1
    assert server.sockets.connections == []


async def test_slack_away_for_a_moment_is_connected_again(server: SlackServer) -> None:
    asha = server.add_user("asha")
    async with opened(server, slack_connections=1) as bench:
        server.faults.add(match=("POST", "apps.connections.open"), fault=Fault(status=503), times=2)
        server.sockets.abort()
        await server.wait_for(lambda: server.sockets.ever == 2)
        await server.says(asha, server.world.dm(asha, server.team), "hello")
        assert len(bench.door.joined) == 1


@pytest.mark.parametrize(
    ("overrides", "fault", "error"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, None, PlatformRefused),
        ({"slack_app_token": "xapp-wrong"}, None, PlatformRefused),
        ({}, Fault(status=503), PlatformUnavailable),
    ],
)
async def test_a_token_that_is_not_good_ends_the_start(
    server: SlackServer, overrides: dict[str, str], fault: Fault | None, error: type[Exception]
) -> None:
    if fault is not None:
        server.faults.add(match=("*", "auth.test"), fault=fault)
    settings, clock = settings_for(server, **overrides), SystemClock()
    async with open_platform(settings, pace=Pace(clock), clock=clock) as platform:
        with pytest.raises(error):
            async with open_slack(settings, RecordingDoor(), platform=platform, clock=clock):
                pass
    gc.collect()  # an unclosed session would warn here, and a warning is an error


async def test_slow_names_do_not_delay_the_acknowledgement(bench: Bench) -> None:
    bench.server.faults.add(match=("*", "(users|conversations).info"), fault=Fault(delay=5.0), times=9)
    asha, channel = somebody(bench.server)
    await bench.server.says(asha, channel, bench.mention("hello"))
    attempts = [attempt for delivery in bench.server.post.deliveries for attempt in delivery.attempts]
    assert [attempt.acknowledged for attempt in attempts] == [True, True]
    assert bench.door.joined[0].author.name == asha.id


async def test_what_slack_cannot_have_sent_is_refused(server: SlackServer) -> None:
    async with opened(server, mode="http") as bench, aiohttp.ClientSession() as session:
        for body in ("{not json", "payload={not json", "", "a=b"):
            async with session.post(bench.slack.address, data=body.encode()) as response:
                assert response.status in (400, 401), body
