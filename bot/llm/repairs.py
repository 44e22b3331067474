"""Learning from a refusal: which parameter the endpoint did not take, and the profile that no longer sends it so. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.llm.capabilities import EFFORTS, TEMPERED, Profile, Sampled, value_of
from bot.llm.complaint import Complaint

LIMITS = ("max_completion_tokens", "max_tokens")
REPAIRABLE = (
    "stream_options.include_obfuscation",
    "stream_options.include_usage",
    "stream_options",
    *LIMITS,
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "stop",
    "seed",
    "logit_bias",
    "reasoning_effort",
    "verbosity",
    "response_format",
    "safety_identifier",
    "name",
    "stream",
)
"""In the order in which a text is searched: the more precise name first."""

_CODES = {"unsupported_parameter", "unsupported_value", "unknown_parameter", "unrecognized_parameter"}
_UNSUPPORTED = re.compile(
    r"unsupported|not support|n't support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|forbidden|extra inputs|"
    r"incompatible|not available|cannot be used|cannot both|must be verified",
    re.IGNORECASE,
)
_ENUMERATED = {"reasoning_effort", "verbosity"}
"""Values are words: one that is refused is one the model does not know, however that is said."""
_COMMON = {"stop", "seed", "name", "stream"}
"""Everyday words: in a text they count only in quotes."""
_EFFORT = re.compile(rf"['\"`]({'|'.join(EFFORTS)})['\"`]")


def refused_parameter(complaint: Complaint, sent: Mapping[str, Any]) -> str:
    """The parameter of `sent` that this refusal is about; empty when it is about something else, such as the prompt's size."""
    if complaint.status not in (400, 422):
        return ""
    if complaint.param:
        named = _canonical(complaint.param)
    else:
        named = next((name for name in REPAIRABLE if _mentions(complaint.text, name) and value_of(sent, name) is not None), "")
    if named not in REPAIRABLE or value_of(sent, named) is None:
        return ""
    unsupported = complaint.code in _CODES or named in _ENUMERATED or _UNSUPPORTED.search(complaint.text)
    return named if unsupported else ""


def repaired(profile: Profile, *, parameter: str, complaint: Complaint, sent: Mapping[str, Any]) -> Profile | None:
    """`profile` without what was refused; None where nothing can be done: a token limit is renamed once, never given up."""
    if parameter in LIMITS:
        other = LIMITS[1 - LIMITS.index(parameter)]
        return None if profile.swapped else replace(profile, limit=other, swapped=True)
    if parameter == "stream":
        return replace(profile, streams=False)
    if parameter == "reasoning_effort":
        return _other_effort(profile, complaint, refused=str(sent[parameter]))
    if parameter in TEMPERED and _because_it_reasons(complaint, sent):
        return replace(profile, sampled=_stricter(sent))
    return replace(profile, dropped=profile.dropped | {parameter})


def _other_effort(profile: Profile, complaint: Complaint, *, refused: str) -> Profile:
    named = set(_EFFORT.findall(complaint.text)) - {refused}
    if named and not profile.efforts:
        return replace(profile, efforts=tuple(sorted(named, key=EFFORTS.index)))
    return replace(profile, dropped=profile.dropped | {"reasoning_effort"}, efforts=())


def _because_it_reasons(complaint: Complaint, sent: Mapping[str, Any]) -> bool:
    said = complaint.code in _CODES or "reasoning" in complaint.text.lower()
    return said and sent.get("reasoning_effort") != "none"


def _stricter(sent: Mapping[str, Any]) -> Sampled:
    return Sampled.EFFORT_NONE if "reasoning_effort" not in sent else Sampled.UNLESS_ASKED


def _canonical(param: str) -> str:
    if param.startswith("messages"):
        return "name" if param.endswith(".name") else ""
    if param in REPAIRABLE:
        return param
    return param.partition(".")[0]


def _mentions(text: str, name: str) -> bool:
    if name in _COMMON:
        return re.search(rf"['\"`]{name}['\"`]", text) is not None
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None
