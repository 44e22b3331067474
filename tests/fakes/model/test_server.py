"""The scripted model as a server: its script, its records, its other endpoints, its judge."""

import asyncio

import aiohttp
import pytest

from tests.fakes.contracts import contracts_available
from tests.fakes.model.seen import HELLO, STREAM, Ask
from tests.fakes.model.server import CHAT, MODERATIONS, ModelServer


async def test_reads_as_a_conversation(model: ModelServer, ask: Ask) -> None:
    model.answers(lambda request: f"You said {request.last_user}.")
    model.rate_limited(times=2)
    model.says("At last.")
    assert [(await ask()).status for _ in range(2)] == [429, 429]
    assert model.left == 1
    assert (await ask()).text == "At last."
    assert (await ask()).text == "You said hello."
    assert model.left == 0
    assert [request.body for request in model.sent(CHAT)] == [STREAM] * 4
    assert [request.status for request in model.requests] == [429, 429, 200, 200]
    assert [request.last_user for request in model.asked] == ["hello"] * 4


async def test_plans_may_be_for_one_model_and_for_ever(model: ModelServer, ask: Ask) -> None:
    model.status(503, model="weak", times=None)
    model.says("first")
    assert (await ask(STREAM | {"model": "strong"})).text == "first"
    assert [(await ask(STREAM | {"model": "weak"})).status for _ in range(3)] == [503] * 3
    model.clear()
    assert (await ask(STREAM | {"model": "weak"})).status == 200


async def test_a_stopped_server_refuses_and_comes_back(model: ModelServer, ask: Ask) -> None:
    await model.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask()
    await model.start()
    assert (await ask()).status == 200


async def test_notices_that_the_client_left(model: ModelServer, session: aiohttp.ClientSession) -> None:
    model.stall("Hello")
    async with session.post(model.url + CHAT, json=STREAM) as answer:
        await answer.content.readany()
        assert model.disconnects == 0
        answer.close()
    async with asyncio.timeout(5):
        await model.disconnected.wait()
    assert model.disconnects == 1
    assert [(bill.complete, bill.usage["completion_tokens"]) for bill in model.bills] == [(False, 2)]


async def test_stopping_is_not_the_client_leaving(session: aiohttp.ClientSession) -> None:
    async with ModelServer() as model:
        model.stall("Hello")
        answer = await session.post(model.url + CHAT, json=STREAM)
        await answer.content.readany()
    answer.close()
    assert model.disconnects == 0


async def test_moderation_by_script(model: ModelServer, ask: Ask) -> None:
    model.flags("Bad Words", category="harassment", score=0.8)
    model.flags("bad words", category="hate", score=0.6)
    results = (await ask({"input": ["some BAD words", "kill myself"]}, MODERATIONS)).json["results"]
    assert [result["flagged"] for result in results] == [True, False]
    assert {name for name, flag in results[0]["categories"].items() if flag} == {"harassment", "hate"}
    assert results[0]["category_scores"]["harassment"] == 0.8


async def test_faults_of_other_endpoints(model: ModelServer, ask: Ask) -> None:
    model.status(503, at="moderations")
    assert (await ask()).status == 200, "chat is not meant"
    assert (await ask({"input": "x"}, MODERATIONS)).status == 503
    assert (await ask({"input": "x"}, MODERATIONS)).status == 200
    model.moderation_absent()
    assert [(await ask({"input": "x"}, MODERATIONS)).status for _ in range(2)] == [404, 404]
    model.rate_limited(at="embeddings")
    assert (await ask({"model": "m", "input": "x"}, "/v1/embeddings")).status == 429


async def test_models(model: ModelServer, session: aiohttp.ClientSession) -> None:
    model.models = ["a", "b"]
    model.status(401, at="models")
    async with session.get(model.base_url + "/models") as refused:
        assert refused.status == 401
    async with session.get(model.base_url + "/models") as answer:
        assert [entry["id"] for entry in (await answer.json())["data"]] == ["a", "b"]


@pytest.mark.skipif(not contracts_available(), reason="the descriptions of the platforms are not beside this repository")
async def test_requests_are_judged(session: aiohttp.ClientSession) -> None:
    async with ModelServer() as model:
        for path, body in (
            (CHAT, HELLO | {"temperature": 3}),
            (MODERATIONS, {}),
            ("/v1/embeddings", {"model": "m", "input": "x", "dim": 3}),
        ):
            before = len(model.violations)
            async with session.post(model.url + path, json=body) as answer:
                await answer.read()
            assert len(model.violations) > before, path
        with pytest.raises(AssertionError, match="temperature"):
            model.assert_clean()
        async with session.post(model.url + CHAT, json=HELLO | {"unheard_of": 1}) as answer:
            assert "unheard_of" not in model.violations[-1]
    async with ModelServer(strict=True) as model, session.post(model.url + CHAT, json=HELLO | {"unheard_of": 1}):
        assert "unheard_of" in model.violations[-1]
