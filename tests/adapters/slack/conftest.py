"""A local Slack, and Parley's adapter open before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.rendering.pace import Pace
from adapters.slack.app import Slack, open_slack
from adapters.slack.platform import SlackPlatform, open_platform
from bot.clock import SystemClock
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from tests.adapters.slack.doors import RecordingDoor
from tests.fakes.bank import Bank
from tests.fakes.slack.server import SlackServer

MODES = ("socket", "http")


@dataclass
class Bench:
    """Everything a test needs at hand."""

    server: SlackServer
    door: RecordingDoor
    platform: SlackPlatform
    slack: Slack

    def mention(self, text: str) -> str:
        """`text` addressed to our bot."""
        return f"<@{self.server.team.bot_user}> {text}"


def settings_for(server: SlackServer, *, mode: str = "socket", **overrides: Any) -> Settings:
    """Settings of an installation in the first workspace."""
    tokens: dict[str, Any] = {"slack_bot_token": server.bot_token, "slack_app_token": server.app_token}
    tokens |= {"slack_signing_secret": server.signing_secret, "slack_api_url": server.api_url, "slack_mode": mode, "port": 0}
    tokens |= {"slack_streams": "off"}  # streams have tests of their own
    return Settings(_env_file=None, **(tokens | overrides))  # type: ignore[call-arg]  # pydantic-settings' own


@asynccontextmanager
async def opened(server: SlackServer, *, mode: str = "socket", clock: Clock | None = None, **overrides: Any) -> AsyncIterator[Bench]:
    """Parley connected to `server` in one of the two modes; both are closed before this returns."""
    settings, door, clock = settings_for(server, mode=mode, **overrides), RecordingDoor(), clock or SystemClock()
    async with (
        open_platform(settings, pace=Pace(clock, Bank(clock).lender("here")), clock=clock) as platform,
        open_slack(settings, door, platform=platform, clock=clock) as slack,
    ):
        if mode == "http":
            server.transport = slack.address
        else:
            await server.wait_for(lambda: len(server.sockets.connections) == settings.slack_connections)
        yield Bench(server, door, platform, slack)


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    """A Slack that judges every request at the end."""
    async with SlackServer(retry_delays=(0.0, 0.05, 0.1)) as server:
        yield server
    server.assert_clean()


@pytest.fixture(params=MODES)
async def bench(request: pytest.FixtureRequest, server: SlackServer) -> AsyncIterator[Bench]:
    """Parley before the local Slack, over both transports in turn."""
    async with opened(server, mode=request.param) as bench:
        yield bench
