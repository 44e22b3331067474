"""The real openai client against a scripted model server."""

from collections.abc import AsyncIterator

import pytest

from bot.llm.client import ChatClient
from bot.llm.connection import open_client
from tests.engine.llm.doubles import OwnClock
from tests.fakes.model.server import ModelServer


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as model:
        yield model
        model.assert_clean()


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()


@pytest.fixture
async def client(server: ModelServer, clock: OwnClock) -> AsyncIterator[ChatClient]:
    async with open_client(base_url=server.base_url, api_key="sk-test", clock=clock) as opened:
        yield opened
