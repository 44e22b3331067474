"""A stand-in that does not pause between words, and the real client for it."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from bot.offline.server import OfflineServer
from bot.offline.standin import StandIn


@pytest.fixture
async def server() -> AsyncIterator[OfflineServer]:
    async with OfflineServer(StandIn(delay=0)) as running:
        yield running


@pytest.fixture
async def client(server: OfflineServer) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key="any", base_url=server.base_url, max_retries=0) as opened:
        yield opened
