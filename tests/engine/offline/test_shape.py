"""What the stand-in sends, judged by the published description of the API; and what it takes to start it."""

import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import orjson
import pytest

from bot.offline.server import OfflineServer
from tests.fakes.contracts import contracts_available, openai_judge

judged = pytest.mark.skipif(not contracts_available(), reason="the descriptions of the platforms are not beside this repository")
HELLO = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
HEAVY = ("openai", "pydantic", "httpx2", "redis", "discord", "slack_sdk")


@pytest.fixture
async def session(server: OfflineServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.base_url + "/") as opened:
        yield opened


def _complaints(schema: str, body: object) -> list[str]:
    judge = openai_judge()
    assert judge is not None
    return judge(schema, body)


@judged
@pytest.mark.parametrize(
    ("path", "body", "schema"),
    [
        ("chat/completions", HELLO, "CreateChatCompletionResponse"),
        ("moderations", {"input": ["x", "show me porn"]}, "CreateModerationResponse"),
        ("embeddings", {"model": "m", "input": "x"}, "CreateEmbeddingResponse"),
        ("chat/completions", {"model": "m"}, "ErrorResponse"),
    ],
)
async def test_responses(session: aiohttp.ClientSession, path: str, body: object, schema: str) -> None:
    async with session.post(path, json=body) as answer:
        assert _complaints(schema, await answer.json()) == []


@judged
async def test_models(session: aiohttp.ClientSession) -> None:
    async with session.get("models") as answer:
        assert _complaints("ListModelsResponse", await answer.json()) == []


@judged
async def test_chunks(session: aiohttp.ClientSession) -> None:
    asked = HELLO | {"stream": True, "stream_options": {"include_usage": True}}
    async with session.post("chat/completions", json=asked) as answer:
        events = (await answer.text()).split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    chunks = [orjson.loads(event.removeprefix("data: ")) for event in events[:-2]]
    assert [complaint for chunk in chunks for complaint in _complaints("CreateChatCompletionStreamResponse", chunk)] == []


def test_starting_it_loads_nothing_heavy() -> None:
    code = f"import sys, bot.offline.server; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
