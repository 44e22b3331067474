"""Model servers on this machine: found when they speak the protocol, ignored in every other case."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.llm.discover import USUAL, Candidate, Discovered, discover, first_chat_model
from tests.fakes.model.server import ModelServer
from tests.fakes.server import LocalServer, json_answer


class Other(LocalServer):
    """Whatever else may listen there."""

    def __init__(self) -> None:
        super().__init__()
        self.app.router.add_get("/{kind}/models", self._models)

    async def _models(self, request: web.Request) -> web.StreamResponse:
        answers = {
            "html": web.Response(text="<html>", content_type="text/html"),
            "broken": web.Response(text="{", content_type="application/json"),
            "list": json_answer([1]),
            "empty": json_answer({"data": []}),
            "null": json_answer({"data": None}),
            "error": json_answer({"data": [{"id": "m"}]}, status=500),
        }
        if request.match_info["kind"] == "slow":
            await asyncio.sleep(5)
        return answers[request.match_info["kind"]]


@pytest.fixture
async def other() -> AsyncIterator[Other]:
    async with Other() as server:
        yield server


async def test_it_is_found_with_its_first_model(server: ModelServer) -> None:
    server.models = ["nomic-embed-text", "llama", "qwen"]
    here, gone = Candidate("Here", server.base_url), Candidate("Gone", "http://127.0.0.1:1/v1")
    assert await discover([gone, here], timeout=10) == [Discovered("Here", server.base_url, "llama")]


async def test_nobody_there(server: ModelServer) -> None:
    await server.stop()
    assert await discover([Candidate("Gone", server.base_url)]) == []
    assert await discover([]) == []


@pytest.mark.parametrize("kind", ["html", "broken", "list", "empty", "null", "error", "slow", "absent"])
async def test_somebody_else_there(kind: str, other: Other) -> None:
    path = kind if kind != "absent" else "not/served"
    assert await discover([Candidate(kind, f"{other.url}/{path}")], timeout=0.1) == []


async def test_all_are_asked_at_once(other: Other) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await discover([Candidate("slow", f"{other.url}/slow")] * 5, timeout=0.15)
    assert loop.time() - began < 0.5


def test_the_usual_ports() -> None:
    assert [(one.name, one.base_url.rsplit(":")[-1]) for one in USUAL] == [
        ("Ollama", "11434/v1"),
        ("LM Studio", "1234/v1"),
        ("llama.cpp", "8080/v1"),
        ("vLLM", "8000/v1"),
    ]


@pytest.mark.parametrize("listed", [None, "x", {"data": [{"id": 7}, "x", {"id": ""}, {"id": "text-Embedding-3"}]}])
def test_lists_without_a_chat_model(listed: object) -> None:
    assert first_chat_model(listed) == ""
