"""Money as people see it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.spend.report import Currency

RUPEES = Currency("INR", 85)


@pytest.mark.parametrize(
    ("currency", "millionths", "shown"),
    [
        (Currency(), 0, "0.00 USD"),
        (Currency(), 1, "0.000001 USD"),
        (Currency(), 9_999, "0.009999 USD"),
        (Currency(), 10_000, "0.0100 USD"),
        (Currency(), 1_000_000, "1.00 USD"),
        (Currency(), 1_234_567_890, "1,234.57 USD"),
        (RUPEES, 0, "0.00 INR"),
        (RUPEES, 1, "0.000085 INR"),
        (RUPEES, 1_140, "0.0969 INR"),
        (RUPEES, 1_000_000, "85.00 INR"),
        (RUPEES, 100_000_000, "8,500.00 INR"),
    ],
)
def test_amounts(currency: Currency, millionths: int, shown: str) -> None:
    assert currency.show(millionths) == shown


@given(st.integers(1, 10**12), st.floats(1, 1000))
def test_something_never_looks_like_nothing(millionths: int, rate: float) -> None:
    assert float(Currency("XXX", rate).show(millionths).split()[0].replace(",", "")) > 0


@pytest.mark.parametrize(("amount", "millionths"), [(0, 0), (85, 1_000_000), (0.85, 10_000), (14.45, 170_000), (8_500, 100_000_000)])
def test_a_budget_in_rupees_is_kept_in_dollars(amount: float, millionths: int) -> None:
    assert RUPEES.millionths(amount) == millionths


@given(st.integers(0, 10**9))
@example(249)
def test_a_budget_of_whole_millionths_is_kept_exactly(millionths: int) -> None:
    assert Currency().millionths(millionths / 1_000_000) == millionths
