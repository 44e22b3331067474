"""Counting tokens without a vocabulary: an estimate, good enough for a stand-in and the same on every machine."""

from collections.abc import Iterable

CHARACTERS_PER_TOKEN = 4
PER_MESSAGE = 4
"""Tokens that the chat format adds to each message (role and separators)."""

_IDEOGRAPHIC = ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))


def estimate(text: str) -> int:
    """Tokens in `text`: one for each Chinese, Japanese or Korean character, one for every four others (rounded up)."""
    ideographic = sum(map(_is_ideographic, text))
    return ideographic + -(-(len(text) - ideographic) // CHARACTERS_PER_TOKEN)


def estimate_prompt(texts: Iterable[str]) -> int:
    """Tokens of a prompt whose messages have these texts."""
    return sum(estimate(text) + PER_MESSAGE for text in texts)


def clip(text: str, tokens: int | None) -> str:
    """The longest beginning of `text` that `estimate` counts as at most `tokens`; None: all of it."""
    if tokens is None or estimate(text) <= tokens:
        return text
    ideographic = other = 0
    for position, character in enumerate(text):
        if _is_ideographic(character):
            ideographic += 1
        else:
            other += 1
        if ideographic + -(-other // CHARACTERS_PER_TOKEN) > tokens:
            return text[:position]
    return text


def _is_ideographic(character: str) -> bool:
    point = ord(character)
    return point >= 0x1100 and any(first <= point <= last for first, last in _IDEOGRAPHIC)
