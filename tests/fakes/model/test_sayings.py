"""What the scripted model says when nothing breaks, on the wire."""

import asyncio

import aiohttp
import pytest

from bot.offline.sse import usage_object
from tests.fakes.model.sayings import Manner
from tests.fakes.model.seen import HELLO, SAID, STREAM, Ask, Seen
from tests.fakes.model.server import CHAT, ModelServer


async def test_says_one_delta_for_each_piece(model: ModelServer, ask: Ask) -> None:
    model.says("Hello ", "world")
    seen = await ask()
    assert [delta.get("content") for delta in seen.deltas] == ["", "Hello ", "world", None]
    assert seen.finish == "stop"
    assert seen.frames[-1] == b"[DONE]"
    assert seen.chunks[-1]["usage"]["completion_tokens"] == 3
    assert seen.headers["content-type"] == "text/event-stream; charset=utf-8"


async def test_says_it_whole_when_no_stream_is_asked_for(model: ModelServer, ask: Ask) -> None:
    model.says("Hello ", "world", manner=Manner(thinks=("hm",)))
    message = (await ask(HELLO)).json["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("Hello world", "hm")


async def test_a_gate_holds_the_stream(model: ModelServer, session: aiohttp.ClientSession) -> None:
    gate = asyncio.Event()
    model.says("before", gate, "after")
    async with session.post(model.url + CHAT, json=STREAM) as answer:
        head = b""
        while b"before" not in head:
            head += await answer.content.readany()
        assert b"after" not in head
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer.content.readany(), 0.02)
        gate.set()
        assert b"after" in await answer.content.read()


async def test_manners(model: ModelServer, ask: Ask) -> None:
    model.says("abcdef", manner=Manner(chunk=2, thinks=("hm, ", "well"), pings=True, nulls=True))
    seen = await ask()
    assert seen.text == "abcdef"
    assert [delta["reasoning_content"] for delta in seen.deltas if "reasoning_content" in delta] == ["hm, ", "well"]
    assert seen.frames.count(b": ping") == 3
    assert [chunk["choices"] for chunk in seen.chunks].count(None) == 3
    assert sum(1 for chunk in seen.chunks for choice in chunk["choices"] or [] if choice["delta"] is None) == 3


async def test_torn_streams_end_reads_inside_a_character(model: ModelServer, session: aiohttp.ClientSession) -> None:
    model.says("naïve 漢字 😀", manner=Manner(torn=True))
    parts = []
    async with session.post(model.url + CHAT, json=STREAM) as answer:
        async for part in answer.content.iter_any():
            parts.append(part)
    assert any(part[0] & 0xC0 == 0x80 for part in parts), "a read begins with a continuation byte"
    assert Seen(200, {}, b"".join(parts), broke=False).text == "naïve 漢字 😀"


async def test_line_separators_are_not_escaped(model: ModelServer, ask: Ask) -> None:
    model.says("a\u2028b")
    seen = await ask()
    assert "\u2028".encode() in seen.body
    assert seen.text == "a\u2028b"


async def test_usage_may_be_dictated_or_withheld(model: ModelServer, ask: Ask) -> None:
    counted = usage_object(100, 20, cached=64, reasoning=5)
    model.says("x", manner=Manner(usage=counted))
    model.no_usage(times=2)
    assert (await ask()).chunks[-1]["usage"] == counted
    silent = await ask()
    assert (silent.text, silent.finish, silent.frames[-1]) == (SAID, "stop", b"[DONE]")
    assert not any(chunk.get("usage") for chunk in silent.chunks)
    assert "usage" not in (await ask(HELLO)).json
    assert [bill.complete for bill in model.bills] == [True] * 3
    assert model.bills[0].usage == counted


async def test_endings_without_a_failure(model: ModelServer, ask: Ask) -> None:
    model.length()
    model.content_filter()
    model.refusal("No.")
    length, filtered, refused = [await ask() for _ in range(3)]
    assert (length.finish, length.text) == ("length", SAID)
    assert (filtered.finish, filtered.text) == ("content_filter", "")
    assert [delta["refusal"] for delta in refused.deltas if delta.get("refusal")] == ["No."]
    assert refused.text == ""
