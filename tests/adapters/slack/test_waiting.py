"""The sign on a message that waits for its turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.slack.failures import error_code
from adapters.slack.waiting import SIGN
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import ReplyAddress
from tests.adapters.slack.conftest import Bench, opened
from tests.fakes.server import Fault
from tests.fakes.slack.server import SCOPES, SlackServer
from tests.fakes.slack.workspace import Message


@asynccontextmanager
async def waiting(server: SlackServer) -> AsyncIterator[tuple[Platform, ReplyAddress, Message]]:
    """A message in a thread, and the address that its answer goes to."""
    async with opened(server) as bench:
        address, message = await said(bench)
        yield bench.platform, address, message


async def said(bench: Bench) -> tuple[ReplyAddress, Message]:
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    root = await bench.server.says(asha, channel, "a beginning")
    message = await bench.server.says(asha, channel, bench.mention("hello"), thread_ts=root.ts)
    return bench.door.joined[0].address, message


def signs(server: SlackServer) -> dict[str, set[str]]:
    """Who put the sign on what, over all channels."""
    found = (message for channel in server.world.channels.values() for message in channel.timeline.values())
    return {message.text: message.reactions[SIGN] for message in found if message.reactions.get(SIGN)}


async def test_it_is_put_on_the_message_that_waits_and_taken_away(bench: Bench) -> None:
    address, message = await said(bench)
    await bench.platform.show_waiting(address, True)
    assert signs(bench.server) == {message.text: {bench.server.team.bot_user}}
    await bench.platform.show_waiting(address, False)
    assert signs(bench.server) == {}


async def test_twice_is_as_once(server: SlackServer) -> None:
    """Another process may have done it, or our own answer from Slack was lost."""
    async with waiting(server) as (platform, address, message):
        for _ in range(2):
            await platform.show_waiting(address, True)
        assert list(signs(server)) == [message.text]
        for _ in range(2):
            await platform.show_waiting(address, False)
    assert signs(server) == {}


@pytest.mark.parametrize("waits", [True, False])
async def test_a_message_that_is_gone_is_refused(server: SlackServer, waits: bool) -> None:
    async with waiting(server) as (platform, address, message):
        await server.deletes(message)
        with pytest.raises(PlatformRefused) as refused:
            await platform.show_waiting(address, waits)
    assert error_code(refused.value) == "message_not_found"


async def test_an_app_that_was_installed_without_the_scope_is_refused() -> None:
    async with SlackServer(scopes=[scope for scope in SCOPES if scope != "reactions:write"]) as server:
        async with waiting(server) as (platform, address, _):
            with pytest.raises(PlatformRefused) as refused:
                await platform.show_waiting(address, True)
        assert error_code(refused.value) == "missing_scope"
        server.assert_clean()


async def test_taking_away_is_what_slack_limits_more_and_it_says_for_how_long(server: SlackServer) -> None:
    server.limits.per_minute["reactions.remove"] = 1
    async with waiting(server) as (platform, address, _):
        await platform.show_waiting(address, True)
        await platform.show_waiting(address, False)
        with pytest.raises(PlatformUnavailable) as limited:
            await platform.show_waiting(address, False)
    assert 59 <= (limited.value.retry_after or 0) <= 60


async def test_slack_away_may_pass(server: SlackServer) -> None:
    server.faults.add(match=("POST", "reactions.add"), fault=Fault(status=503))
    async with waiting(server) as (platform, address, _):
        with pytest.raises(PlatformUnavailable):
            await platform.show_waiting(address, True)
