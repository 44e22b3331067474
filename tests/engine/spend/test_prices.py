"""What a call costs: own prices, the price library by figures worked out by hand, and nothing where nothing is paid."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.spend.prices import OPENAI, Prices, is_local
from bot.vocabulary.model import Usage
from tests.fakes.clock import VirtualClock

MODEL, UNKNOWN = "gpt-5.4-mini", "no-such-model"


def listed(base_url: str = "") -> Prices:
    return Prices(base_url=base_url, clock=VirtualClock())


@pytest.mark.parametrize(
    ("usage", "millionths"),
    [
        (Usage(), 0),
        (Usage(input=1_000_000), 100_000 * 2),  # beyond 272,000 tokens the whole request costs twice
        (Usage(input=10_000), 1_000),
        (Usage(output=10_000), 5_000),
        (Usage(input=10_000, output=1_000, cached=4_000), 600 + 40 + 500),
        (Usage(input=10_000, output=1_000, cached=4_000, reasoning=900), 600 + 40 + 500),
        (Usage(input=10_000, cached=4_000, cache_write=2_000), 400 + 40 + 250),
        (Usage(input=1), 1),  # a tenth of a millionth, rounded up
        (Usage(input=11), 2),
    ],
)
def test_the_librarys_price_is_ours_to_the_millionth(usage: Usage, millionths: int) -> None:
    # USD per million tokens: 0.10 in, 0.01 cached, 0.125 written to the cache, 0.50 out
    assert listed().cost("gpt-6-luna", usage) == millionths


def test_another_model_has_another_price() -> None:
    # 0.75 in, 0.075 cached, 4.50 out
    assert listed().cost(MODEL, Usage(input=2_000, output=100, cached=1_000)) == 750 + 75 + 450


def test_a_cheaper_tier_is_known() -> None:
    assert listed().cost("gpt-6-luna", Usage(input=10_000, output=1_000), "flex") == 750
    assert listed().cost("gpt-6-luna", Usage(input=10_000, output=1_000), "default") == 1_500


def test_behind_a_proxy_the_models_name_tells_the_price() -> None:
    assert listed("https://proxy.example.com/v1").cost(MODEL, Usage(input=1_000)) == 750


def test_an_unknown_model_costs_nothing_and_is_named_once() -> None:
    prices = listed()
    with capture_logs() as lines:
        costs = [prices.cost(model, Usage(input=1_000)) for model in (UNKNOWN, UNKNOWN, "another-unknown", UNKNOWN)]
    assert costs == [0, 0, 0, 0]
    assert [line["model"] for line in lines] == [UNKNOWN, "another-unknown"]
    assert not prices.knows(UNKNOWN)
    assert prices.knows(MODEL)


@pytest.mark.parametrize(
    "base_url", ["http://localhost:11434/v1", "http://127.0.0.1:8080/v1", "http://[::1]:1/v1", "http://192.168.1.5/v1"]
)
def test_a_local_endpoint_costs_nothing_whatever_its_model_is_called(base_url: str) -> None:
    assert listed(base_url).cost(MODEL, Usage(input=10**9, output=10**9)) == 0
    assert listed(base_url).knows(UNKNOWN)


@pytest.mark.parametrize("base_url", ["", OPENAI, "http://localhost:11434/v1"])
def test_own_prices_go_before_everything(base_url: str) -> None:
    prices = Prices(base_url=base_url, clock=VirtualClock(), input_price=2.0, output_price=0.5)
    assert prices.cost(UNKNOWN, Usage(input=1_000, output=1_001)) == 2_000 + 501
    assert prices.cost(MODEL, Usage(input=1_000)) == 2_000
    assert prices.knows(UNKNOWN)


def test_one_own_price_leaves_the_other_at_nothing() -> None:
    prices = Prices(base_url="", clock=VirtualClock(), input_price=None, output_price=3.0)
    assert prices.cost(MODEL, Usage(input=1_000, output=10)) == 30


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**6),
    st.decimals(0, 100, places=3, allow_nan=False),
    st.decimals(0, 100, places=3, allow_nan=False),
)
def test_own_prices_are_rounded_up_from_the_exact_sum(input: int, output: int, per_input: object, per_output: object) -> None:
    prices = Prices(base_url="", clock=VirtualClock(), input_price=float(str(per_input)), output_price=float(str(per_output)))
    exact = input * Fraction(str(per_input)) + output * Fraction(str(per_output))
    assert prices.cost(UNKNOWN, Usage(input=input, output=output)) == -(-exact.numerator // exact.denominator)


@pytest.mark.parametrize(
    ("base_url", "local"),
    [
        ("http://localhost/v1", True),
        ("http://127.0.0.1:1234/v1", True),
        ("http://10.0.0.7/v1", True),
        ("http://[fd00::1]:8000/v1", True),
        ("http://ollama:11434/v1", True),
        ("http://mac.local:1234/v1", True),
        ("http://host.docker.internal:1234/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://8.8.8.8/v1", False),
        ("https://localhost.example.com/v1", False),
        ("https://[2606:4700::1]/v1", False),
    ],
)
def test_which_endpoints_are_local(base_url: str, local: bool) -> None:
    assert is_local(base_url) is local
