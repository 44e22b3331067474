"""Cutting a long text into pieces that a platform takes, so that a text still growing never changes what was cut before."""

import re
import unicodedata
from collections.abc import Callable

Render = Callable[[str], str]

_SENTENCE = re.compile(r"""(?<!\d)[.!?…]["'”’)\]*_]*\s|[。！？][」』”’]?""")
_ZERO_WIDTH_JOINER = "\u200d"


def identity(text: str) -> str:
    """Rendering where a platform writes what the model wrote."""
    return text


def split(text: str, *, limit: int, render: Render = identity) -> list[str]:
    """Pieces of the source `text` whose rendered length is at most `limit` characters; joined they are `text`.

    A piece ends after a paragraph, a line or a sentence (in its second half), else after a word, else anywhere. It is closed only
    when the text goes beyond it, and then looks at nothing further on: appending leaves every piece but the last as it was, as long as
    rendering more text never gives a shorter result. A single character that renders longer than `limit` is a piece of its own.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")

    def fits(piece: str) -> bool:
        return len(render(piece)) <= limit

    pieces = []
    while text:
        end = _first_piece(text, limit=limit, fits=fits)
        pieces.append(text[:end])
        text = text[end:]
    return pieces


def _first_piece(text: str, *, limit: int, fits: Callable[[str], bool]) -> int:
    reach = _reach(text, limit=limit, fits=fits)
    if reach == len(text):
        return reach
    if reach == 0:
        return 1
    for cut in (_paragraph(text, reach), _line(text, reach), _sentence(text, reach), _word(text, reach), _between_characters(text, reach)):
        if cut and not _inside_character(text, cut) and fits(text[:cut]):
            return cut
    return reach


def _reach(text: str, *, limit: int, fits: Callable[[str], bool]) -> int:
    """Length of the longest beginning that fits: found by doubling, then halving, as rendering may shorten as well as lengthen."""
    low, high = 0, min(limit, len(text))
    while fits(text[:high]):
        if high == len(text):
            return high
        low, high = high, min(high * 2, len(text))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle)
    return low


# Each of these gives the last good cut at or before `reach`, or 0. They may look at the character at `reach`, which is known to be
# there, and at nothing behind it: that is what keeps closed pieces as they are.


def _paragraph(text: str, reach: int) -> int:
    found = text.rfind("\n\n", reach // 2, reach)
    return found + 2 if found >= 0 else 0


def _line(text: str, reach: int) -> int:
    found = text.rfind("\n", reach // 2, reach + 1)
    return min(found + 1, reach) if found >= 0 else 0


def _sentence(text: str, reach: int) -> int:
    ends = [min(match.end(), reach) for match in _SENTENCE.finditer(text, reach // 2, reach + 1)]
    return ends[-1] if ends else 0


def _word(text: str, reach: int) -> int:
    if text[reach].isspace():
        return reach
    cut = next((end for end in range(reach, 0, -1) if text[end - 1].isspace()), 0)
    return cut if text[:cut].strip() else 0


def _between_characters(text: str, reach: int) -> int:
    return next((end for end in range(reach, 0, -1) if not _inside_character(text, end)), 0)


def _inside_character(text: str, at: int) -> bool:
    """Whether a cut at `at` would tear apart what people see as one character."""
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in {"Mn", "Mc", "Me"} or _ZERO_WIDTH_JOINER in (before, after):
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # skin tones, tags of regional flags
        return True
    return (before == "\r" and after == "\n") or (_is_flag_half(after) and _flag_halves_before(text, at) % 2 == 1)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start
