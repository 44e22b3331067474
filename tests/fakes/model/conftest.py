"""A scripted model and a plain client for it; a request that breaks the contract fails the test."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.model.seen import STREAM, Ask, Seen
from tests.fakes.model.server import CHAT, ModelServer


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
        server.assert_clean()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def ask(model: ModelServer, session: aiohttp.ClientSession) -> Ask:
    async def send(body: dict[str, Any] = STREAM, path: str = CHAT) -> Seen:
        parts, broke = [], False
        async with session.post(model.url + path, json=body) as answer:
            try:
                async for part in answer.content.iter_any():
                    parts.append(part)
            except aiohttp.ClientPayloadError:
                broke = True
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Seen(answer.status, headers, b"".join(parts), broke)

    return send
