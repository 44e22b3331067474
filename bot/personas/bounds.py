"""What a persona may say and set. Bounds are those of the chat completions API, checked when a persona is set."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from bot.errors import OrderInvalid
from bot.vocabulary.model import Sampling

INSTRUCTIONS_LIMIT = 3000
"""Characters: what the smallest form of our platforms takes (a Slack modal's text input)."""

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
VERBOSITIES = ("low", "medium", "high")
FORMATS = ("text", "json_object")
STOPS = 4
MODEL_LIMIT = 100

_WHOLE = re.compile(r"-?[0-9]{1,20}")


def checked_instructions(text: str) -> str:
    """Stripped instructions. Raises `OrderInvalid`."""
    text = text.strip()
    if not text:
        raise OrderInvalid("empty instructions", user_text="The instructions are empty. Write what I should be like.")
    if len(text) > INSTRUCTIONS_LIMIT:
        said = f"The instructions have {len(text):,} characters; {INSTRUCTIONS_LIMIT:,} fit."
        raise OrderInvalid("instructions too long", user_text=said)
    return text


def parameter_names() -> tuple[str, ...]:
    """Every parameter that a persona can set beside its instructions."""
    return ("model", *(field.name for field in fields(Sampling)))


def with_parameters(sampling: Sampling, settings: Mapping[str, str]) -> Sampling:
    """`sampling` with parameters as people write them; "default" takes one back. Raises `OrderInvalid` naming the bounds."""
    for name, value in settings.items():
        if name not in _READERS:
            raise _wrong(f"I do not know the parameter `{name[:40]}`. There are: {', '.join(parameter_names())}.")
        taken_back = value.strip().lower() == "default"
        changed: dict[str, Any] = {name: getattr(Sampling(), name) if taken_back else _READERS[name](name, value.strip())}
        sampling = replace(sampling, **changed)
    return sampling


def _wrong(text: str) -> OrderInvalid:
    return OrderInvalid("parameter out of bounds", user_text=text)


def _number(low: float, high: float) -> Callable[[str, str], float]:
    def read(name: str, value: str) -> float:
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            number = high + 1
        if not low <= number <= high:
            raise _wrong(f"`{name}` must be a number from {low:g} to {high:g}.")
        return number

    return read


def _integer(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        number = int(value) if _WHOLE.fullmatch(value) else high + 1
        if not low <= number <= high:
            raise _wrong(f"`{name}` must be a whole number from {low} to {high}.")
        return number

    return read


def _one_of(allowed: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value.lower() not in allowed:
            raise _wrong(f"`{name}` must be one of {', '.join(allowed)}.")
        return value.lower()

    return read


def _stops(name: str, value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split("|") if part.strip())
    if not 1 <= len(parts) <= STOPS or any(len(part) > 50 for part in parts):
        raise _wrong(f"`{name}` takes 1 to {STOPS} texts of at most 50 characters, separated by |.")
    return parts


def _bias(name: str, value: str) -> dict[str, int]:
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError):
        parsed = None
    good = isinstance(parsed, dict) and all(_WHOLE.fullmatch(key) and _is_bias(bias) for key, bias in parsed.items())
    if not good or len(parsed) > 300:
        raise _wrong(f'`{name}` takes token ids with a bias from -100 to 100, such as {{"50256": -100}}.')
    return dict(parsed)


def _is_bias(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -100 <= value <= 100


_READERS: Mapping[str, Callable[[str, str], object]] = {
    "temperature": _number(0, 2),
    "max_tokens": _integer(1, 128_000),
    "top_p": _number(0, 1),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "stop": _stops,
    "seed": _integer(-(2**63), 2**63 - 1),
    "logit_bias": _bias,
    "reasoning_effort": _one_of(EFFORTS),
    "verbosity": _one_of(VERBOSITIES),
    "response_format": _one_of(FORMATS),
}
