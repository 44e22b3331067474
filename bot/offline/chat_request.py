"""One request for a chat completion, checked and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.offline.api_error import ApiError, missing, wrong_type

ROLES = ("developer", "system", "user", "assistant", "tool", "function")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the prompt; `text` is all its text parts joined."""

    role: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What was asked. `limit` is the smaller of max_tokens and max_completion_tokens; `body` everything as it was sent."""

    model: str
    lines: tuple[Line, ...]
    stream: bool
    include_usage: bool
    limit: int | None
    body: Mapping[str, Any]

    @property
    def last_user(self) -> str:
        """The last thing a user said; empty when no user spoke."""
        return next((line.text for line in reversed(self.lines) if line.role == "user"), "")

    @property
    def system(self) -> str:
        """All system and developer messages, joined by newlines."""
        return "\n".join(line.text for line in self.lines if line.role in ("system", "developer"))


def parse_chat(body: Mapping[str, Any]) -> ChatRequest:
    """Raises `ApiError` as the API does for a request it cannot read."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise ApiError("you must provide a model parameter")
    stream = _flag(body, "stream")
    options = body.get("stream_options")
    if options is not None and not stream:
        raise ApiError("The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options")
    if options is not None and not isinstance(options, dict):
        raise wrong_type("stream_options", "an object")
    return ChatRequest(
        model=model,
        lines=_lines(body),
        stream=stream,
        include_usage=bool(options and options.get("include_usage")),
        limit=_limit(body),
        body=body,
    )


def _lines(body: Mapping[str, Any]) -> tuple[Line, ...]:
    messages = body.get("messages")
    if messages is None:
        raise missing("messages")
    if not isinstance(messages, list):
        raise wrong_type("messages", "an array of objects")
    if not messages:
        raise ApiError("Invalid 'messages': empty array.", param="messages", code="empty_array")
    return tuple(_line(f"messages[{index}]", message) for index, message in enumerate(messages))


def _line(where: str, message: Any) -> Line:
    if not isinstance(message, dict):
        raise wrong_type(where, "an object")
    role, content = message.get("role"), message.get("content")
    if role is None:
        raise missing(f"{where}.role")
    if role not in ROLES:
        supported = ", ".join(f"'{known}'" for known in ROLES)
        said = f"Invalid value: '{role}'. Supported values are: {supported}."
        raise ApiError(said, param=f"{where}.role", code="invalid_value")
    if content is None and role != "assistant":  # an assistant message may consist of tool calls alone
        raise missing(f"{where}.content")
    return Line(role, _text(f"{where}.content", content), str(message.get("name") or ""))


def _text(where: str, content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise wrong_type(where, "a string or an array of objects")
    return "".join(str(part.get("text") or "") for part in content if part.get("type") == "text")


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise wrong_type(name, "a boolean")
    return bool(value)


def _limit(body: Mapping[str, Any]) -> int | None:
    limits = []
    for name in ("max_tokens", "max_completion_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(name, "an integer")
        if value < 1:
            said = f"Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {value} instead."
            raise ApiError(said, param=name, code="integer_below_min_value")
        limits.append(value)
    return min(limits, default=None)
