"""The real openai client against a scripted moderation endpoint."""

from collections.abc import AsyncIterator

import pytest

from bot.moderation.connection import open_endpoint
from bot.moderation.endpoint import ModerationEndpoint
from bot.moderation.incidents import Incidents
from bot.store.connection import Store
from tests.fakes.model.server import ModelServer

MODEL = "some-moderation-model"


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as model:
        yield model
        model.assert_clean()


@pytest.fixture
async def endpoint(server: ModelServer) -> AsyncIterator[ModerationEndpoint]:
    async with open_endpoint(base_url=server.base_url, api_key="sk-test", model=MODEL, seconds=5) as opened:
        yield opened


@pytest.fixture
def incidents(store: Store) -> Incidents:
    return Incidents(store)
