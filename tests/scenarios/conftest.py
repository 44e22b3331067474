"""A local model whose every request is judged."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.model.server import ModelServer


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
    server.assert_clean()
