"""Whatever breaks in the middle of an answer: what was said stays, and how often it was asked for.

A fault before the first word is one that a retry or another model can mend; after it the stream is cut.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.errors import ModelBusy, ModelDown, ModelError, ModelNonsense, ModelRejected, ModelSlow, QuotaExhausted, StreamCut
from bot.llm.client import ChatClient
from bot.llm.retry import Retrying
from bot.vocabulary.model import ModelRequest, Reasoning, Refusal, Text, Waiting
from tests.engine.llm.doubles import OwnClock, hear, request
from tests.fakes.model.sayings import Manner, Piece, saying, speak
from tests.fakes.model.script import Act, Exchange
from tests.fakes.model.server import CHAT, ModelServer

Fault = Callable[..., None]
ATTEMPTS = 3
SLOW = request(first_token=0.15, between=0.15)
"""For answers that fall silent; what else happens may take its time on a busy machine."""
PASSING = (ModelDown, ModelSlow, ModelBusy)


@dataclass(frozen=True)
class Row:
    """`fault` breaks an answer; before any word that is `error`."""

    name: str
    fault: Callable[..., None]
    error: type[ModelError]
    options: dict[str, Any]

    @property
    def asked(self) -> ModelRequest:
        return SLOW if self.error is ModelSlow else request()


def row(name: str, fault: Fault, expected: type[ModelError], **options: Any) -> Row:
    return Row(name, fault, expected, options)


FRAME = ModelServer.error_frame
ROWS = [
    row("cut", ModelServer.cut, ModelDown),
    row("stall", ModelServer.stall, ModelSlow),
    row("error frame", FRAME, ModelDown),
    row("named error frame", FRAME, ModelDown, event="error"),
    row("OpenRouter 502", FRAME, ModelDown, error={"code": 502, "message": "Bad gateway"}),
    row("429 in a frame", FRAME, ModelBusy, error={"code": 429, "message": "slow down"}),
    row("quota in a frame", FRAME, QuotaExhausted, error={"type": "insufficient_quota", "message": "no money"}),
    row("rejection in a frame", FRAME, ModelRejected, error={"type": "invalid_request_error", "message": "no"}),
    row("error text", ModelServer.error_text_frame, ModelDown),
    row("error event without error", ModelServer.error_event, ModelDown),
    row("bad JSON", ModelServer.bad_json, ModelNonsense),
    row("no finish_reason", ModelServer.no_finish, ModelDown),
    row("[DONE] without finish_reason", ModelServer.no_finish, ModelDown, done=True),
]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@each_row
async def test_before_the_first_word(row: Row, server: ModelServer, client: ChatClient) -> None:
    row.fault(server, after=0, **row.options)
    heard = await hear(client, row.asked)
    assert heard.events == []
    assert type(heard.error) is row.error


@each_row
async def test_before_the_first_word_it_is_asked_again_if_it_may_pass(row: Row, server: ModelServer, client: ChatClient) -> None:
    row.fault(server, after=0, times=ATTEMPTS, **row.options)
    clock = OwnClock()
    heard = await hear(Retrying(client, attempts=ATTEMPTS, backoff=1, retry_after_max=20, clock=clock), row.asked)
    passing = issubclass(row.error, PASSING)
    assert len(server.sent(CHAT)) == (ATTEMPTS if passing else 1)
    assert [type(event) for event in heard.events] == [Waiting] * (ATTEMPTS - 1 if passing else 0)
    assert type(heard.error) is row.error


@each_row
async def test_after_two_words_it_is_cut_and_never_asked_again(row: Row, server: ModelServer, client: ChatClient) -> None:
    row.fault(server, after=2, **row.options)
    heard = await hear(Retrying(client, attempts=ATTEMPTS, backoff=1, retry_after_max=20, clock=OwnClock()), row.asked)
    assert heard.told == [Text("One two ")]
    assert type(heard.error) is StreamCut
    assert len(server.sent(CHAT)) == 1


@each_row
async def test_a_broken_call_leaves_the_next_one_whole(row: Row, server: ModelServer, client: ChatClient) -> None:
    row.fault(server, after=1, **row.options)
    server.says("fine")
    await hear(client, row.asked)
    assert (await hear(client)).text == "fine"


async def test_thoughts_alone_are_not_words(server: ModelServer, client: ChatClient) -> None:
    async def think_and_die(exchange: Exchange) -> Any:
        await speak(exchange, (), Manner(thinks=("Hm.",)))
        return exchange.hang_up()

    server.plan(think_and_die)
    server.says("Yes.")
    heard = await hear(Retrying(client, attempts=2, backoff=1, retry_after_max=20, clock=OwnClock(), random=lambda: 0.0))
    assert heard.events[:3] == [Reasoning("Hm."), Waiting("down", "test-model", 2, 1.0), Text("Yes.")]
    assert heard.finished.attempts == 2


async def test_a_refusal_is_visible(server: ModelServer, client: ChatClient) -> None:
    async def decline_and_die(exchange: Exchange) -> Any:
        await speak(exchange, ("I can't.",), Manner(field="refusal"))
        return exchange.hang_up()

    server.plan(decline_and_die)
    heard = await hear(client)
    assert heard.events == [Refusal("I can't.")]
    assert type(heard.error) is StreamCut


def ending_with(*pieces: Piece, last: bytes) -> Act:
    """`pieces`, a finish_reason, then these bytes and the end."""

    async def act(exchange: Exchange) -> Any:
        assert exchange.stream is not None
        await speak(exchange, pieces, Manner())
        await exchange.stream.finish("stop")
        await exchange.stream.raw(last)
        return exchange.hang_up()

    return act


@pytest.mark.parametrize("last", [b"", b"data: {oops\n\n", b'data: {"error": "late"}\n\n', b": bye\n\n"])
async def test_what_breaks_after_the_finish_reason_costs_only_the_usage(last: bytes, server: ModelServer, client: ChatClient) -> None:
    server.plan(ending_with("All ", "said.", last=last))
    heard = await hear(client)
    assert heard.text == "All said."
    assert heard.finished.usage.estimated
    assert len(server.sent(CHAT)) == 1


async def test_silence_after_the_finish_reason_is_not_waited_out(server: ModelServer, client: ChatClient) -> None:
    async def act(exchange: Exchange) -> Any:
        assert exchange.stream is not None
        await speak(exchange, ("Said.",), Manner())
        await exchange.stream.finish("length")
        await server.released.wait()
        return exchange.hang_up()

    server.plan(act)
    heard = await hear(client, request(between=0.5))
    assert (heard.text, heard.finished.reason, heard.finished.usage.estimated) == ("Said.", "length", True)


async def test_an_event_without_a_blank_line_at_the_end_counts(server: ModelServer, client: ChatClient) -> None:
    async def act(exchange: Exchange) -> Any:
        assert exchange.stream is not None
        await speak(exchange, ("Said.",), Manner())
        await exchange.stream.raw(b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}')
        return exchange.stream.response()

    server.plan(act)
    assert (await hear(client)).finished.reason == "stop"


async def test_a_frame_that_is_cut_in_the_middle_is_a_cut(server: ModelServer, client: ChatClient) -> None:
    async def act(exchange: Exchange) -> Any:
        assert exchange.stream is not None
        await exchange.stream.open()
        await exchange.stream.raw(b'data: {"choices": [{"del')
        return exchange.stream.response()

    server.plan(act)
    assert type((await hear(client)).error) is ModelDown


async def test_openrouters_last_word_when_the_model_broke(server: ModelServer, client: ChatClient) -> None:
    server.says("Half", manner=Manner(finish="error"))
    server.says(manner=Manner(finish="error"))
    assert [type((await hear(client)).error) for _ in range(2)] == [StreamCut, ModelDown]


@pytest.mark.parametrize("odd", [b"[]", b"7", b"null", b'"text"'])
async def test_a_chunk_that_is_no_object_is_nonsense(odd: bytes, server: ModelServer, client: ChatClient) -> None:
    async def act(exchange: Exchange) -> Any:
        assert exchange.stream is not None
        await exchange.stream.open()
        await exchange.stream.raw(b"data: " + odd + b"\n\n")
        return exchange.stream.response()

    server.plan(act)
    assert type((await hear(client)).error) is ModelNonsense


@pytest.mark.parametrize(
    "odd",
    [
        b'{"choices": [{"delta": {"content": ["x"]}}]}',
        b'{"choices": [7]}',
        b'{"choices": {"a": 1}, "usage": [1]}',
        b'{"choices": [{"delta": {"content": 7, "refusal": {}}, "finish_reason": 7}]}',
        b'{"usage": {"prompt_tokens": "many", "completion_tokens_details": 7}, "service_tier": 7}',
        b'{"type": "ping"}',
    ],
)
async def test_a_chunk_of_odd_shape_says_nothing_and_breaks_nothing(odd: bytes, server: ModelServer, client: ChatClient) -> None:
    async def act(exchange: Exchange) -> Any:
        assert exchange.stream is not None
        await exchange.stream.open()
        await exchange.stream.raw(b"data: " + odd + b"\n\n")
        return await saying(("Fine.",), Manner())(exchange)

    server.plan(act)
    heard = await hear(client)
    assert heard.text == "Fine."
    assert heard.finished.reason == "stop"
    assert not heard.finished.usage.estimated
