"""The answer as it grows: frames in, events out, and at the end what it was. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson

from bot.errors import ModelDown, ModelError, ModelNonsense
from bot.llm.complaint import complaint_of, judge
from bot.llm.decode import Frame
from bot.vocabulary.model import Finished, ModelRequest, Reasoning, Refusal, Text, Usage
from bot.vocabulary.tokens import estimate, estimate_prompt

Piece = Text | Reasoning | Refusal

REASONING_FIELDS = ("reasoning_content", "reasoning")
"""DeepSeek and vLLM say the first, OpenRouter and Ollama the second; some say both with the same text."""


class Answer:
    """One call's answer. `finish_reason` is empty until it is complete; `started` once anything was said, thought included."""

    def __init__(self, request: ModelRequest) -> None:
        self.request = request
        self.finish_reason = ""
        self.visible = False
        self.started = False
        self.calls = 1
        """Requests this answer took: repairs are repeated calls."""
        self.costed = False
        """Whether this endpoint's `usage.cost` is in USD."""
        self._said: list[str] = []
        self._usage: Usage | None = None
        self._cost = 0.0
        self._service_tier = ""

    def read(self, frames: Sequence[Frame], *, whole: bool = False) -> Iterator[Piece]:
        """The events in frames that came together, as few as say the same. Raises as `take` does, once it has yielded what came before."""
        pieces: list[Piece] = []
        try:
            for frame in frames:
                pieces += self.take(self._parsed(frame), event=frame.event, whole=whole)
        except ModelError:
            yield from joined(pieces)
            raise
        yield from joined(pieces)

    def take(self, payload: object, *, event: bytes = b"", whole: bool = False) -> Iterator[Piece]:
        """The events in a chunk, or in a whole completion. Raises the `ModelError` that an error frame means."""
        if not isinstance(payload, dict):
            raise ModelNonsense(f"{self.request.model}: a chunk is not an object")
        self._fail_if_error(payload, event)
        self._read_head(payload)
        choice = _first(payload.get("choices"))
        if choice is None:
            return
        for piece in _pieces(choice.get("message" if whole else "delta")):
            self._note(piece)
            yield piece
        self._read_finish(choice)

    def finished(self) -> Finished:
        """The last event. Usage that was not reported is estimated."""
        usage = self._usage or self._estimated()
        tier, model = self._service_tier, self.request.model
        return Finished(self.finish_reason, model, usage, cost=self._cost, service_tier=tier, attempts=self.calls)

    def _parsed(self, frame: Frame) -> object:
        try:
            return orjson.loads(frame.data)
        except orjson.JSONDecodeError as error:
            raise ModelNonsense(f"{self.request.model}: a chunk is not JSON") from error

    def _fail_if_error(self, payload: Mapping[str, Any], event: bytes) -> None:
        if event == b"error" or payload.get("error") or payload.get("object") == "error":
            raise judge(complaint_of(payload), detail=f"{self.request.model}, in the answer")

    def _read_head(self, payload: Mapping[str, Any]) -> None:
        tier = payload.get("service_tier")
        if isinstance(tier, str):
            self._service_tier = tier
        reported = payload.get("usage")
        if isinstance(reported, dict):
            self._usage = usage_of(reported) or self._usage
            cost = reported.get("cost")
            self._cost = float(cost) if self.costed and isinstance(cost, int | float) else self._cost

    def _note(self, piece: Piece) -> None:
        self.started = True
        self.visible = self.visible or not isinstance(piece, Reasoning)
        self._said.append(piece.text)

    def _read_finish(self, choice: Mapping[str, Any]) -> None:
        reason = choice.get("finish_reason")
        if reason == "error":  # OpenRouter's last word when the model behind it broke
            raise ModelDown(f"{self.request.model}: finished with an error")
        if isinstance(reason, str) and reason:
            self.finish_reason = reason

    def _estimated(self) -> Usage:
        prompt = estimate_prompt(message.text for message in self.request.messages)
        return Usage(prompt, estimate("".join(self._said)), estimated=True)


def usage_of(reported: Mapping[str, Any]) -> Usage | None:
    """Usage as the API reports it; None when it says nothing (some local servers send zeros)."""
    asked, said = _count(reported, "prompt_tokens"), _count(reported, "completion_tokens")
    if not asked and not said:
        return None
    prompt, completion = _details(reported, "prompt_tokens_details"), _details(reported, "completion_tokens_details")
    cached, written = _count(prompt, "cached_tokens"), _count(prompt, "cache_write_tokens")
    return Usage(asked, said, cached=cached, cache_write=written, reasoning=_count(completion, "reasoning_tokens"))


def joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one."""
    if len(pieces) < 2:
        yield from pieces
        return
    for kind, alike in groupby(pieces, key=type):
        yield kind("".join(piece.text for piece in alike))


def _pieces(delta: object) -> Sequence[Piece]:
    if not isinstance(delta, dict):
        return ()
    if len(delta) == 1 and isinstance(text := delta.get("content"), str):  # nearly all are
        return (Text(text),) if text else ()
    pieces: list[Piece] = []
    if thought := _text(delta.get(REASONING_FIELDS[0])) or _text(delta.get(REASONING_FIELDS[1])):
        pieces.append(Reasoning(thought))
    if text := _text(delta.get("content")):
        pieces.append(Text(text))
    if refusal := _text(delta.get("refusal")):
        pieces.append(Refusal(refusal))
    return pieces


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):  # content as parts
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return ""


def _first(choices: object) -> Mapping[str, Any] | None:
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None


def _details(reported: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    details = reported.get(name)
    return details if isinstance(details, dict) else {}


def _count(reported: Mapping[str, Any], name: str) -> int:
    value = reported.get(name)
    return max(0, value) if isinstance(value, int) else 0
