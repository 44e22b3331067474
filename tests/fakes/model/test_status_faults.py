"""Refusals and foreign answers, on the wire."""

from typing import Any

import aiohttp
import pytest

from tests.fakes.model.seen import HELLO, STREAM, Ask
from tests.fakes.model.server import ModelServer


@pytest.mark.parametrize("code", [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504])
async def test_status(model: ModelServer, ask: Ask, code: int) -> None:
    model.status(code, headers={"x-should-retry": "false"})
    seen = await ask()
    assert (seen.status, seen.headers["x-should-retry"]) == (code, "false")
    assert set(seen.json["error"]) == {"message", "type", "param", "code"}
    assert model.bills == []


async def test_kinds_of_429(model: ModelServer, ask: Ask) -> None:
    model.rate_limited(retry_after=1.5)
    model.slow_down()
    model.quota_exhausted()
    limited, slow, quota = [await ask() for _ in range(3)]
    assert {seen.status for seen in (limited, slow, quota)} == {429}
    assert limited.headers["retry-after"] == "1.5"
    assert "retry-after" not in quota.headers
    kinds = [(seen.json["error"]["type"], seen.json["error"]["code"]) for seen in (limited, slow, quota)]
    assert kinds == [("requests", "rate_limit_exceeded"), ("rate_limit_error", "slow_down"), ("insufficient_quota",) * 2]


async def test_things_that_are_not_the_api(model: ModelServer, ask: Ask) -> None:
    model.html()
    model.json_error_200()
    model.json_instead_of_stream("All ", "at once")
    html, error, whole = [await ask() for _ in range(3)]
    assert html.headers["content-type"].startswith("text/html")
    assert b"<html>" in html.body
    assert (error.status, error.json["error"]["message"]) == (200, "The upstream model failed.")
    assert whole.headers["content-type"] == "application/json"
    assert whole.json["choices"][0]["message"]["content"] == "All at once"


@pytest.mark.parametrize("body", [HELLO, STREAM])
async def test_hangs_up(model: ModelServer, ask: Ask, body: dict[str, Any]) -> None:
    model.hangs_up()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(body)
    assert (await ask(body)).status == 200
    assert model.disconnects == 0, "it was us"


async def test_parameters_are_refused_while_they_are_sent(model: ModelServer, ask: Ask) -> None:
    model.refuses_parameter("temperature")
    model.refuses_max_tokens()
    model.refuses_tools_with_reasoning()
    tools = {"tools": [{"type": "function", "function": {"name": "f"}}]}
    for body, param in (({"temperature": 1}, "temperature"), ({"max_tokens": 5}, "max_tokens"), (tools, "reasoning_effort")):
        seen = await ask(STREAM | body)
        assert (seen.status, seen.json["error"]["param"], seen.json["error"]["code"]) == (400, param, "unsupported_parameter")
    assert (await ask(STREAM | tools | {"reasoning_effort": "none", "max_completion_tokens": 5})).status == 200
