"""What the scripted model says when nothing breaks, in all the forms that a stream can take."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

from aiohttp import web

from bot.offline.api_error import json_response
from bot.offline.chat_request import ChatRequest
from bot.offline.reply import StreamedReply
from bot.offline.sse import DONE, frame
from tests.fakes.model.script import Act, Exchange, For, Script

Piece = str | asyncio.Event
"""A delta; or a gate: the stream waits there until the event is set."""

Answer = Callable[[ChatRequest], str | Iterable[Piece]]

WORDS = ("One ", "two ", "three ", "four.")


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is said.

    `chunk` cuts the pieces into so many characters; `delay` seconds pass before each. `thinks` comes first, as
    reasoning_content. `pings` puts a comment line before each piece, `nulls` chunks without choices and without delta;
    `torn` sends every byte by itself, so that reads end inside UTF-8 sequences. `usage` is reported instead of the
    estimate (see `usage_object`), `silent` about it reports none.
    """

    chunk: int | None = None
    delay: float = 0.0
    thinks: tuple[str, ...] = ()
    pings: bool = False
    nulls: bool = False
    torn: bool = False
    usage: Mapping[str, Any] | None = None
    silent: bool = False
    finish: str = "stop"
    field: str = field(default="content")


class TornReply(StreamedReply):
    """A stream that arrives byte by byte."""

    async def raw(self, data: bytes) -> None:
        for byte in data:
            await super().raw(bytes([byte]))
            await asyncio.sleep(0)  # lets a reader in the same loop see each byte by itself


async def speak(exchange: Exchange, pieces: Iterable[Piece], manner: Manner) -> None:
    """Say `pieces`, without an end."""
    reply = exchange.chat
    if exchange.stream is not None:
        await exchange.stream.open()
    for thought in manner.thinks:
        await reply.add("reasoning_content", thought)
    for piece in _cut(pieces, manner.chunk):
        if manner.delay:
            await asyncio.sleep(manner.delay)
        if isinstance(piece, asyncio.Event):
            await piece.wait()
            continue
        if exchange.stream is not None:
            await _decorate(exchange.stream, manner)
        await reply.add(manner.field, piece)


def saying(pieces: Iterable[Piece], manner: Manner) -> Act:
    """A whole answer."""

    async def act(exchange: Exchange) -> web.StreamResponse:
        if manner.torn and exchange.stream is not None:
            exchange.reply = TornReply(exchange.http, exchange.stream.request)
        reply = exchange.chat
        reply.counted = None if manner.usage is None else dict(manner.usage)
        await speak(exchange, pieces, manner)
        if not manner.silent:
            await reply.end(manner.finish)
        elif exchange.stream is not None:
            await exchange.stream.finish(manner.finish)
            await exchange.stream.raw(DONE)
        else:
            reply.finish_reason = manner.finish
            return json_response(reply.envelope.completion(dict(reply.said), finish=manner.finish, usage=None))
        return reply.response()

    return act


class Sayings(Script):
    """The good half of the script."""

    def __init__(self) -> None:
        super().__init__()
        self._default: tuple[Answer, Manner] = (lambda _: "Hello from the model.", Manner())

    def says(self, *pieces: Piece, manner: Manner | None = None, **which: Unpack[For]) -> None:
        """The next answer: one delta for each piece; an event among them holds the stream there until it is set."""
        self.plan(saying(pieces, manner or Manner()), **which)

    def answers(self, answer: Answer, *, manner: Manner | None = None) -> None:
        """What it says whenever the script is empty."""
        self._default = (answer, manner or Manner())

    def length(self, *pieces: Piece, **which: Unpack[For]) -> None:
        """An answer that ran into the token limit."""
        self.says(*(pieces or WORDS), manner=Manner(finish="length"), **which)

    def content_filter(self, *pieces: Piece, **which: Unpack[For]) -> None:
        """An answer that the provider's filter ended; without pieces it has no text at all."""
        self.says(*pieces, manner=Manner(finish="content_filter"), **which)

    def refusal(self, text: str = "I'm sorry, I can't help with that.", **which: Unpack[For]) -> None:
        """The model declines, in `delta.refusal`."""
        self.says(text, manner=Manner(field="refusal"), **which)

    def no_usage(self, *pieces: Piece, **which: Unpack[For]) -> None:
        """A complete answer that does not report its usage, asked or not."""
        self.says(*(pieces or WORDS), manner=Manner(silent=True), **which)

    def by_default(self, request: ChatRequest) -> Act:
        """The plan for a request that the script has nothing for."""
        answer, manner = self._default
        said = answer(request)
        return saying([said] if isinstance(said, str) else said, manner)


def _cut(pieces: Iterable[Piece], size: int | None) -> Iterator[Piece]:
    for piece in pieces:
        if isinstance(piece, str) and size is not None:
            yield from (piece[start : start + size] for start in range(0, len(piece), size))
        else:
            yield piece


async def _decorate(stream: StreamedReply, manner: Manner) -> None:
    if manner.pings:
        await stream.raw(b": ping\n\n")
    if manner.nulls:
        await stream.raw(frame(stream.envelope.usage_chunk({}) | {"choices": None, "usage": None}))
        await stream.chunk(None)
