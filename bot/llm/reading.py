"""Reading a response as it arrives: bytes to frames, with patience for what is arriving and none for silence."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from itertools import takewhile
from typing import Any, Protocol, Self, TypeVar, cast

import orjson

from bot.errors import ModelNonsense, ModelSlow
from bot.llm.answer import Answer
from bot.llm.decode import Frame, FrameDecoder
from bot.llm.throng import Throng
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

    An answer that is not streamed shows nothing until it is whole: it has both waits together. One timer serves all reads of an
    answer: it looks at its end whether it was the last, since setting one for each read would cost more than the read.
    """

    def __init__(self, request: ModelRequest, *, streamed: bool) -> None:
        self._request = request
        self._first = request.first_token + (0 if streamed else request.between)
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._due = self._began
        self._waiting: asyncio.Task[Any] | None = None
        self._given_up = False
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def wait(self, coming: Awaitable[T], answer: Answer) -> T:
        """The result of `coming`. Raises `ModelSlow` when it takes too long; it is cancelled then."""
        task = cast("asyncio.Task[Any]", asyncio.current_task(self._loop))  # without its loop it asks the kernel, each time
        cancelling = task.cancelling()
        self._await(task, self.deadline(answer))
        try:
            return await coming
        except asyncio.CancelledError as error:
            if not self._given_up or task.cancelling() > cancelling + 1:  # somebody else wants it, too
                raise
            raise ModelSlow(f"{self._request.model}: {self._missed(answer)}") from error
        finally:
            self._waiting = None
            if self._given_up:
                self._given_up = False
                task.uncancel()

    def _await(self, task: asyncio.Task[Any], due: float) -> None:
        self._waiting, self._due = task, due
        if self._timer is not None and due < self._timer.when():
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look)
        else:
            self._given_up = True
            self._waiting.cancel()

    def deadline(self, answer: Answer) -> float:
        """Until when the next read is waited for, in the event loop's time."""
        now = self._loop.time()
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

    @property
    def http_response(self) -> Any: ...

    def iter_bytes(self) -> AsyncIterator[bytes]: ...


def is_json(response: Response) -> bool:
    """Whether the body is one completion (or one error) and not a stream, whatever was asked for."""
    return "json" in _content_type(response) and "ndjson" not in _content_type(response)


def frames(response: Response, *, patience: Patience, answer: Answer, throng: Throng) -> AsyncGenerator[Sequence[Frame], None]:
    """Yield the chunks that came with each read, or the whole body as one.

    Raises `ModelSlow`, `ModelNonsense`, and what the client raises.
    """
    if "html" in _content_type(response):
        raise ModelNonsense(f"{answer.request.model}: the endpoint answered with a web page; is the base URL right?")
    return _whole(response, patience, answer) if is_json(response) else _chunks(response, patience, answer, throng)


async def _whole(response: Response, patience: Patience, answer: Answer) -> AsyncGenerator[Sequence[Frame], None]:
    reads, body = _reads(response), bytearray()
    while (read := await patience.wait(anext(reads, None), answer)) is not None:
        body += read
    yield (Frame(bytes(body)),)


async def _chunks(response: Response, patience: Patience, answer: Answer, throng: Throng) -> AsyncGenerator[Sequence[Frame], None]:
    # one generator, not three: each is passed through for every read
    reads, decoder, came, framed = _reads(response), FrameDecoder(), False, False
    with throng.one_more(response) as reader:
        while (read := await patience.wait(anext(reads, None), answer)) is not None:
            came = True
            if not (found := decoder.feed(read)):
                continue
            framed = True
            yield (before := [*takewhile(_goes_on, found)])
            if len(before) < len(found):
                await _drain(reads)
                return
            if answer.visible:
                await reader.pause()
    found = decoder.end()
    yield [frame for frame in found if _goes_on(frame) and _uncut(frame)]
    if came and not (framed or found) and "event-stream" not in _content_type(response):
        raise ModelNonsense(f"{answer.request.model}: the answer is neither an event stream nor JSON")


def _goes_on(frame: Frame) -> bool:
    return not frame.done


def _uncut(frame: Frame) -> bool:
    """Whether all of it came before the stream ended."""
    try:
        orjson.loads(frame.data)
    except orjson.JSONDecodeError:
        return False
    return True


def _reads(response: Response) -> AsyncIterator[bytes]:
    """Where nothing is packed, as the transport has it: the client's four layers above it cost a fifth of a chunk and do nothing."""
    if response.headers.get("content-encoding", "identity").lower() == "identity":
        return aiter(response.http_response.stream)
    return response.iter_bytes()


async def _drain(reads: AsyncIterator[bytes]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_GRACE):
            async for _ in reads:
                pass


def _content_type(response: Response) -> str:
    return str(response.headers.get("content-type") or "").lower()
