"""Reading a response as it arrives: bytes to payloads, with patience for what is arriving and none for silence."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

import orjson

from bot.errors import ModelNonsense, ModelSlow
from bot.llm.answer import Answer
from bot.llm.decode import Frame, FrameDecoder
from bot.vocabulary.model import ModelRequest

T = TypeVar("T")

CONNECT = 5.0
"""Seconds to open a connection."""
USAGE_GRACE = 5.0
"""Longest wait for the usage of an answer that is complete, in seconds."""
DRAIN_GRACE = 0.1
"""Seconds to wait for the end of the body after [DONE], so that the connection can be used again."""


class Patience:
    """When to give up. No wall clock runs on an answer that is arriving: each read, a keep-alive too, starts the silence anew.

    An answer that is not streamed shows nothing until it is whole: it has both waits together.
    """

    def __init__(self, request: ModelRequest, *, streamed: bool) -> None:
        self._request = request
        self._first = request.first_token + (0 if streamed else request.between)
        self._began = asyncio.get_running_loop().time()

    async def wait(self, coming: Awaitable[T], answer: Answer) -> T:
        """The result of `coming`. Raises `ModelSlow` when it takes too long; it is cancelled then."""
        try:
            async with asyncio.timeout_at(self.deadline(answer)) as limit:
                return await coming
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ModelSlow(f"{self._request.model}: {self._missed(answer)}") from error

    def deadline(self, answer: Answer) -> float:
        """Until when the next read is waited for, in the event loop's time."""
        now = asyncio.get_running_loop().time()
        if answer.finish_reason:
            return now + min(self._request.between, USAGE_GRACE)
        return now + self._request.between if answer.started else self._began + self._first

    def _missed(self, answer: Answer) -> str:
        if answer.started:
            return f"silent for {self._request.between:g} s in the middle of an answer"
        return f"no token within {self._first:g} s"


class Response(Protocol):
    """What we need of the openai client's raw response."""

    @property
    def headers(self) -> Any: ...

    def iter_bytes(self) -> AsyncIterator[bytes]: ...


def is_json(response: Response) -> bool:
    """Whether the body is one completion (or one error) and not a stream, whatever was asked for."""
    return "json" in _content_type(response) and "ndjson" not in _content_type(response)


async def payloads(response: Response, *, patience: Patience, answer: Answer) -> AsyncGenerator[tuple[Any, bytes], None]:
    """Yield (decoded JSON, event name) of each chunk, or of the whole body.

    Raises `ModelSlow`, `ModelNonsense`, and what the client raises.
    """
    if "html" in _content_type(response):
        raise ModelNonsense(f"{answer.request.model}: the endpoint answered with a web page; is the base URL right?")
    async with aclosing(_reads(response, patience, answer)) as reads:
        source = _whole(reads, answer) if is_json(response) else _chunks(reads, answer, named="event-stream" in _content_type(response))
        async with aclosing(source) as found:
            async for payload in found:
                yield payload


async def _whole(reads: AsyncGenerator[bytes, None], answer: Answer) -> AsyncGenerator[tuple[Any, bytes], None]:
    body = b"".join([read async for read in reads])
    yield _parsed(Frame(body), answer), b""


async def _chunks(reads: AsyncGenerator[bytes, None], answer: Answer, *, named: bool) -> AsyncGenerator[tuple[Any, bytes], None]:
    """`named`: whether the response said that it is an event stream."""
    decoder, came, framed = FrameDecoder(), False, False
    async for read in reads:
        came = True
        for frame in decoder.feed(read):
            framed = True
            if frame.done:
                await _drain(reads)
                return
            yield _parsed(frame, answer), frame.event
    for frame in decoder.end():
        framed = True
        with contextlib.suppress(ModelNonsense):  # cut in the middle of a frame
            if not frame.done:
                yield _parsed(frame, answer), frame.event
    if came and not framed and not named:
        raise ModelNonsense(f"{answer.request.model}: the answer is neither an event stream nor JSON")


async def _reads(response: Response, patience: Patience, answer: Answer) -> AsyncGenerator[bytes, None]:
    reads = response.iter_bytes()
    while (read := await patience.wait(anext(reads, None), answer)) is not None:
        yield read


async def _drain(reads: AsyncGenerator[bytes, None]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_GRACE):
            async for _ in reads:
                pass


def _parsed(frame: Frame, answer: Answer) -> Any:
    try:
        return orjson.loads(frame.data)
    except orjson.JSONDecodeError as error:
        raise ModelNonsense(f"{answer.request.model}: a chunk is not JSON") from error


def _content_type(response: Response) -> str:
    return str(response.headers.get("content-type") or "").lower()
