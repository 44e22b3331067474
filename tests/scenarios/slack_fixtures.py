"""Fixtures of the scenarios on Slack."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.model.server import ModelServer
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.tiers import RateLimits
from tests.scenarios.slack_house import SPEED, Acme


@pytest.fixture
def slack_mode() -> str:
    """`over_both` puts both transports here."""
    return "socket"


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """A Slack in a hurry, which judges every request at the end."""
    async with SlackServer(retry_delays=(0.0, 0.1, 0.2, 0.4, 0.8), limits=RateLimits(time_scale=1 / SPEED)) as server:
        yield server
    server.assert_clean()


@pytest.fixture
def acme(slack: SlackServer, model: ModelServer, redis_url: str, slack_mode: str) -> Acme:
    """The workspace, with Parley not yet running."""
    return Acme(slack, model, redis_url, slack_mode)
