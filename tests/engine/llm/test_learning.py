"""One refusal teaches the client; people notice nothing."""

import asyncio

import pytest

from bot.errors import ModelRejected
from bot.llm.capabilities import profile_for
from bot.llm.client import ChatClient
from bot.llm.connection import open_client
from bot.offline.api_error import ApiError
from bot.vocabulary.model import Sampling
from tests.engine.llm.doubles import OwnClock, hear, request
from tests.engine.llm.test_capabilities import ALL
from tests.fakes.model.server import CHAT, ModelServer

ASKED = request(sampling=ALL)


async def test_the_token_limit_is_renamed_at_once_and_for_good(server: ModelServer, client: ChatClient) -> None:
    server.refuses_max_tokens()
    heard = [await hear(client, ASKED), await hear(client, ASKED)]
    assert [one.text for one in heard] == ["Hello from the model."] * 2
    assert [one.finished.attempts for one in heard] == [2, 1]
    bodies = [sent.body for sent in server.sent(CHAT)]
    assert [("max_tokens" in body, body.get("max_completion_tokens")) for body in bodies] == [(True, None), (False, 100), (False, 100)]


async def test_a_limit_that_is_refused_by_both_names_is_an_error(server: ModelServer, client: ChatClient) -> None:
    server.refuses_parameter("max_tokens")
    server.refuses_parameter("max_completion_tokens")
    heard = [await hear(client, ASKED), await hear(client, ASKED)]
    assert [type(one.error) for one in heard] == [ModelRejected] * 2
    assert len(server.sent(CHAT)) == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("stream_options", "Unrecognized request argument supplied: stream_options"),
        ("reasoning_effort", "json: unknown field 'reasoning_effort'"),
        ("verbosity", ""),
        ("seed", ""),
        ("logit_bias", ""),
        ("response_format", ""),
        ("stop", ""),
        ("presence_penalty", ""),
        ("stream", "Your organization must be verified to stream this model."),
    ],
)
async def test_what_is_refused_is_left_out(name: str, message: str, server: ModelServer, client: ChatClient) -> None:
    server.refuses_parameter(name, message)
    heard = await hear(client, ASKED)
    assert heard.text == "Hello from the model."
    first, second = [sent.body for sent in server.sent(CHAT)]
    assert first.keys() - second.keys() == ({"stream", "stream_options"} if name == "stream" else {name})
    assert (await hear(client, ASKED)).finished.attempts == 1


async def test_no_usage_option_means_an_estimate(server: ModelServer, client: ChatClient) -> None:
    server.refuses_parameter("stream_options", code="unknown_parameter")
    assert (await hear(client)).finished.usage.estimated


async def test_sampling_with_reasoning(server: ModelServer, clock: OwnClock) -> None:
    def reasons(body: dict[str, object]) -> bool:
        return body.get("reasoning_effort") != "none" and "temperature" in body

    server.refuses_parameter("temperature", code="unsupported_value", when=reasons)  # type: ignore[arg-type]
    async with open_client(base_url=server.base_url, api_key="k", clock=clock, profile=profile_for("")) as client:
        for effort in (None, None, "none", "high"):
            await hear(client, request(sampling=Sampling(temperature=0.5, top_p=0.9, reasoning_effort=effort)))
    tempered = [("temperature" in sent.body, "top_p" in sent.body) for sent in server.sent(CHAT)]
    assert tempered == [(True, True), (False, False), (False, False), (True, True), (False, False)]


async def test_an_effort_that_it_does_not_know(server: ModelServer, clock: OwnClock) -> None:
    said = "Unsupported value: 'none' is not supported with this model. Supported values are: 'low', 'medium', and 'high'."
    server.refuses_parameter("reasoning_effort", said, code="unsupported_value", when=lambda body: body.get("reasoning_effort") == "none")
    async with open_client(base_url=server.base_url, api_key="k", clock=clock, profile=profile_for("")) as client:
        await hear(client, ASKED)
    assert [(sent.body["reasoning_effort"], "temperature" in sent.body) for sent in server.sent(CHAT)] == [("none", True), ("low", False)]


async def test_at_most_four_repairs_in_a_call_and_the_next_call_goes_on(server: ModelServer, client: ChatClient) -> None:
    for name in ("seed", "stop", "logit_bias", "verbosity", "presence_penalty", "frequency_penalty"):
        server.refuses_parameter(name)
    first, second = [await hear(client, ASKED) for _ in range(2)]
    assert type(first.error) is ModelRejected
    assert second.finished.attempts == 3
    assert len(server.sent(CHAT)) == 5 + 3


async def test_many_learn_the_same_thing_together(server: ModelServer, client: ChatClient) -> None:
    server.refuses_max_tokens()
    heard = await asyncio.gather(*(hear(client, ASKED) for _ in range(10)))
    assert {one.text for one in heard} == {"Hello from the model."}
    assert "max_completion_tokens" in server.sent(CHAT)[-1].body


@pytest.mark.parametrize(
    "error",
    [
        ApiError("maximum context length is 10 tokens", param="messages", code="context_length_exceeded"),
        ApiError("max_tokens is too large: 100", param="max_tokens", code="invalid_value"),
        ApiError("Your words 'seed' and 'stop' are fine.", code="invalid_prompt_shape"),
    ],
)
async def test_other_refusals_teach_nothing(error: ApiError, server: ModelServer, client: ChatClient) -> None:
    server.refuses(error)
    assert type((await hear(client, ASKED)).error) is ModelRejected
    assert len(server.sent(CHAT)) == 1
    await hear(client, ASKED)
    assert server.sent(CHAT)[1].body == server.sent(CHAT)[0].body
