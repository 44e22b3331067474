"""The moderation endpoint: what to judge, and the verdict in the API's words.

Which text is flagged is a function, so that tests can script it.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.offline.api_error import ApiError, missing, wrong_type
from bot.offline.wordlist import CATEGORIES, IMAGE_CATEGORIES, matches

Scorer = Callable[[str], Mapping[str, float]]
"""Text to the categories that it is flagged for, each with its score (0 to 1)."""

SURE, CLEAN = 0.98, 0.0001


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing to judge: text, and whether an image came with it."""

    text: str
    has_text: bool = True
    has_image: bool = False


def by_word_list(text: str) -> dict[str, float]:
    """The `Scorer` of the stand-in."""
    return dict.fromkeys(matches(text), SURE)


def moderation(body: Mapping[str, Any], scorer: Scorer = by_word_list, *, model: str) -> dict[str, Any]:
    """The response to a moderation request: one result per string, one for all parts together. Raises `ApiError`."""
    results = [_result(judged, scorer(judged.text)) for judged in _inputs(body.get("input"))]
    return {"id": f"modr-{secrets.token_hex(12)}", "model": body.get("model") or model, "results": results}


def _inputs(given: Any) -> list[Judged]:
    if given is None:
        raise missing("input")
    if isinstance(given, str):
        return [Judged(given)]
    if not isinstance(given, list):
        raise wrong_type("input", "a string, an array of strings or an array of objects")
    if not given:
        raise ApiError("Invalid 'input': empty array.", param="input", code="empty_array")
    if all(isinstance(entry, str) for entry in given):
        return [Judged(entry) for entry in given]
    return [_parts(given)]


def _parts(parts: list[Any]) -> Judged:
    texts, images = [], 0
    for index, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind == "image_url" and isinstance(part.get("image_url"), dict) and part["image_url"].get("url"):
            images += 1
        else:
            raise wrong_type(f"input[{index}]", "a text or image_url object")
    return Judged("\n".join(texts), bool(texts), bool(images))


def _result(judged: Judged, scores: Mapping[str, float]) -> dict[str, Any]:
    return {
        "flagged": bool(scores),
        "categories": {category: category in scores for category in CATEGORIES},
        "category_scores": {category: scores.get(category, _unflagged(category, judged)) for category in CATEGORIES},
        "category_applied_input_types": {category: _applied(category, judged) for category in CATEGORIES},
    }


def _unflagged(category: str, judged: Judged) -> float:
    return CLEAN if _applied(category, judged) else 0.0


def _applied(category: str, judged: Judged) -> list[str]:
    looked_at = judged.has_image and category in IMAGE_CATEGORIES
    return ["text"] * judged.has_text + ["image"] * looked_at
