"""What an endpoint says when it says no, whatever shape it says it in, and which of our errors that is. Pure."""

import email.utils
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import (
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelError,
    ModelNonsense,
    ModelRejected,
    ModelUnknown,
    QuotaExhausted,
)

QUOTA = {"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active", "quota_exceeded"}
UNKNOWN = {"model_not_found", "not_found_error", "model_not_available"}
BUSY = {"rate_limit_exceeded", "slow_down", "rate_limit_error", "too_many_requests"}
DENIED = {"invalid_api_key", "authentication_error", "permission_error", "permission_denied"}
REJECTED = {"invalid_request_error", "context_length_exceeded", "string_above_max_length", "BadRequestError"}
FILTERED = {"content_filter", "content_policy_violation", "invalid_prompt"}
"""The prompt itself was refused by a filter: an answer of its own, not a failure."""

_SAFE = re.compile(r"[\w.\-\[\]]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body or error frame. `status` is 0 where none was given; `text` is for matching only: it may quote a stranger."""

    status: int = 0
    code: str = ""
    type: str = ""
    param: str = ""
    text: str = ""

    @property
    def tags(self) -> set[str]:
        return {self.code, self.type}

    def __str__(self) -> str:
        """For the operator's log: only what looks like an identifier, never the other side's prose."""
        named = (("code", self.code), ("type", self.type), ("param", self.param))
        parts = [f"{name} {value}" for name, value in named if is_identifier(value)]
        return ", ".join([f"status {self.status}" if self.status else "an error without status", *parts])


def complaint_of(body: object, *, status: int = 0) -> Complaint:
    """Read a body: OpenAI's `error` object, Ollama's string, OpenRouter's numeric code, vLLM's flat object, FastAPI's `detail`."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, Mapping) and body.get("error"):
        body = body["error"]
    if not isinstance(body, Mapping):
        return Complaint(status, text=body if isinstance(body, str) else "")
    code = _word(body.get("code"))
    if code.isdecimal() and len(code) == 3:
        status, code = status or int(code), ""
    param, text = _where(body)
    return Complaint(status, code, _word(body.get("type")), _word(body.get("param")) or param, text)


def is_identifier(value: str) -> bool:
    """Whether it may stand in a log: a short word of letters, digits and `_.-[]`, not prose."""
    return _SAFE.fullmatch(value) is not None


def judge(complaint: Complaint, *, detail: str = "", retry_after: float | None = None) -> ModelError:
    """Our error for it. `detail` goes before it in the operator's line."""
    line = f"{detail}: {complaint}" if detail else str(complaint)
    return _kind(complaint)(line, retry_after=retry_after)


def _kind(complaint: Complaint) -> type[ModelError]:
    for tags, kind in ((QUOTA, QuotaExhausted), (UNKNOWN, ModelUnknown)):
        if complaint.tags & tags:
            return kind
    return _by_status(complaint.status) if complaint.status else _by_tags(complaint.tags)


_STATUS: dict[int, type[ModelError]] = {
    401: ModelDenied,
    402: QuotaExhausted,
    403: ModelDenied,
    404: ModelUnknown,
    405: ModelNonsense,
    408: ModelDown,
    409: ModelDown,
    429: ModelBusy,
}


def _by_status(status: int) -> type[ModelError]:
    if status >= 500:
        return ModelDown
    return _STATUS.get(status, ModelRejected if status >= 400 else ModelNonsense)


def _by_tags(tags: set[str]) -> type[ModelError]:
    known: tuple[tuple[set[str], type[ModelError]], ...] = ((BUSY, ModelBusy), (DENIED, ModelDenied), (REJECTED, ModelRejected))
    return next((kind for words, kind in known if tags & words), ModelDown)


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Seconds to wait as `retry-after-ms` or `retry-after` (seconds or an HTTP date) says; None when it says nothing usable."""
    for name, divisor in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name) or "") / divisor
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    date = email.utils.parsedate_tz(headers.get("retry-after") or "")
    try:
        return max(0.0, email.utils.mktime_tz(date) - now) if date else None
    except (ValueError, OverflowError):
        return None


def _where(body: Mapping[str, Any]) -> tuple[str, str]:
    message = body.get("message") or body.get("detail") or body.get("msg") or ""
    if isinstance(message, Mapping):
        message = message.get("detail") or message.get("message") or ""
    if not isinstance(message, list):
        return "", str(message)
    details = [entry for entry in message if isinstance(entry, Mapping)]
    param = next((_path(entry["loc"]) for entry in details if isinstance(entry.get("loc"), list)), "")
    return param, "; ".join(f"{entry.get('type')} {entry.get('msg')}" for entry in details)


def _path(location: list[Any]) -> str:
    return ".".join(str(part) for part in location if part != "body")


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
