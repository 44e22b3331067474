"""What doctor says of the model endpoint: each problem with its remedy."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.llm.probe import model_findings, probe
from bot.vocabulary.finding import Finding, Level
from tests.fakes.model.server import ModelServer
from tests.fakes.server import LocalServer, json_answer


class Endpoint(LocalServer):
    """Answers /models with `status` and `body`."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200
        self.body: Any = {"data": []}
        self.app.router.add_get("/v1/models", self._models)

    async def _models(self, _: web.Request) -> web.StreamResponse:
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status, content_type="text/html")
        return json_answer(self.body, status=self.status)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with Endpoint() as server:
        yield server


async def look(server: LocalServer, *models: str, key: str = "sk-secret") -> list[Finding]:
    found = await probe(base_url=f"{server.url}/v1", api_key=key, models=models)
    assert all(bool(one.remedy) is (one.level is not Level.OK) for one in found)
    assert "sk-secret" not in str(found)
    return found


async def test_all_is_well(server: ModelServer) -> None:
    server.models = ["one", "two:latest"]
    found = await look(server, "one", "two", "one")
    assert [(one.level, one.subject) for one in found] == [
        (Level.OK, "Model endpoint"),
        (Level.OK, "Model key"),
        (Level.OK, "Model one"),
        (Level.OK, "Model two"),
    ]
    assert server.requests[0].headers["Authorization"] == "Bearer sk-secret"


async def test_no_key_is_needed_everywhere(server: ModelServer) -> None:
    found = await look(server, key="")
    assert "Authorization" not in server.requests[0].headers
    assert found[1].seen == "none set, none needed"


async def test_nobody_there(server: ModelServer) -> None:
    await server.stop()
    [finding] = await look(server, "one")
    assert finding.level is Level.FATAL
    assert "OPENAI_BASE_URL" in finding.remedy


@pytest.mark.parametrize(("key", "seen"), [("sk-secret", "the key"), ("", "without a key")])
@pytest.mark.parametrize("status", [401, 403])
async def test_the_key_is_refused(status: int, key: str, seen: str, endpoint: Endpoint) -> None:
    endpoint.status = status
    reached, denied = await look(endpoint, "one", key=key)
    assert (reached.level, denied.level) == (Level.OK, Level.FATAL)
    assert seen in denied.seen
    assert "OPENAI_API_KEY" in denied.remedy


@pytest.mark.parametrize(
    ("status", "body", "level"),
    [
        (200, "<html>", Level.FATAL),
        (200, {"models": []}, Level.FATAL),
        (404, "not found", Level.WARNING),
        (405, "", Level.WARNING),
        (503, "busy", Level.WARNING),
        (429, {}, Level.WARNING),
    ],
)
async def test_no_list(status: int, body: Any, level: Level, endpoint: Endpoint) -> None:
    endpoint.status, endpoint.body = status, body
    [finding] = await look(endpoint, "one")
    assert finding.level is level


async def test_a_model_that_is_not_listed_or_will_end(endpoint: Endpoint) -> None:
    endpoint.body = {"data": [{"id": "old", "shutdown_date": "2027-01-14"}, {"id": "good", "shutdown_date": None}, {"no": "id"}]}
    old, missing, good = (await look(endpoint, "old", "missing", "good"))[2:]
    assert (old.level, missing.level, good.level) == (Level.WARNING, Level.WARNING, Level.OK)
    assert "2027-01-14" in old.seen
    assert "OPENAI_MODEL" in missing.remedy


@pytest.mark.parametrize(("base_url", "levels"), [("", [Level.FATAL, Level.WARNING]), ("http://x/v1", [Level.WARNING, Level.WARNING])])
def test_only_where_the_list_is_complete_a_missing_main_model_is_fatal(base_url: str, levels: list[Level]) -> None:
    assert [one.level for one in model_findings(["main", "other"], listed={}, base_url=base_url)] == levels
