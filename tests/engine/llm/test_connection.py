"""Opening and closing the client."""

import subprocess
import sys

import pytest

from bot.llm.connection import open_client
from tests.engine.llm.doubles import OwnClock, hear
from tests.fakes.model.server import ModelServer

LIGHT = "connection, retry, fallback, discover, probe, capabilities"


def test_openai_is_imported_when_a_client_is_opened_and_not_before() -> None:
    code = f"import sys; from bot.llm import {LIGHT}; print([name for name in ('openai', 'httpx2') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


async def test_a_client_that_was_left_answers_no_more(server: ModelServer) -> None:
    async with open_client(base_url=server.base_url, api_key="", clock=OwnClock()) as client:
        assert (await hear(client)).text == "Hello from the model."
    with pytest.raises(RuntimeError, match="closed"):
        await hear(client)
    assert len(server.requests) == 1


async def test_the_environment_does_not_choose_the_endpoint(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    async with open_client(base_url=server.base_url, api_key="", clock=OwnClock()) as client:
        await hear(client)
    assert "sk-other" not in str(server.requests[0].headers)
