"""How many tokens a text has, roughly, without a vocabulary: always corrected by what the model reports."""

import unicodedata

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for Latin script; wide scripts have about one token a character."""


def estimate(text: str) -> int:
    """Estimated tokens of `text`, at least 1."""
    if text.isascii():
        return len(text) // CHARACTERS_PER_TOKEN + 1
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return wide + (len(text) - wide) // CHARACTERS_PER_TOKEN + 1
