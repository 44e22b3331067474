"""The stand-in through the real client: whole, streamed, counted, limited, refused."""

import asyncio

import aiohttp
import openai
import orjson
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from bot.offline.phrases import INTRODUCTION
from bot.offline.server import MODEL, OfflineServer
from bot.offline.standin import StandIn
from bot.vocabulary.tokens import estimate, estimate_prompt

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]


async def _chunks(client: AsyncOpenAI, messages: list[ChatCompletionMessageParam], *, usage: bool = False) -> list[ChatCompletionChunk]:
    options = {"include_usage": True} if usage else None
    stream = await client.chat.completions.create(model="any", messages=messages, stream=True, extra_body={"stream_options": options})
    return [chunk async for chunk in stream]


def _text(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


async def test_whole_and_stream_say_the_same(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="any", messages=HELLO)
    chunks = await _chunks(client, HELLO)
    assert whole.choices[0].message.content == _text(chunks)
    assert whole.choices[0].finish_reason == "stop"
    assert whole.model == "any"


async def test_stream_has_the_order_of_the_api(client: AsyncOpenAI) -> None:
    chunks = await _chunks(client, HELLO, usage=True)
    first, *middle, finish, last = chunks
    assert first.choices[0].delta.role == "assistant"
    assert first.choices[0].delta.content == ""
    assert len(middle) > 20, "word by word"
    assert all(chunk.choices[0].finish_reason is None for chunk in (first, *middle))
    assert finish.choices[0].finish_reason == "stop"
    assert last.choices == []
    assert last.usage is not None
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_no_usage_chunk_unless_asked(client: AsyncOpenAI) -> None:
    chunks = await _chunks(client, HELLO)
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_usage_is_the_estimate_both_ways(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="any", messages=HELLO)
    streamed = (await _chunks(client, HELLO, usage=True))[-1]
    for usage in (whole.usage, streamed.usage):
        assert usage is not None
        assert usage.prompt_tokens == estimate_prompt(["hello"])
        assert usage.completion_tokens == estimate(whole.choices[0].message.content or "")
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_token_limit_cuts_the_answer(client: AsyncOpenAI, name: str) -> None:
    whole = await client.chat.completions.create(model="any", messages=HELLO, extra_body={name: 5})
    assert whole.choices[0].finish_reason == "length"
    assert whole.choices[0].message.content == INTRODUCTION[:20]
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 5


async def test_only_the_first_answer_introduces(client: AsyncOpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [*HELLO, {"role": "assistant", "content": "hi"}, {"role": "user", "content": "again"}]
    later = (await client.chat.completions.create(model="any", messages=messages)).choices[0].message.content
    assert later is not None
    assert "again" in later
    assert INTRODUCTION not in later
    assert "OPENAI_API_KEY" in INTRODUCTION
    assert "OPENAI_BASE_URL" in INTRODUCTION


async def test_json_when_json_is_wanted(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="any", messages=HELLO, response_format={"type": "json_object"})
    assert "hello" in orjson.loads(whole.choices[0].message.content or "")["answer"]


async def test_models(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"model": "m"}, "messages", "missing_required_parameter"),
        ({"messages": [{"role": "user", "content": "x"}]}, None, None),
        ({"model": "m", "messages": []}, "messages", "empty_array"),
        ({"model": "m", "messages": "hello"}, "messages", "invalid_type"),
        ({"model": "m", "messages": ["hello"]}, "messages[0]", "invalid_type"),
        ({"model": "m", "messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role", "invalid_value"),
        ({"model": "m", "messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
        ({"model": "m", "messages": [{"role": "user", "content": 7}]}, "messages[0].content", "invalid_type"),
        ({"model": "m", "messages": HELLO, "max_tokens": 0}, "max_tokens", "integer_below_min_value"),
        ({"model": "m", "messages": HELLO, "max_tokens": "5"}, "max_tokens", "invalid_type"),
        ({"model": "m", "messages": HELLO, "stream": "yes"}, "stream", "invalid_type"),
        ({"model": "m", "messages": HELLO, "stream_options": {"include_usage": True}}, "stream_options", None),
    ],
)
async def test_malformed_requests(client: AsyncOpenAI, body: object, param: str | None, code: str | None) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post("/chat/completions", body=body, cast_to=object)
    assert (caught.value.param, caught.value.code, caught.value.type) == (param, code, "invalid_request_error")
    assert caught.value.request_id


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("POST", "/chat/completions", "{not json", 400),
        ("POST", "/chat/completions", "[]", 400),
        ("GET", "/nowhere", None, 404),
        ("GET", "/chat/completions", None, 405),
    ],
)
async def test_every_refusal_has_the_shape_of_the_api(server: OfflineServer, method: str, path: str, data: str | None, status: int) -> None:
    async with aiohttp.ClientSession() as session, session.request(method, server.base_url + path, data=data) as answer:
        assert answer.status == status
        error = (await answer.json())["error"]
    assert set(error) == {"message", "type", "param", "code"}


async def test_pauses_after_each_word_of_a_stream_only() -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    brain = StandIn(delay=0.25, sleep=sleep)
    async with OfflineServer(brain) as server, AsyncOpenAI(api_key="any", base_url=server.base_url) as client:
        await client.chat.completions.create(model="any", messages=HELLO)
        assert pauses == []
        chunks = await _chunks(client, HELLO)
    assert pauses == [0.25] * (len(chunks) - 2)  # all but the role and the finish


async def test_a_client_that_leaves_ends_the_answer() -> None:
    ended = asyncio.Event()

    async def sleep(_: float) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with OfflineServer(StandIn(delay=1, sleep=sleep)) as server, AsyncOpenAI(api_key="any", base_url=server.base_url) as client:
        stream = await client.chat.completions.create(model="any", messages=HELLO, stream=True)
        await anext(stream)
        await stream.close()
        async with asyncio.timeout(5):
            await ended.wait()


async def test_a_taken_port_is_said_and_leaves_nothing_open(server: OfflineServer) -> None:
    port = int(server.base_url.split(":")[2].split("/")[0])
    with pytest.raises(OSError, match=str(port)):
        async with OfflineServer(port=port):
            pass
