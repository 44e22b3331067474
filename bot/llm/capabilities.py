"""Which parameter goes to which model at which endpoint. Pure, and without a model's name: what a host is known to take is
the start, the rest is learned from refusals (`repairs`) and remembered for the life of the process.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from bot.vocabulary.model import Account, Message, ModelRequest

OPENAI_URL = "https://api.openai.com/v1"
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Reasoning efforts of the API, ascending; each model takes some of them."""
TEMPERED = frozenset({"temperature", "top_p"})
"""What a model that reasons refuses (OpenAI's deployment checklist)."""
OPENAI_ONLY = frozenset({"safety_identifier", "name", "stream_options.include_obfuscation"})
"""Not sent elsewhere: strict endpoints refuse what they do not know."""
_UNFIT_FOR_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class Sampled(Enum):
    """When a model takes `TEMPERED`."""

    ALWAYS = "always"
    UNLESS_ASKED = "unless an effort other than none is asked for"
    EFFORT_NONE = "only with effort none: where none is sent, it reasons by default"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one model takes. `limit` is the name of the token limit; `dropped` are parameters not sent (`name`: that of messages)."""

    limit: str = "max_tokens"
    dropped: frozenset[str] = frozenset()
    sampled: Sampled = Sampled.ALWAYS
    efforts: tuple[str, ...] = ()
    """The efforts it said it takes; empty: not known."""
    streams: bool = True
    swapped: bool = False
    """Whether `limit` was changed already: the other name is the last one there is."""
    costed: bool = False
    """Whether `usage.cost` is what was paid, in USD."""


def profile_for(base_url: str) -> Profile:
    """The start for any model at this endpoint; empty is OpenAI's own."""
    host = urlsplit(base_url or OPENAI_URL).hostname or ""
    if is_openai(base_url):
        return Profile(limit="max_completion_tokens", sampled=Sampled.UNLESS_ASKED)
    if host.endswith((".openai.azure.com", ".services.ai.azure.com")):
        return Profile(limit="max_completion_tokens", sampled=Sampled.UNLESS_ASKED, dropped=OPENAI_ONLY)
    return Profile(dropped=OPENAI_ONLY, costed=_within(host, "openrouter.ai"))


def is_openai(base_url: str) -> bool:
    """Whether this is OpenAI's own endpoint (or a regional one)."""
    return _within(urlsplit(base_url or OPENAI_URL).hostname or "", "api.openai.com")


class Profiles:
    """What is known of the models at one endpoint."""

    def __init__(self, start: Profile) -> None:
        self._start = start
        self._learned: dict[str, Profile] = {}

    def of(self, model: str) -> Profile:
        return self._learned.get(model, self._start)

    def learn(self, model: str, profile: Profile) -> None:
        self._learned[model] = profile


def parameters(profile: Profile, request: ModelRequest, *, stream: bool = True) -> dict[str, Any]:
    """The keyword arguments of `chat.completions.create`; what is None or empty is not among them."""
    asked = request.sampling
    effort = None if "reasoning_effort" in profile.dropped else fitting_effort(profile, asked.reasoning_effort)
    wanted = {
        profile.limit: asked.max_tokens,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "presence_penalty": asked.presence_penalty,
        "frequency_penalty": asked.frequency_penalty,
        "stop": list(asked.stop) or None,
        "seed": asked.seed,
        "logit_bias": dict(asked.logit_bias) or None,
        "reasoning_effort": effort,
        "verbosity": asked.verbosity,
        "response_format": {"type": asked.response_format} if asked.response_format not in (None, "text") else None,
        "safety_identifier": safety_identifier(request.account),
        **_streaming(profile, stream=stream and profile.streams),
    }
    unsent = profile.dropped | (TEMPERED if _reasons(profile, effort) else frozenset())
    sent = {name: value for name, value in wanted.items() if value is not None and name not in unsent}
    return {"model": request.model, "messages": _messages(request, named="name" not in profile.dropped), **sent}


def fitting_effort(profile: Profile, asked: str | None) -> str | None:
    """The effort to send: the one asked for, or of those the model takes the nearest; of two equally near the lower."""
    if asked is None or not profile.efforts or asked in profile.efforts or asked not in EFFORTS:
        return asked
    rank = EFFORTS.index
    return min(profile.efforts, key=lambda effort: (abs(rank(effort) - rank(asked)), rank(effort)))


def safety_identifier(account: Account) -> str:
    """The person behind a request as 64 hex characters (the API's bound): the same person, but nobody's name."""
    return hashlib.sha256(f"{account.server}:{account.user}".encode()).hexdigest()


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _reasons(profile: Profile, effort: str | None) -> bool:
    if profile.sampled is Sampled.ALWAYS or effort == "none":
        return False
    return effort is not None or profile.sampled is Sampled.EFFORT_NONE


def _streaming(profile: Profile, *, stream: bool) -> dict[str, Any]:
    if not stream:
        return {}
    options = {"include_usage": True, "include_obfuscation": False}
    kept = {name: value for name, value in options.items() if f"stream_options.{name}" not in profile.dropped}
    return {"stream": True, "stream_options": kept or None}


def _messages(request: ModelRequest, *, named: bool) -> list[dict[str, str]]:
    return [_message(message, named=named) for message in request.messages]


def _message(message: Message, *, named: bool) -> dict[str, str]:
    # letters, digits, _ and -, at most 64: what the API takes as a name
    name = _UNFIT_FOR_NAME.sub("_", message.name).strip("_")[:64] if named else ""
    return {"role": message.role.value, "content": message.text, **({"name": name} if name else {})}


def value_of(sent: Mapping[str, Any], parameter: str) -> Any:
    """What was sent for `parameter`, which may be `name` or a dotted path; None when nothing."""
    if parameter == "name":
        return next((message["name"] for message in sent["messages"] if "name" in message), None)
    top, _, inner = parameter.partition(".")
    value = sent.get(top)
    return value.get(inner) if inner and isinstance(value, Mapping) else value
