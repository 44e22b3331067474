"""Many answers at once: then each is read less often, and what has come meanwhile in one go."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FEW = 20
"""So many answers are each read as soon as anything comes."""

READS = 500
"""Reads a second of all answers together, where more stream."""

LONGEST = 0.25
"""Seconds between two reads of an answer at most. Nobody sees them: where so many stream, a platform takes a new version of a message
every second or two, and the end of an answer is read at once."""


class Throng:
    """The answers that stream in this process. Most of what a chunk costs is waking up for it."""

    def __init__(self, *, few: int = FEW, reads: float = READS, longest: float = LONGEST) -> None:
        self._few = few
        self._reads = reads
        self._longest = longest
        self._answers = 0

    @contextmanager
    def one_more(self, response: Any) -> Iterator["Reader"]:
        """An answer that streams until the block is left; `response` as the openai client has it."""
        self._answers += 1
        try:
            yield Reader(self, response)
        finally:
            self._answers -= 1

    @property
    def pause(self) -> float:
        """Seconds between two reads of each."""
        return 0.0 if self._answers <= self._few else min(self._longest, self._answers / self._reads)


class Reader:
    """One of them."""

    def __init__(self, throng: Throng, response: Any) -> None:
        self._throng = throng
        self._waiting: asyncio.Future[None] | None = None
        self._ended = False
        body = _body(response)
        if body is not None:
            body.on_eof(self._end)

    async def pause(self) -> None:
        """Return when it is worth reading again: some time later in a throng, and at once when all has come."""
        seconds = self._throng.pause
        if self._ended or not seconds:
            return
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(seconds, self._wake)
        try:
            await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def _end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def _body(response: Any) -> Any:
    """aiohttp's body below the client's layers, which have no public way to tell that all of it has come; None below another transport."""
    stream = getattr(response.http_response.stream, "_stream", None)
    return getattr(getattr(stream, "_aiohttp_response", None), "content", None)
