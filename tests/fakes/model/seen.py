"""A response as a plain HTTP client saw it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson

from tests.fakes.model.sayings import WORDS

HELLO = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
STREAM = HELLO | {"stream": True, "stream_options": {"include_usage": True}}
SAID = "".join(WORDS)


@dataclass(frozen=True)
class Seen:
    """A response: its status, headers, body, and how the reading ended."""

    status: int
    headers: dict[str, str]
    body: bytes
    broke: bool

    @property
    def frames(self) -> list[bytes]:
        return [event.removeprefix(b"data: ") for event in self.body.split(b"\n\n") if event]

    @property
    def chunks(self) -> list[dict[str, Any]]:
        return [orjson.loads(data) for data in self.frames if data.startswith(b"{")]

    @property
    def text(self) -> str:
        return "".join(delta.get("content") or "" for delta in self.deltas)

    @property
    def deltas(self) -> list[dict[str, Any]]:
        choices = [choice for chunk in self.chunks for choice in chunk.get("choices") or []]
        return [choice["delta"] or {} for choice in choices]

    @property
    def finish(self) -> str | None:
        found = [choice["finish_reason"] for chunk in self.chunks for choice in chunk.get("choices") or []]
        return next((reason for reason in found if reason), None)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


Ask = Callable[..., Awaitable[Seen]]
"""`ask(body=STREAM, path=CHAT)`."""
