"""Counting tokens without a vocabulary: an estimate for what an endpoint did not report."""

import re
from collections.abc import Iterable

from bot.vocabulary.model import Message

CHARACTERS_PER_TOKEN = 4
PER_MESSAGE = 4
"""Tokens that the chat format adds to each message (role and separators)."""

_IDEOGRAPHIC = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"  # Hangul, CJK, kana, full width
)


def estimate_text(text: str) -> int:
    """Tokens in `text`: one for each Chinese, Japanese or Korean character, one for every four others (rounded up)."""
    ideographic = 0 if text.isascii() else len(_IDEOGRAPHIC.findall(text))
    return ideographic + -(-(len(text) - ideographic) // CHARACTERS_PER_TOKEN)


def estimate(messages: Iterable[Message]) -> int:
    """Tokens of a prompt."""
    return sum(estimate_text(message.text) + PER_MESSAGE for message in messages)
