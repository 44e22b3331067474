"""Where many answers stream, each is read now and then: everything arrives, and its end at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import openai
import pytest
from aiohttp import web

from bot.errors import StreamCut
from bot.llm.capabilities import Profiles, profile_for
from bot.llm.client import ChatClient
from bot.llm.throng import Throng
from bot.vocabulary.model import Text
from tests.engine.llm.doubles import REQUEST, OwnClock, hear
from tests.fakes.model.sayings import Manner
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import ModelServer

PIECES = [f"word{number} " for number in range(40)]
Among = Callable[[Throng], AbstractAsyncContextManager[ChatClient]]


@pytest.fixture
def among(server: ModelServer) -> Among:
    """A client whose answers are read as in that throng."""

    @asynccontextmanager
    async def opened(throng: Throng) -> AsyncIterator[ChatClient]:
        async with openai.AsyncOpenAI(
            base_url=server.base_url, api_key="sk-test", http_client=openai.DefaultAioHttpClient(), max_retries=0
        ) as api:
            yield ChatClient(api, profiles=Profiles(profile_for(server.base_url)), clock=OwnClock(), throng=throng)

    return opened


async def test_what_came_between_two_reads_comes_together(server: ModelServer, among: Among) -> None:
    server.says(*PIECES, manner=Manner(delay=0.01))
    async with among(Throng(few=0, reads=10)) as client:
        heard = await hear(client)
    assert heard.text == "".join(PIECES)
    assert len(heard.events) < len(PIECES) / 3


async def test_the_end_is_not_waited_for(server: ModelServer, among: Among) -> None:
    """A pause of an hour ends with the answer."""
    server.says(*PIECES, manner=Manner(delay=0.001))
    async with among(Throng(few=0, reads=1 / 3600, longest=3600)) as client:
        assert (await asyncio.wait_for(hear(client), 20)).text == "".join(PIECES)


async def test_what_came_before_a_cut_is_not_lost(server: ModelServer, among: Among) -> None:
    server.cut("One ", "two ", after=2)
    async with among(Throng(few=0, reads=10)) as client:
        heard = await hear(client)
    assert heard.told == [Text("One two ")]
    assert type(heard.error) is StreamCut


async def test_a_few_are_read_as_they_come_and_more_are_not(server: ModelServer, among: Among) -> None:
    """Each word is sent when the one before it was read: two answers at once wait for nothing, three for an hour."""
    read = asyncio.Queue[str]()

    async def word_by_word(exchange: Exchange) -> web.StreamResponse:
        for piece in PIECES[:5]:
            await exchange.chat.text(piece)
            await read.get()
        await exchange.chat.end()
        return exchange.chat.response()

    async with among(Throng(few=2, reads=1 / 3600, longest=3600)) as client:

        async def listen(call: str) -> str:
            text = ""
            async for event in client.stream(replace(REQUEST, call=call)):
                if isinstance(event, Text):
                    text += event.text
                    read.put_nowait(event.text)
            return text

        server.stall("Hm ", times=2)
        server.plan(word_by_word)
        others = [asyncio.create_task(listen(f"other{number}")) for number in range(2)]
        await asyncio.gather(*(read.get() for _ in others))
        crowded = asyncio.create_task(listen("third"))
        await asyncio.wait({crowded}, timeout=0.3)
        assert not crowded.done()
        crowded.cancel()
        others[0].cancel()
        await asyncio.gather(crowded, others[0], return_exceptions=True)
        while not read.empty():
            read.get_nowait()
        server.plan(word_by_word)
        assert await asyncio.wait_for(listen("second"), 20) == "".join(PIECES[:5])
        others[1].cancel()
        await asyncio.gather(others[1], return_exceptions=True)
