"""How wide text stands: by the widths of Helvetica, which Arial and most sans-serif fonts of chats come close to.

Every run of text in a picture is told its width, so that it ends where we think it does, in whatever font it is shown.
"""

from collections.abc import Iterator

from wcwidth import iter_graphemes, wcswidth

_THOUSANDTHS = {
    191: "'", 222: "ijl", 260: "|", 278: " !,./:;I[\\]ft", 333: "()-`r‹›", 334: "{}", 350: "•", 355: '"', 389: "*", 469: "^",
    500: "Jcksvxyz", 584: "+<=>~−", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W",
    1000: "…—", 1015: "@",
}  # fmt: skip
_EM = {character: width / 1000 for width, characters in _THOUSANDTHS.items() for character in characters}
_OTHER_EM = 0.556
_WIDE_EM, _EMOJI_EM = 1.0, 1.2
_BOLD = 1.07

MONO_EM = 0.6
"""A column of a monospaced font."""


def sans(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels of `text` in a font of `size` pixels."""
    ems = sum(_grapheme(grapheme) for grapheme in iter_graphemes(text))
    return ems * size * (_BOLD if bold else 1)


def mono(text: str, size: float) -> float:
    """As `sans`, in a monospaced font: a Chinese character or an emoji takes two columns."""
    return max(0, wcswidth(text)) * MONO_EM * size


def columns(line: str) -> Iterator[tuple[int, int, str]]:
    """The pieces of a line in a monospaced font, with the column where each begins and how many it takes: plain ones together, each
    other one by itself."""
    column, begun, plain = 0, 0, ""
    for grapheme in iter_graphemes(line):
        width = max(0, wcswidth(grapheme))
        if grapheme.isascii():
            plain += grapheme
        else:
            if plain:
                yield begun, len(plain), plain
            yield column, width, grapheme
            begun, plain = column + width, ""
        column += width
    if plain:
        yield begun, len(plain), plain


def _grapheme(grapheme: str) -> float:
    if grapheme in _EM:
        return _EM[grapheme]
    before = _EM[" "] if grapheme[0] == " " else 0  # what modifies an emoji belongs to a space, too
    if wcswidth(grapheme) < 2:
        return before + _OTHER_EM
    return before + (_EMOJI_EM if grapheme[-1] > "\U0001f000" else _WIDE_EM)
