"""What the moderation endpoint says, and what is made of an answer that is none."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.errors import ModerationAbsent, ModerationUnavailable
from bot.moderation.connection import open_endpoint
from bot.moderation.endpoint import ModerationEndpoint
from bot.offline.api_error import json_response
from bot.offline.moderation import moderation
from tests.engine.moderation.conftest import MODEL
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import MODERATIONS, ModelServer
from tests.fakes.server import Fault

GOOD: Mapping[str, Any] = moderation({"input": ["x"]}, lambda _: {}, model=MODEL)["results"][0]
SHAPES: Mapping[str, Any] = {
    "no results": {"id": "modr-1", "model": MODEL},
    "results null": {"results": None},
    "results empty": {"results": []},
    "result null": {"results": [None]},
    "result a text": {"results": ["clean"]},
    "result empty": {"results": [{}]},
    "categories null": {"results": [{**GOOD, "categories": None}]},
    "categories a list": {"results": [{**GOOD, "categories": ["hate"]}]},
    "scores null": {"results": [{**GOOD, "category_scores": None}]},
    "score a word": {"results": [{**GOOD, "category_scores": {"hate": "high"}}]},
    "an error": {"error": {"message": "The upstream model failed."}},
    "a list": [],
    "a text": "fine",
    "null": None,
}


def answers(server: ModelServer, body: Any) -> None:
    async def act(_: Exchange) -> Any:
        return json_response(body)

    server.plan(act, at="moderations", times=None)


async def test_every_text_is_asked_about_in_one_request(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    verdict = await endpoint.judge(["one", "two", "three"])
    assert verdict.flagged == ()
    assert [(request.path, request.body) for request in server.requests] == [
        (MODERATIONS, {"input": ["one", "two", "three"], "model": MODEL})
    ]


async def test_categories_of_all_texts_come_together_under_the_apis_own_names(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    server.flags("insult", category="harassment/threatening", score=0.7)
    server.flags("insult twice", category="harassment/threatening", score=0.9)
    server.flags("knife", category="self-harm/instructions", score=0.8)
    verdict = await endpoint.judge(["an INSULT", "nothing", "a knife", "an insult twice"])
    assert sorted(verdict.flagged) == ["harassment/threatening", "self-harm/instructions"]
    assert verdict.scores["harassment/threatening"] == 0.9
    assert verdict.scores["self-harm/instructions"] == 0.8
    assert verdict.scores["sexual/minors"] < 0.01


async def test_flagged_without_a_category_is_flagged_all_the_same(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    answers(server, {"results": [{**GOOD, "flagged": True}]})
    assert (await endpoint.judge(["x"])).flagged == ("unspecified",)


async def test_a_category_that_does_not_apply_may_be_null(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    answers(server, {"results": [{**GOOD, "categories": {"illicit": None, "hate": True}, "category_scores": {"illicit": None, "hate": 1}}]})
    verdict = await endpoint.judge(["x"])
    assert verdict.flagged == ("hate",)
    assert (verdict.scores["illicit"], verdict.scores["hate"]) == (0.0, 1.0)


async def test_a_text_without_a_verdict_does_not_pass(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    answers(server, {"results": [GOOD]})
    await endpoint.judge(["one"])
    with pytest.raises(ModerationUnavailable):
        await endpoint.judge(["one", "two"])


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_answer_of_another_shape_is_no_verdict(server: ModelServer, endpoint: ModerationEndpoint, shape: str) -> None:
    answers(server, SHAPES[shape])
    with pytest.raises(ModerationUnavailable):
        await endpoint.judge(["x"])


@pytest.mark.parametrize("code", [400, 401, 403, 422])
async def test_a_refusal_is_no_verdict_and_is_not_repeated(server: ModelServer, endpoint: ModerationEndpoint, code: int) -> None:
    server.status(code, at="moderations", times=None)
    with pytest.raises(ModerationUnavailable, match=f"status {code}") as refused:
        await endpoint.judge(["x"])
    assert not isinstance(refused.value, ModerationAbsent)
    assert len(server.requests) == 1


async def test_an_endpoint_without_moderation_is_told_apart(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    server.moderation_absent()
    with pytest.raises(ModerationAbsent):
        await endpoint.judge(["x"])


async def test_a_web_page_is_no_verdict(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    server.html(at="moderations")
    with pytest.raises(ModerationUnavailable):
        await endpoint.judge(["x"])


async def test_what_passes_is_asked_again(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    server.status(503, headers={"retry-after-ms": "1"}, at="moderations")
    server.flags("bad", category="hate")
    assert (await endpoint.judge(["bad"])).flagged == ("hate",)


async def test_an_endpoint_that_is_away_is_no_verdict(server: ModelServer, endpoint: ModerationEndpoint) -> None:
    await server.stop()
    with pytest.raises(ModerationUnavailable):
        await endpoint.judge(["x"])


async def test_the_whole_wait_is_bounded_however_often_it_is_asked_again(server: ModelServer) -> None:
    server.faults.add(match=("POST", MODERATIONS), fault=Fault(status=503, headers={"retry-after": "30"}), times=9)
    loop = asyncio.get_running_loop()
    async with open_endpoint(base_url=server.base_url, api_key="", model=MODEL, seconds=0.2) as endpoint:
        began = loop.time()
        with pytest.raises(ModerationUnavailable, match="TimeoutError"):
            await endpoint.judge(["x"])
        assert loop.time() - began < 2
