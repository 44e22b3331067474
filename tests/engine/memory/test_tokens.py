"""How many tokens a text has, roughly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.tokens import CHARACTERS_PER_TOKEN, estimate


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 1),
        ("abc", 1),
        ("abcd", 2),
        ("x" * 400, 101),
        ("日本語", 4),
        ("日本語 abc", 5),
        ("한국어", 4),
        ("全角ＡＢＣ", 6),
        ("é" * 40, 11),
        ("🙂", 2),
        ("🙂" * 50, 51),
        ("👩‍👩‍👧", 4),
        ("\ud800", 1),
    ],
)
def test_estimates(text: str, tokens: int) -> None:
    assert estimate(text) == tokens


@given(st.text())
def test_it_lies_between_a_quarter_and_the_whole_of_the_characters(text: str) -> None:
    assert len(text) // CHARACTERS_PER_TOKEN < estimate(text) <= len(text) + 1


@given(st.text(), st.text())
def test_more_text_never_has_fewer_tokens(text: str, more: str) -> None:
    assert max(estimate(text), estimate(more)) <= estimate(text + more) <= estimate(text) + estimate(more)
