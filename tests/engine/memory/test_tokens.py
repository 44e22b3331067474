"""How many tokens a text has, roughly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.tokens import CHARACTERS_PER_TOKEN, PER_MESSAGE, estimate, estimate_prompt


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("abc", 1),
        ("abcd", 1),
        ("abcde", 2),
        ("x" * 400, 100),
        ("日本語", 3),
        ("日本語 abc", 4),
        ("한국어", 3),
        ("全角ＡＢＣ", 5),
        ("é" * 40, 10),
        ("🙂", 1),
        ("🙂" * 50, 50),
        ("👩‍👩‍👧", 4),
        ("\ud800", 1),
    ],
)
def test_estimates(text: str, tokens: int) -> None:
    assert estimate(text) == tokens


@given(st.text())
def test_it_lies_between_a_quarter_and_the_whole_of_the_characters(text: str) -> None:
    assert len(text) / CHARACTERS_PER_TOKEN <= estimate(text) <= len(text)


@given(st.text(), st.text())
def test_more_text_never_has_fewer_tokens(text: str, more: str) -> None:
    assert max(estimate(text), estimate(more)) <= estimate(text + more) <= estimate(text) + estimate(more)


def test_messages_cost_their_frame() -> None:
    assert estimate_prompt(["You are Parley.", "漢字"]) == 4 + 2 + 2 * PER_MESSAGE
