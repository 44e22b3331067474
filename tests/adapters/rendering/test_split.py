"""Cutting: nothing lost, nothing over the limit, nothing that changes afterwards, and nice where it can be."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.split import identity, split

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1ee\U0001f1f3"
UNITS = ["a", "b", " ", "\n", ".", "&", "*", "e\u0301", "。", FAMILY, FLAG, "\ud83d", "\ude00", "\r"]
TEXTS = st.lists(st.sampled_from(UNITS), max_size=120).map("".join)
RENDERS = st.sampled_from([identity, escape])


def bold_as_slack(text: str) -> str:
    """Gets shorter when a pair is closed."""
    return text.replace("**", "*")


@given(text=TEXTS, limit=st.integers(5, 40), render=st.sampled_from([identity, escape, bold_as_slack]))
def test_joined_pieces_are_the_text_and_each_fits(text: str, limit: int, render: object) -> None:
    assert callable(render)
    pieces = split(text, limit=limit, render=render)
    assert "".join(pieces) == text
    assert all(0 < len(render(piece)) <= limit for piece in pieces)


@given(text=TEXTS, more=TEXTS, limit=st.integers(5, 40), render=RENDERS)
def test_closed_pieces_stay_when_text_is_appended(text: str, more: str, limit: int, render: object) -> None:
    assert callable(render)
    closed = split(text, limit=limit, render=render)[:-1]
    assert split(text + more, limit=limit, render=render)[: len(closed)] == closed


@given(words=st.lists(st.text(alphabet="abc", min_size=1, max_size=10), max_size=60))
def test_no_word_is_cut_that_fits(words: list[str]) -> None:
    pieces = split(" ".join(words), limit=12)
    assert [word for piece in pieces for word in piece.split()] == words


@given(count=st.integers(1, 60), unit=st.sampled_from([FAMILY, FLAG, "e\u0301\u0302", "\U0001f44d\U0001f3fd", "\ud83d\ude00", "❤\ufe0f"]))
def test_no_visible_character_is_torn(count: int, unit: str) -> None:
    assert all(len(piece) % len(unit) == 0 for piece in split(unit * count, limit=11))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("0123456789", ["0123456789"]),
        ("0123456789x", ["0123456789", "x"]),
        ("one.\n\ntwo. three", ["one.\n\n", "two. three"]),
        ("aa bb\nccc ddd", ["aa bb\n", "ccc ddd"]),
        ("So it is. But no", ["So it is. ", "But no"]),
        ("你好吗。我很好。谢谢你们大家", ["你好吗。我很好。", "谢谢你们大家"]),
        ("aaa bbb cccc", ["aaa bbb ", "cccc"]),
        ("aaaa bbbbb cc", ["aaaa bbbbb", " cc"]),
        ("a 0123456789", ["a ", "0123456789"]),
        ("a\n\nb cccc dddd", ["a\n\nb cccc ", "dddd"]),
        ("aaaaa 1. bbbb", ["aaaaa 1. ", "bbbb"]),
    ],
)
def test_cuts_where_a_reader_would(text: str, pieces: list[str]) -> None:
    assert split(text, limit=10) == pieces


def test_counts_what_is_rendered() -> None:
    assert split("&&&&", limit=10, render=escape) == ["&&", "&&"]
    assert split("**aa** **bb**", limit=8, render=bold_as_slack) == ["**aa** ", "**bb**"]
    assert split("**aaaaaa**", limit=8, render=bold_as_slack) == ["**aaaaaa**"]


def test_a_character_that_never_fits_stands_alone() -> None:
    assert split("&a", limit=3, render=escape) == ["&", "a"]


def test_a_limit_below_one_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="limit"):
        split("a", limit=0)
