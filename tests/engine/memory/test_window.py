"""The window: the newest whole exchanges that fit."""

from hypothesis import given
from hypothesis import strategies as st

from bot.memory.exchange import Exchange, Line
from bot.memory.window import size, window

TEXTS = st.text(max_size=60) | st.sampled_from(["x" * 400, "日本語" * 40, "🙂" * 30])
LINES = st.lists(st.builds(Line, st.just("id"), st.just("ada"), st.text(max_size=8), TEXTS), min_size=1, max_size=4).map(tuple)
HISTORIES = st.lists(st.builds(Exchange, st.uuids().map(str), LINES, TEXTS, st.just(0.0)), max_size=12)


def messages(*exchanges: Exchange) -> int:
    return sum(len(exchange.lines) + 1 for exchange in exchanges)


@given(HISTORIES, st.integers(0, 30), st.integers(0, 800))
def test_it_is_the_longest_tail_that_fits(history: list[Exchange], most: int, tokens: int) -> None:
    seen = window(history, messages=most, tokens=tokens)
    left = len(history) - len(seen)
    assert seen == tuple(history[left:]), "the newest, whole, in order, without a gap"
    assert messages(*seen) <= most
    assert sum(map(size, seen)) <= tokens
    if left:
        one_more = history[left - 1 :]
        assert messages(*one_more) > most or sum(map(size, one_more)) > tokens


def test_an_exchange_is_never_split() -> None:
    three = Exchange("t", (Line("1", "ada", "Ada", "a"), Line("2", "ada", "Ada", "b")), "answer", 0.0)
    assert window([three], messages=2, tokens=1000) == ()
    assert window([three], messages=3, tokens=1000) == (three,)
    assert window([three], messages=3, tokens=size(three) - 1) == ()
    assert window([three], messages=3, tokens=size(three)) == (three,)


def test_an_old_exchange_behind_one_that_is_too_long_stays_out() -> None:
    short, long = (Exchange(turn, (Line("1", "ada", "Ada", "hi"),), answer, 0.0) for turn, answer in (("1", "hello"), ("2", "x" * 9000)))
    assert window([short, long, short], messages=20, tokens=100) == (short,)
    assert window([short, long], messages=20, tokens=100) == ()
