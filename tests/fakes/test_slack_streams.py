"""The local Slack's native streams end, refuse and are counted as Slack's do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.clock import VirtualClock
from tests.fakes.slack.bolted import client_of
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.tiers import RateLimits


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    """Whose events go nowhere."""
    async with SlackServer(transport="http://127.0.0.1:9/", retry_delays=()) as server:
        yield server
    server.assert_clean()


async def started(server: SlackServer) -> dict[str, Any]:
    """A stream under somebody's message: what names it."""
    client, alice = client_of(server), server.add_user("alice")
    general = server.add_channel(members=[alice])
    root = await client.chat_postMessage(channel=general.id, text="root")
    said = await client.chat_startStream(channel=general.id, thread_ts=root["ts"], recipient_user_id=alice.id, recipient_team_id=alice.team)
    return {"channel": general.id, "ts": said["ts"]}


async def test_a_stream_lives_for_five_minutes_whatever_is_appended(server: SlackServer) -> None:
    clock = VirtualClock()
    server.streams.clock = clock.monotonic
    client, where = client_of(server), await started(server)
    for _ in range(3):
        await clock.advance(100.0)
        await client.chat_appendStream(**where, markdown_text="word ")
    await clock.advance(10.0)
    for call in (client.chat_appendStream(**where, markdown_text="late"), client.chat_stopStream(**where)):
        with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
            await call
    await client.chat_update(**where, text="rescued")


async def test_a_stream_that_had_too_much_takes_nothing_any_more(server: SlackServer) -> None:
    client, where = client_of(server), await started(server)
    await client.chat_appendStream(**where, markdown_text="\u4f60" * 3_900)
    for text in ("\u4f60" * 100, "a"):
        with pytest.raises(SlackApiError, match="msg_too_long"):
            await client.chat_appendStream(**where, markdown_text=text)
    await client.chat_stopStream(**where, blocks=[{"type": "divider"}], session_status="active")


async def test_what_people_stopped_takes_nothing_any_more(server: SlackServer) -> None:
    client, where = client_of(server), await started(server)
    server.streams.stopped_by_person(server.world.channels[where["channel"]].timeline[where["ts"]])
    with pytest.raises(SlackApiError, match="stopped_by_user"):
        await client.chat_appendStream(**where, markdown_text="word")


async def test_refusals_can_be_had_one_by_one(server: SlackServer) -> None:
    client, where = client_of(server), await started(server)
    server.streams.refusals["chat.appendStream"].append("restricted_action")
    with pytest.raises(SlackApiError, match="restricted_action"):
        await client.chat_appendStream(**where, markdown_text="a")
    await client.chat_appendStream(**where, chunks=[{"type": "markdown_text", "text": "a"}])


@pytest.mark.parametrize(("method", "most"), [("chat.startStream", 20), ("chat.appendStream", 100), ("chat.stopStream", 20)])
def test_streams_are_counted_by_the_minute(method: str, most: int) -> None:
    now = [0.0]
    limits = RateLimits(clock=lambda: now[0])
    assert [limits.wait(method, "T1") for _ in range(most)] == [None] * most
    assert limits.wait(method, "T1") == 60
    assert limits.wait(method, "T2") is None
    now[0] = 60.0
    assert limits.wait(method, "T1") is None
