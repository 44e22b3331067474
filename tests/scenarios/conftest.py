"""A local model whose every request is judged."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.model.server import ModelServer
from tests.scenarios.discord_fixtures import discord as discord
from tests.scenarios.discord_fixtures import home as home
from tests.scenarios.slack_fixtures import acme as acme
from tests.scenarios.slack_fixtures import slack as slack
from tests.scenarios.slack_fixtures import slack_mode as slack_mode


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
    server.assert_clean()
