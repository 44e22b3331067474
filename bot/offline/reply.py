"""One answer on its way to the client: as a stream of events, or whole. The brain writes it without knowing which."""

from abc import ABC, abstractmethod
from typing import Any

from aiohttp import web

from bot.offline.api_error import json_response, request_id
from bot.offline.chat_request import ChatRequest
from bot.offline.sse import DONE, Envelope, frame, usage_object
from bot.vocabulary.tokens import estimate, estimate_prompt


class Reply(ABC):
    """What both forms share: what was said so far, counted and finished. Nothing reaches the wire before the first word."""

    def __init__(self, http: web.Request, request: ChatRequest) -> None:
        self.http = http
        self.request = request
        self.envelope = Envelope(request)
        self.finish_reason: str | None = None
        self.counted: dict[str, Any] | None = None
        """Usage to report instead of the estimate."""
        self.said: dict[str, str] = {}

    async def add(self, field: str, text: str) -> None:
        """Say more: `field` is content, refusal or reasoning_content."""
        self.said[field] = self.said.get(field, "") + text

    async def text(self, text: str) -> None:
        """Say more visible text."""
        await self.add("content", text)

    def usage(self) -> dict[str, Any]:
        """Tokens as they will be reported."""
        if self.counted is not None:
            return self.counted
        thought = estimate(self.said.get("reasoning_content", ""))
        spoken = sum(estimate(text) for text in self.said.values())
        return usage_object(estimate_prompt(line.text for line in self.request.lines), spoken, reasoning=thought)

    @abstractmethod
    async def end(self, reason: str = "stop") -> None:
        """Finish for `reason` and report usage where it was asked for."""

    @abstractmethod
    def response(self) -> web.StreamResponse:
        """What the handler hands back to the server."""


class WholeReply(Reply):
    """One JSON object at the end."""

    async def end(self, reason: str = "stop") -> None:
        self.finish_reason = reason

    def response(self) -> web.StreamResponse:
        return json_response(self.envelope.completion(dict(self.said), finish=self.finish_reason, usage=self.usage()))


class StreamedReply(Reply):
    """Server-sent events: a role chunk, deltas, finish_reason, usage if asked for, [DONE]."""

    def __init__(self, http: web.Request, request: ChatRequest) -> None:
        super().__init__(http, request)
        self._stream = web.StreamResponse(headers={"Cache-Control": "no-cache"} | request_id())
        self._stream.content_type = "text/event-stream"
        self._stream.charset = "utf-8"

    async def open(self) -> None:
        """Send the head and the role chunk; the first word does it by itself."""
        if not self._stream.prepared:
            await self._stream.prepare(self.http)
            await self.chunk({"role": "assistant", "content": "", "refusal": None})

    async def add(self, field: str, text: str) -> None:
        await self.open()
        await super().add(field, text)
        await self.chunk({field: text})

    async def chunk(self, delta: dict[str, Any] | None, *, finish: str | None = None) -> None:
        """Send one chunk with this delta."""
        await self.raw(frame(self.envelope.chunk(delta, finish=finish)))

    async def raw(self, data: bytes) -> None:
        """Send these bytes as they are, in one piece."""
        await self._stream.write(data)

    async def finish(self, reason: str) -> None:
        """Send the finish_reason, and nothing after it."""
        await self.open()
        self.finish_reason = reason
        await self.chunk({}, finish=reason)

    async def report(self) -> None:
        """Send the usage chunk if it was asked for."""
        if self.request.include_usage:
            await self.raw(frame(self.envelope.usage_chunk(self.usage())))

    async def end(self, reason: str = "stop") -> None:
        await self.finish(reason)
        await self.report()
        await self.raw(DONE)

    def response(self) -> web.StreamResponse:
        return self._stream


def reply_to(http: web.Request, request: ChatRequest) -> Reply:
    """The form of reply that was asked for."""
    return StreamedReply(http, request) if request.stream else WholeReply(http, request)
