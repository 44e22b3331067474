"""What breaks after the answer has begun, on the wire."""

import asyncio

import aiohttp
import orjson
import pytest

from tests.fakes.model.seen import HELLO, SAID, STREAM, Ask
from tests.fakes.model.server import CHAT, ModelServer


async def test_cut_inside_the_chunked_encoding(model: ModelServer, ask: Ask) -> None:
    model.cut(after=2)
    seen = await ask()
    assert (seen.broke, seen.text, seen.finish) == (True, "One two ", None)
    assert [bill.complete for bill in model.bills] == [False]
    model.cut()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(HELLO)


async def test_stall_lasts_until_released(model: ModelServer, session: aiohttp.ClientSession, ask: Ask) -> None:
    model.stall(after=1)
    async with session.post(model.url + CHAT, json=STREAM) as answer:
        head = b""
        while b"One " not in head:
            head += await answer.content.readany()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer.content.readany(), 0.02)
        model.released.set()
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read()
    model.stall(after=0)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask()


async def test_error_frames(model: ModelServer, ask: Ask) -> None:
    model.error_frame("Hel", event="error")
    model.error_text_frame(after=1)
    model.error_event(after=1)
    named, text, bare = [await ask() for _ in range(3)]
    assert named.frames[-1].startswith(b'event: error\ndata: {"error":{"message":')
    assert named.text == "Hel"
    assert text.chunks[-1] == {"error": "model runner crashed"}
    assert bare.frames[-1].startswith(b'event: error\ndata: {"message":')
    assert not any(seen.broke or seen.finish for seen in (named, text, bare))
    model.error_frame()
    assert (await ask(HELLO)).json["error"]["code"] == "server_error"


async def test_bad_json(model: ModelServer, ask: Ask) -> None:
    model.bad_json(after=3, times=2)
    seen = await ask()
    assert seen.frames[-1] == b'{"id": "chatcmpl-'
    assert [frame for frame in seen.frames if b"three" in frame]
    with pytest.raises(orjson.JSONDecodeError):
        _ = (await ask(HELLO)).json


@pytest.mark.parametrize("done", [False, True])
async def test_no_finish(model: ModelServer, ask: Ask, done: bool) -> None:
    model.no_finish(done=done, times=2)
    seen = await ask()
    assert (seen.text, seen.finish, seen.broke) == (SAID, None, False)
    assert (seen.frames[-1] == b"[DONE]") is done
    assert (await ask(HELLO)).json["choices"][0]["finish_reason"] is None
