"""What a persona may say and set, checked when it is set."""

import string
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OrderInvalid
from bot.personas.bounds import EFFORTS, FORMATS, INSTRUCTIONS_LIMIT, VERBOSITIES, checked_instructions, parameter_names, with_parameters
from bot.settings import Settings
from bot.vocabulary.model import Sampling

NUMBERS = {"temperature": (0, 2), "top_p": (0, 1), "presence_penalty": (-2, 2), "frequency_penalty": (-2, 2)}
WHOLE = {"max_tokens": (1, 128_000), "seed": (-(2**63), 2**63 - 1)}
WORDS = {"reasoning_effort": EFFORTS, "verbosity": VERBOSITIES, "response_format": FORMATS}
SETTABLE = tuple(name for name in parameter_names() if name != "model")

GOOD = [
    ("temperature", "0", 0.0),
    ("temperature", "0.3", 0.3),
    ("temperature", "0,3", 0.3),
    ("temperature", " 2 ", 2.0),
    ("max_tokens", "1", 1),
    ("seed", "0", 0),
    ("seed", "-9223372036854775808", -(2**63)),
    ("stop", "END", ("END",)),
    ("stop", "a | b|c|d", ("a", "b", "c", "d")),
    ("stop", "x" * 50, ("x" * 50,)),
    ("logit_bias", '{"50256": -100, "7": 100}', {"50256": -100, "7": 100}),
    ("reasoning_effort", "HIGH", "high"),
    ("verbosity", "low", "low"),
    ("response_format", "json_object", "json_object"),
]
BAD = [
    ("temperature", "warm"),
    ("temperature", ""),
    ("temperature", "nan"),
    ("temperature", "inf"),
    ("top_p", "1.0001"),
    ("max_tokens", "0"),
    ("max_tokens", "1.5"),
    ("max_tokens", "1,000"),
    ("max_tokens", "--5"),
    ("max_tokens", "-"),
    ("max_tokens", "²"),
    ("seed", "9223372036854775808"),
    ("seed", "9" * 5000),
    ("stop", " | "),
    ("stop", "a|b|c|d|e"),
    ("stop", "x" * 51),
    ("logit_bias", "[]"),
    ("logit_bias", "nonsense"),
    ("logit_bias", "[" * 2000),
    ("logit_bias", '{"7": 101}'),
    ("logit_bias", '{"7": 1.5}'),
    ("logit_bias", '{"7": true}'),
    ("logit_bias", '{"7": NaN}'),
    ("logit_bias", '{"word": 1}'),
    ("logit_bias", '{"٧": 1}'),
    ("logit_bias", "{" + ",".join(f'"{token}": 1' for token in range(301)) + "}"),
    ("reasoning_effort", "huge"),
    ("verbosity", "none"),
    ("response_format", "xml"),
]


@pytest.mark.parametrize(("name", "value", "read"), GOOD)
def test_a_good_value_is_read(name: str, value: str, read: object) -> None:
    assert getattr(with_parameters(Sampling(), {name: value}), name) == read


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused_in_words_that_name_the_parameter(name: str, value: str) -> None:
    with pytest.raises(OrderInvalid) as refused:
        with_parameters(Sampling(), {name: value})
    assert f"`{name}`" in refused.value.user_text


def test_the_tables_cover_every_parameter() -> None:
    tried = {name for name, *_ in GOOD}
    assert tried | set(NUMBERS) == {field.name for field in fields(Sampling)} == set(SETTABLE)


@pytest.mark.parametrize(("name", "bounds"), [*NUMBERS.items(), *WHOLE.items()])
def test_the_bounds_themselves_are_allowed_and_what_lies_beyond_is_not(name: str, bounds: tuple[int, int]) -> None:
    for value in bounds:
        assert getattr(with_parameters(Sampling(), {name: str(value)}), name) == value
    for value in (bounds[0] - 1, bounds[1] + 1):
        with pytest.raises(OrderInvalid):
            with_parameters(Sampling(), {name: str(value)})


@given(name=st.sampled_from(sorted(NUMBERS)), value=st.floats())
def test_a_number_is_kept_exactly_when_it_is_within_bounds(name: str, value: float) -> None:
    low, high = NUMBERS[name]
    if low <= value <= high:
        assert getattr(with_parameters(Sampling(), {name: repr(value)}), name) == value
    else:
        with pytest.raises(OrderInvalid):
            with_parameters(Sampling(), {name: repr(value)})


@given(name=st.sampled_from(SETTABLE), value=st.text() | st.text(string.digits + '-.,|{}[]":e'))
def test_whatever_people_write_is_read_or_refused(name: str, value: str) -> None:
    try:
        changed = with_parameters(Sampling(), {name: value})
    except OrderInvalid:
        return
    assert with_parameters(changed, {name: "default"}) == Sampling()


def test_default_takes_one_parameter_back_and_leaves_the_others() -> None:
    both = with_parameters(Sampling(), {"temperature": "0", "stop": "END"})
    assert with_parameters(both, {"temperature": " Default "}) == Sampling(stop=("END",))


def test_an_unknown_parameter_is_refused_with_the_list_of_those_there_are() -> None:
    with pytest.raises(OrderInvalid) as refused:
        with_parameters(Sampling(), {"temprature": "1"})
    assert all(name in refused.value.user_text for name in parameter_names())


def test_instructions_are_stripped_and_bounded() -> None:
    assert checked_instructions("  be nice\n") == "be nice"
    assert len(checked_instructions("x" * INSTRUCTIONS_LIMIT)) == INSTRUCTIONS_LIMIT
    with pytest.raises(OrderInvalid, match="empty"):
        checked_instructions(" \n ")
    with pytest.raises(OrderInvalid) as refused:
        checked_instructions("x" * (INSTRUCTIONS_LIMIT + 1))
    assert "3,001" in refused.value.user_text
    assert "3,000" in refused.value.user_text


def test_the_operator_may_set_the_same_efforts_as_a_persona() -> None:
    assert get_args(Settings.model_fields["openai_reasoning_effort"].annotation) == EFFORTS
