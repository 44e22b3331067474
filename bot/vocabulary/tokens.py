"""How many tokens a text has, roughly, without a vocabulary: always corrected by what the model reports."""

import re
from collections.abc import Iterable

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for Latin script; wide characters have about one token each."""

PER_MESSAGE = 4
"""Tokens that the chat format adds to each message (role and separators)."""

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffef\U0001f000-\U0003ffff]"
)  # Hangul, CJK, kana, full width; emoji


def estimate(text: str) -> int:
    """Estimated tokens of `text`: one for each wide character, one for every four others (rounded up). 0 for no text."""
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    return wide + -(-(len(text) - wide) // CHARACTERS_PER_TOKEN)


def estimate_prompt(texts: Iterable[str]) -> int:
    """Estimated tokens of a prompt whose messages have these texts."""
    return sum(estimate(text) + PER_MESSAGE for text in texts)
