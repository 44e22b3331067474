"""The estimate is a rule of thumb that others can compute, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.tokens import PER_MESSAGE, estimate, estimate_text
from tests.engine.llm.doubles import MESSAGES


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("漢字", 2), ("漢字ab", 3), ("안녕", 2), ("éàü", 1)]
)
def test_text(text: str, tokens: int) -> None:
    assert estimate_text(text) == tokens


@given(st.text(), st.text())
def test_joining_never_costs_more_than_the_parts(one: str, other: str) -> None:
    assert max(estimate_text(one), estimate_text(other)) <= estimate_text(one + other) <= estimate_text(one) + estimate_text(other)


def test_messages_cost_their_frame() -> None:
    assert estimate(MESSAGES) == estimate_text("You are Parley.") + estimate_text("How are you?") + 2 * PER_MESSAGE
