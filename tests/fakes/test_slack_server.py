"""The local Slack and real bolt apps: both transports, signatures, redelivery, several connections."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.bolted import app_of, client_of, connected
from tests.fakes.slack.post_office import PostOffice
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Message


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        yield running
        running.assert_clean()


def texts(message: Message) -> list[str]:
    return [version.text for version in message.versions]


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_mention_is_answered_in_its_thread(server: SlackServer, transport: str) -> None:
    server.transport = transport
    app, seen = app_of(server), []

    @app.event("app_mention")
    async def mention(event: dict[str, Any], client: AsyncWebClient) -> None:
        seen.append(("app_mention", event["ts"]))
        posted = await client.chat_postMessage(channel=event["channel"], text="…", thread_ts=event["ts"])
        await client.chat_update(channel=event["channel"], ts=posted["ts"], text="Hello!")

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        seen.append(("message", event["ts"]))

    alice = server.add_user("alice")
    general = server.add_channel(members=[alice])
    async with connected(server, app):
        asked = await server.says(alice, general, f"<@{server.team.bot_user}> hi &amp; hello")
        await server.wait_for(lambda: server.from_bot(general) and server.from_bot(general)[0].text == "Hello!")
        await server.delivered()
    [answer] = server.from_bot(general)
    assert (answer.thread_ts, texts(answer)) == (asked.ts, ["…", "Hello!"])
    assert sorted(seen) == [("app_mention", asked.ts), ("message", asked.ts)]
    events = [d.body["event"] for d in server.post.deliveries]
    assert [(e["type"], e.get("subtype"), "bot_id" in e) for e in events] == [
        ("app_mention", None, False),
        ("message", None, False),
        ("message", None, True),
        ("message", "message_changed", False),
    ]
    assert len({d.body["event_id"] for d in server.post.deliveries}) == 4
    assert all(d.acknowledged and len(d.attempts) == 1 for d in server.post.deliveries)


async def test_signatures_and_url_verification() -> None:
    async with SlackServer(transport="http", retry_delays=()) as server:
        app, heard = app_of(server), asyncio.Event()

        @app.event("app_home_opened")
        async def opened(event: dict[str, Any]) -> None:
            heard.set()

        greeting = {"type": "url_verification", "challenge": "abc"}
        alice = server.add_user("alice")
        async with connected(server, app):
            for signature in ("wrong", "old", "none"):
                refused = await server.deliver_http(server.transport, greeting, signature=signature)
                assert [a.status for a in refused.attempts] == [401]
            assert (await server.deliver_http(server.transport, greeting)).answer == {"challenge": "abc"}
            assert (await server.opens_home(alice)).acknowledged
            await asyncio.wait_for(heard.wait(), 2)


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_late_acknowledgement_brings_the_event_again(transport: str) -> None:
    async with SlackServer(transport=transport, time_scale=0.1, retry_delays=(0.0,)) as server:
        app, second, ran = app_of(server), asyncio.Event(), []

        @app.middleware
        async def slow_once(req: Any, next: Any) -> None:
            if req.headers.get("x-slack-retry-num", ["0"])[0] == "0":
                await second.wait()
            second.set()
            await next()

        @app.event("message")
        async def message(event: dict[str, Any], req: Any) -> None:
            ran.append(req.headers.get("x-slack-retry-num"))
            server.changed()

        alice = server.add_user("alice")
        async with connected(server, app):
            await server.says(alice, server.add_channel("dm", kind="im", members=[alice]), "hello?")
            await server.delivered()
            await server.wait_for(lambda: len(ran) == 2)
        [delivery] = server.post.deliveries
        late, good = delivery.attempts
        assert (late.acknowledged, late.failure) == (False, "timeout" if transport == "socket" else "http_timeout")
        assert (good.acknowledged, good.retry_num, good.retry_reason) == (True, 1, late.failure)
        assert good.sent_at - late.sent_at >= 0.3
        assert (late.answered_at is not None) == (transport == "socket")  # over HTTP, Slack has hung up by then
        assert ["1"] in ran
        again = await server.redeliver(delivery)
        assert again is delivery
        assert len(delivery.attempts) == 3


async def test_a_refusal_with_no_retry_ends_it(server: SlackServer) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"} if "final" in request.query else {})

    server.post = PostOffice(ack_timeout=1, retry_delays=(0.0, 0.0, 0.0), changed=server.changed)
    bot = web.Application()
    bot.router.add_post("/", refuse)
    runner = web.AppRunner(bot)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        stubborn = await server.deliver_http(url, {"type": "event_callback"})
        assert [(a.status, a.retry_num, a.retry_reason) for a in stubborn.attempts] == [
            (500, 0, None),
            (500, 1, "http_error"),
            (500, 2, "http_error"),
            (500, 3, "http_error"),
        ]
        final = await server.deliver_http(url + "?final=1", {"type": "event_callback"})
        assert len(final.attempts) == 1
    finally:
        await runner.cleanup()


async def test_connections_take_turns_and_come_back(server: SlackServer) -> None:
    app = app_of(server)

    @app.event("message")
    async def message() -> None:
        return None

    alice = server.add_user("alice")
    dm = server.world.dm(alice, server.team)
    async with connected(server, app, connections=2):
        for text in "abcd":
            await server.says(alice, dm, text)
        used = [delivery.attempts[0].connection or 0 for delivery in server.post.deliveries]
        assert sorted(used) == [1, 1, 2, 2]
        await server.sockets.refresh()
        await server.wait_for(lambda: server.sockets.ever == 3 and len(server.sockets.connections) == 2)
        server.sockets.abort()
        await server.wait_for(lambda: server.sockets.ever == 4 and len(server.sockets.connections) == 2)
        await server.says(alice, dm, "still there?")
        assert server.post.deliveries[-1].attempts[0].connection in (3, 4)


async def test_an_outage_of_slack_itself(server: SlackServer) -> None:
    app, heard = app_of(server), []

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])
        server.changed()

    alice = server.add_user("alice")
    dm = server.world.dm(alice, server.team)
    async with connected(server, app):
        await server.stop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await client_of(server).auth_test()
        await server.start()
        await server.wait_for(lambda: server.sockets.ever == 2)
        await server.says(alice, dm, "back?")
        await server.wait_for(lambda: heard == ["back?"])
