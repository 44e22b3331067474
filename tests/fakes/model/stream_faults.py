"""What goes wrong after the answer has begun.

Each takes the pieces that are said before it happens (`WORDS` unless given; `after` keeps only so many of them). Where
no stream was asked for, the nearest thing happens to the single response.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Unpack

from aiohttp import web

from bot.offline.api_error import json_response
from bot.offline.reply import WholeReply
from bot.offline.sse import DONE, frame
from tests.fakes.model.sayings import WORDS, Manner, Piece, speak
from tests.fakes.model.script import Act, Exchange, For, Script

UPSTREAM = {
    "message": "The server had an error while processing your request.",
    "type": "server_error",
    "param": None,
    "code": "server_error",
}


class StreamFaults(Script):
    """The half of the faults that shows in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()
        """Set it to let every stalled answer go: its connection is closed then."""

    def cut(self, *pieces: Piece, after: int | None = None, **which: Unpack[For]) -> None:
        """The connection closes inside the chunked encoding."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            await speak(exchange, _kept(pieces, after), Manner())
            return exchange.hang_up()

        self.plan(act, **which)

    def stall(self, *pieces: Piece, after: int | None = None, **which: Unpack[For]) -> None:
        """Nothing comes any more, until `released` is set or the client leaves. `after=0`: not even the head."""
        self.plan(self._stalling(_kept(pieces, after), after), **which)

    def error_frame(
        self, *pieces: Piece, after: int | None = None, error: Mapping[str, Any] | str = UPSTREAM, event: str = "", **which: Unpack[For]
    ) -> None:
        """`data: {"error": ...}` in the stream (with an `event:` line when given), and its end."""
        line = f"event: {event}\n".encode() if event else b""
        self._ends_with(_kept(pieces, after), line + frame({"error": error}), {"error": error}, which)

    def error_text_frame(self, *pieces: Piece, after: int | None = None, text: str = "model runner crashed", **which: Unpack[For]) -> None:
        """`data: {"error": "text"}`, as Ollama has it."""
        self.error_frame(*pieces, after=after, error=text, **which)

    def error_event(self, *pieces: Piece, after: int | None = None, **which: Unpack[For]) -> None:
        """`event: error` whose data has no `error` key."""
        data = {"message": "The upstream failed.", "code": 502}
        self._ends_with(_kept(pieces, after), b"event: error\n" + frame(data), data, which)

    def bad_json(self, *pieces: Piece, after: int | None = None, **which: Unpack[For]) -> None:
        """A frame that is not JSON, then the regular end of the transfer."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            if exchange.stream is None:
                return web.Response(body=b'{"id": "chatcmpl-', content_type="application/json")
            await speak(exchange, _kept(pieces, after), Manner())
            await exchange.stream.raw(b'data: {"id": "chatcmpl-\n\n')
            return exchange.stream.response()

        self.plan(act, **which)

    def no_finish(self, *pieces: Piece, after: int | None = None, done: bool = False, **which: Unpack[For]) -> None:
        """It ends without a finish_reason; with [DONE] if `done`."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            await speak(exchange, _kept(pieces, after), Manner())
            if exchange.stream is not None and done:
                await exchange.stream.raw(DONE)
            return exchange.chat.response()

        self.plan(act, **which)

    def json_instead_of_stream(self, *pieces: str, **which: Unpack[For]) -> None:
        """One complete JSON completion, although a stream was asked for."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            exchange.reply = whole = WholeReply(exchange.http, exchange.chat.request)
            await speak(exchange, pieces or WORDS, Manner())
            await whole.end()
            return whole.response()

        self.plan(act, **which)

    def _stalling(self, pieces: tuple[Piece, ...], after: int | None) -> Act:
        async def act(exchange: Exchange) -> web.StreamResponse:
            if exchange.reply is not None and after != 0:
                await speak(exchange, pieces, Manner())
            await self.released.wait()
            return exchange.hang_up()

        return act

    def _ends_with(self, pieces: tuple[Piece, ...], last: bytes, whole: Mapping[str, Any], which: For) -> None:
        async def act(exchange: Exchange) -> web.StreamResponse:
            if exchange.stream is None:
                return json_response(whole)
            await speak(exchange, pieces, Manner())
            await exchange.stream.raw(last)
            return exchange.stream.response()

        self.plan(act, **which)


def _kept(pieces: tuple[Piece, ...], after: int | None) -> tuple[Piece, ...]:
    return (pieces or WORDS)[:after]
