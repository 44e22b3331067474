"""The real openai client on a real socket: what is sent, what comes, and how it ends."""

import asyncio
import re
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web

from bot.errors import (
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelError,
    ModelNonsense,
    ModelRejected,
    ModelSlow,
    ModelUnknown,
    QuotaExhausted,
    StreamCut,
)
from bot.llm.capabilities import Profile, profile_for
from bot.llm.client import ChatClient
from bot.llm.connection import open_client
from bot.offline.api_error import ApiError, json_response
from bot.offline.sse import usage_object
from bot.vocabulary.model import Finished, Reasoning, Refusal, Text, Usage
from bot.vocabulary.tokens import estimate, estimate_prompt
from tests.engine.llm.doubles import MESSAGES, Heard, OwnClock, hear, request
from tests.fakes.model.sayings import Manner
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import CHAT, ModelServer


async def test_an_answer_is_its_deltas_and_one_end(server: ModelServer, client: ChatClient) -> None:
    usage = usage_object(20, 9, cached=5, cache_write=3, reasoning=4)
    server.says("Hel", "lo ", "漢🙂", manner=Manner(thinks=("Let me", " see."), usage=usage))
    heard = await hear(client)
    said = [Reasoning("Let me see."), Text("Hello 漢🙂")]
    counted = Usage(input=20, output=9, cached=5, cache_write=3, reasoning=4)
    assert heard.told == [*said, Finished("stop", "test-model", counted, service_tier="default")]
    [sent] = server.sent(CHAT)
    assert sent.headers["Authorization"] == "Bearer sk-test"
    assert (sent.body["stream"], sent.body["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize("manner", [Manner(torn=True), Manner(pings=True), Manner(nulls=True), Manner(chunk=1)])
async def test_how_it_arrives_does_not_matter(manner: Manner, server: ModelServer, client: ChatClient) -> None:
    server.says("Größe: 漢字 \u2028 🙂\r\n", "data: x\n\n", manner=manner)
    heard = await hear(client)
    assert heard.text == "Größe: 漢字 \u2028 🙂\r\ndata: x\n\n"
    assert heard.finished.reason == "stop"


async def test_other_ends(server: ModelServer, client: ChatClient) -> None:
    server.length("cut short")
    server.content_filter()
    server.refusal("No.")
    cases = [await hear(client) for _ in range(3)]
    assert [heard.finished.reason for heard in cases] == ["length", "content_filter", "stop"]
    assert [heard.events[0] for heard in cases[::2]] == [Text("cut short"), Refusal("No.")]
    assert len(cases[1].events) == 1


async def test_usage_that_is_not_reported_is_estimated(server: ModelServer, client: ChatClient) -> None:
    server.no_usage("Some ", "words.")
    server.says("Zero.", manner=Manner(usage=usage_object(0, 0)))
    spoken = [await hear(client), await hear(client)]
    assert [heard.finished.usage for heard in spoken] == [
        Usage(estimate_prompt(m.text for m in MESSAGES), estimate(text), estimated=True) for text in ("Some words.", "Zero.")
    ]


async def test_an_endpoint_whose_money_is_known_is_believed(server: ModelServer, clock: OwnClock, client: ChatClient) -> None:
    server.says("x", manner=Manner(usage=usage_object(1, 1) | {"cost": 0.25}), times=2)
    async with open_client(base_url=server.base_url, api_key="k", clock=clock, profile=Profile(costed=True)) as costed:
        assert (await hear(costed)).finished.cost == 0.25
    assert (await hear(client)).finished.cost == 0


async def test_not_streaming_is_one_text(server: ModelServer, clock: OwnClock) -> None:
    server.says("All ", "at ", "once.", manner=Manner(thinks=("Hm.",)))
    async with open_client(base_url=server.base_url, api_key="", clock=clock, streaming=False) as whole:
        heard = await hear(whole)
    assert heard.events[:-1] == [Reasoning("Hm."), Text("All at once.")]
    assert not heard.finished.usage.estimated
    assert not {"stream", "stream_options"} & server.sent(CHAT)[0].body.keys()


async def test_not_streaming_waits_for_the_whole(server: ModelServer, clock: OwnClock) -> None:
    server.says("a", "b", "c", manner=Manner(delay=0.15), times=2)
    async with open_client(base_url=server.base_url, api_key="", clock=clock, streaming=False) as whole:
        assert (await hear(whole, request(first_token=0.3, between=4.0))).text == "abc"
        assert type((await hear(whole, request(first_token=0.05, between=0.05))).error) is ModelSlow


async def test_an_endpoint_that_ignores_stream_is_asked_plainly_from_then_on(server: ModelServer, client: ChatClient) -> None:
    server.json_instead_of_stream("Whole.")
    heard = [await hear(client), await hear(client)]
    assert [one.text for one in heard] == ["Whole.", "Hello from the model."]
    assert ["stream" in sent.body for sent in server.sent(CHAT)] == [True, False]


async def test_a_json_error_with_status_200_is_an_error(server: ModelServer, client: ChatClient) -> None:
    server.json_error_200()
    assert type((await hear(client)).error) is ModelDown


@pytest.mark.parametrize(
    ("body", "kind"), [("<html>", "text/html"), ("hello", "text/plain"), ("", "application/json"), ('{"a":1}\n', "application/x-ndjson")]
)
async def test_what_is_not_the_protocol_is_nonsense(body: str, kind: str, server: ModelServer, client: ChatClient) -> None:
    async def act(_: Exchange) -> web.StreamResponse:
        return web.Response(text=body, content_type=kind)

    server.plan(act)
    assert type((await hear(client)).error) is ModelNonsense


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ModelRejected),
        (401, ModelDenied),
        (402, QuotaExhausted),
        (403, ModelDenied),
        (404, ModelUnknown),
        (408, ModelDown),
        (409, ModelDown),
        (413, ModelRejected),
        (422, ModelRejected),
        (429, ModelBusy),
        (500, ModelDown),
        (503, ModelDown),
    ],
)
async def test_statuses(status: int, error: type[ModelError], server: ModelServer, client: ChatClient) -> None:
    server.status(status)
    heard = await hear(client)
    assert heard.events == []
    assert type(heard.error) is error
    assert f"status {status}" in str(heard.error)
    assert len(server.sent(CHAT)) == 1


async def test_rate_limits_and_money(server: ModelServer, client: ChatClient) -> None:
    server.rate_limited(retry_after=7)
    server.slow_down()
    server.status(503, headers={"Retry-After": "Fri, 15 Jan 2027 08:00:30 GMT"})
    server.quota_exhausted()
    errors = [(await hear(client)).error for _ in range(4)]
    assert [(type(error), error and error.retry_after) for error in errors] == [
        (ModelBusy, 7),
        (ModelBusy, None),
        (ModelDown, 30),
        (QuotaExhausted, None),
    ]


async def test_the_operators_line_quotes_nobody(server: ModelServer, client: ChatClient) -> None:
    server.refuses(ApiError("You sent 'my password' with key sk-test", status=400, code="weird\ncode"))
    error = (await hear(client)).error
    assert re.fullmatch(r"test-model, request req_\w+: status 400, type invalid_request_error", str(error))


async def test_a_filter_that_refuses_the_prompt_is_an_answer(server: ModelServer, client: ChatClient) -> None:
    server.refuses(ApiError("The prompt was filtered.", status=400, code="content_filter"))
    heard = await hear(client)
    assert heard.events == [heard.finished]
    assert heard.finished.reason == "content_filter"


async def test_nobody_there(server: ModelServer, client: ChatClient) -> None:
    await server.stop()
    assert type((await hear(client)).error) is ModelDown
    await server.start()
    server.hangs_up()
    assert type((await hear(client)).error) is ModelDown
    assert (await hear(client)).text == "Hello from the model."


async def test_somebody_else_there(clock: OwnClock) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        async with open_client(base_url=f"http://127.0.0.1:{port}/v1", api_key="", clock=clock) as client:
            assert type((await hear(client)).error) is ModelNonsense


async def test_the_first_token_has_a_deadline(server: ModelServer, client: ChatClient) -> None:
    await hear(client)  # the connection stands: on a busy machine the deadline may else be over before the request has left
    server.stall(after=0)
    loop = asyncio.get_running_loop()
    began = loop.time()
    heard = await hear(client, request(first_token=0.3))
    assert type(heard.error) is ModelSlow
    assert "no token within 0.3 s" in str(heard.error)
    assert loop.time() - began < 1.3
    await asyncio.wait_for(server.disconnected.wait(), 2)


def alive(*, seconds: float) -> Any:
    """A stream that opens and then sends nothing but keep-alives, for ever."""

    async def act(exchange: Exchange) -> web.StreamResponse:
        assert exchange.stream is not None
        await exchange.stream.open()
        while True:
            await exchange.stream.raw(b": OPENROUTER PROCESSING\n\n")
            await asyncio.sleep(seconds)

    return act


async def test_keep_alives_are_no_tokens(server: ModelServer, client: ChatClient) -> None:
    server.plan(alive(seconds=0.02))
    heard = await hear(client, request(first_token=0.15, between=5))
    assert type(heard.error) is ModelSlow
    assert "no token" in str(heard.error)


async def test_keep_alives_are_life(server: ModelServer, client: ChatClient) -> None:
    async def act(exchange: Exchange) -> web.StreamResponse:
        assert exchange.stream is not None
        await exchange.chat.text("Well")
        for _ in range(24):
            await asyncio.sleep(0.05)
            await exchange.stream.raw(b": ping\n\n")
        await exchange.chat.text("...")
        await exchange.chat.end()
        return exchange.chat.response()

    server.plan(act)
    assert (await hear(client, request(between=1.0))).text == "Well..."


async def test_thinking_aloud_is_a_first_token(server: ModelServer, client: ChatClient) -> None:
    server.says("Yes.", manner=Manner(thinks=("Hm",), delay=1.2))
    assert (await hear(client, request(first_token=1.0, between=5))).text == "Yes."


async def test_silence_between_chunks_has_a_deadline(server: ModelServer, client: ChatClient) -> None:
    server.stall("Wait", after=1)
    heard = await hear(client, request(between=0.2))
    assert (heard.text, type(heard.error)) == ("Wait", StreamCut)
    assert "silent for 0.2 s" in str(heard.error)


async def test_a_slow_reader_is_not_silence(server: ModelServer, client: ChatClient) -> None:
    server.says("a", "b", "c", manner=Manner(delay=0.1))
    said = []
    async with aclosing(client.stream(request(first_token=2.0, between=0.2))) as events:
        async for event in events:
            said.append(event)
            await asyncio.sleep(0.25)
    assert Heard(said).text == "abc"
    assert type(said[-1]) is Finished


async def test_closing_ends_the_request(server: ModelServer, client: ChatClient) -> None:
    server.stall("Once ", "upon ")
    events = client.stream(request())
    first = await anext(events)
    assert isinstance(first, Text)
    assert "Once upon ".startswith(first.text)
    await events.aclose()
    await asyncio.wait_for(server.disconnected.wait(), 2)
    assert server.disconnects == 1


async def test_cancelling_before_the_first_byte_ends_the_request(server: ModelServer, client: ChatClient) -> None:
    server.stall(after=0)
    task = asyncio.create_task(hear(client))
    await server.wait_for(lambda: server.requests)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.disconnected.wait(), 2)


async def test_connections_are_used_again(server: ModelServer, client: ChatClient) -> None:
    peers = []

    async def act(exchange: Exchange) -> web.StreamResponse:
        assert exchange.http.transport is not None
        peers.append(exchange.http.transport.get_extra_info("peername"))
        await exchange.chat.text("x")
        await exchange.chat.end()
        await asyncio.sleep(0.02)  # the end of the body comes after [DONE]
        return exchange.chat.response()

    server.plan(act, times=3)
    for _ in range(3):
        await hear(client)
    assert len(set(peers)) == 1


async def test_many_at_once_do_not_mix(server: ModelServer, client: ChatClient) -> None:
    server.answers(lambda asked: [asked.model, "!", asked.model], manner=Manner(delay=0.01))
    heard = await asyncio.gather(*(hear(client, request(model=f"m{number}")) for number in range(20)))
    assert [one.text for one in heard] == [f"m{number}!m{number}" for number in range(20)]


async def test_openai_hears_who_asks_only_as_a_hash(server: ModelServer, clock: OwnClock) -> None:
    async with open_client(base_url=server.base_url, api_key="k", clock=clock, profile=profile_for("")) as client:
        await hear(client)
    [sent] = server.sent(CHAT)
    assert len(sent.body["safety_identifier"]) == 64
    assert sent.body["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert sent.body["messages"][1]["name"] == "Ada_L"


async def test_an_odd_completion_is_read_as_far_as_it_goes(server: ModelServer, client: ChatClient) -> None:
    async def act(_: Exchange) -> web.StreamResponse:
        parts = [{"type": "thinking"}, {"type": "text", "text": "In "}, {"type": "text", "text": "parts."}, "?"]
        return json_response({"choices": [{"message": {"content": parts}, "finish_reason": "stop"}], "usage": None})

    server.plan(act)
    heard = await hear(client)
    assert (heard.text, heard.finished.usage.estimated) == ("In parts.", True)
