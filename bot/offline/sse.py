"""The objects and bytes of a chat completion, as the API sends them: whole, and as server-sent events."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.offline.chat_request import ChatRequest

DONE = b"data: [DONE]\n\n"


def frame(payload: Any) -> bytes:
    """`payload` as one event. Text stays UTF-8 and unescaped, U+2028 included, as the API sends it."""
    return b"data: " + orjson.dumps(payload) + b"\n\n"


def usage_object(prompt: int, completion: int, *, cached: int = 0, cache_write: int = 0, reasoning: int = 0) -> dict[str, Any]:
    """The `usage` of a completion, in tokens; cached and cache_write are parts of prompt, reasoning of completion."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": cache_write, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all objects of one completion have in common."""

    request: ChatRequest
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def chunk(self, delta: dict[str, Any] | None, *, finish: str | None = None) -> dict[str, Any]:
        """A chunk with one choice; `delta` as given, even None."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._chunk([choice]) | ({"usage": None} if self.request.include_usage else {})

    def usage_chunk(self, usage: dict[str, Any]) -> dict[str, Any]:
        """The last chunk of a stream that was asked for its usage."""
        return self._chunk([]) | {"usage": usage}

    def completion(self, message: dict[str, Any], *, finish: str | None, usage: dict[str, Any] | None) -> dict[str, Any]:
        """The whole completion; `message` is laid over an empty assistant message."""
        full = {"role": "assistant", "content": None, "refusal": None, "annotations": []} | message
        choice = {"index": 0, "message": full, "logprobs": None, "finish_reason": finish}
        return self._head("chat.completion") | {"choices": [choice]} | ({"usage": usage} if usage is not None else {})

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return self._head("chat.completion.chunk") | {"choices": choices}

    def _head(self, kind: str) -> dict[str, Any]:
        head = {"id": self.id, "object": kind, "created": self.created, "model": self.request.model}
        return head | {"service_tier": "default"}
