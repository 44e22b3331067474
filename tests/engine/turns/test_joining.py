"""Going on where an answer ended: whatever the model repeats, every word is there once."""

from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import ModelError, StreamCut
from bot.turns.joining import LONGEST_WORD, Continued, Seam, cut_back, join
from bot.vocabulary.model import Finished, ModelEvent, Text, Usage
from tests.engine.llm.doubles import REQUEST

WORDS = st.text("abcdefghäöü0123456789.,:-*_`|漢字かな😀", min_size=1, max_size=12)
SPACES = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\n    ", "  "])
TEXTS = st.lists(st.tuples(WORDS, SPACES), min_size=1, max_size=40).map(lambda pairs: "".join(word + space for word, space in pairs))
N = 80
"""Most characters that the model repeats here."""


def overlaps(place: str, more: str) -> list[int]:
    """Every way to read `more` as a repetition of the end of `place`."""
    return [length for length in range(1, min(len(place), len(more)) + 1) if place.endswith(more[:length])]


def pieces(text: str, sizes: Sequence[int]) -> list[str]:
    """`text` as it streams."""
    cut, at = [], 0
    for size in sizes:
        cut.append(text[at : at + size])
        at += size
    return [*cut, text[at:]]


@given(text=TEXTS, cut=st.integers(1, 500), repeated=st.integers(0, N), sizes=st.lists(st.integers(1, 20), max_size=50))
def test_the_whole_is_the_text_that_was_cut(text: str, cut: int, repeated: int, sizes: list[int]) -> None:
    so_far = text[:cut]
    place = cut_back(so_far)
    repeated = min(repeated, len(place))
    more = text[len(place) - repeated :]
    assume(more.strip())
    assume(max(overlaps(place, more), default=0) == repeated)  # who says "ha ha ha" may mean it
    seam = Seam(so_far)
    shown = [seam.feed(piece) for piece in pieces(more, sizes)]
    whole = "".join(shown) + seam.close()
    assert whole == text
    assert whole == join(so_far, more), "however it streams"


@given(text=TEXTS, cut=st.integers(0, 500))
def test_what_the_model_is_shown_ends_with_a_whole_word(text: str, cut: int) -> None:
    so_far = text[:cut]
    place = cut_back(so_far)
    assert so_far.startswith(place)
    assert place == place.rstrip() or len(so_far) > LONGEST_WORD
    assert len(so_far[len(place) :].strip()) <= LONGEST_WORD


@given(text=TEXTS, more=TEXTS)
def test_what_stands_is_never_lost_but_for_the_half_word(text: str, more: str) -> None:
    assert join(text, more).startswith(cut_back(text))


JOINED = {
    "a half word is made whole": ("The quick bro", "brown fox", "The quick brown fox"),
    "another word instead of the half one": ("The quick bro", "red fox", "The quick red fox"),
    "the last words once more": ("The quick brown fo", "quick brown fox jumps", "The quick brown fox jumps"),
    "white space before them": ("One two three four fi", "\n\ntwo three four five", "One two three four five"),
    "quotes before them": ("One two three four fi", '"…two three four five', "One two three four five"),
    "one separator, not two": ("One two", " two three", "One two three"),
    "a separator where the model sends none": ("One two ", "three", "One two three"),
    "its own paragraph stays": ("One.\n\nTw", " Two.", "One.\n\nTwo."),
    "half a paragraph break is made whole": ("One.\n", "\n\nTwo.", "One.\n\nTwo."),
    "an indented line": ("def f():\n    ret", "return 1\n", "def f():\n    return 1\n"),
    "the opening fence once more": (
        "So:\n```python\ndef f():\n    ret",
        "```python\n    return 1\n```",
        "So:\n```python\ndef f():\n    return 1\n```",
    ),
    "the code from its beginning": (
        "So:\n```python\ndef f(a):\n    b = a\n    ret",
        "```python\ndef f(a):\n    b = a\n    return b\n```",
        "So:\n```python\ndef f(a):\n    b = a\n    return b\n```",
    ),
    "the closing fence closes": ("```\ncode line\n", "```\nDone.", "```\ncode line\n```\nDone."),
    "a short word is no repetition": ("This is a ani", "animal", "This is a animal"),
    "no words between spaces": ("漢字かな", "漢字です", "漢字かな漢字です"),
    "repeated where none are between spaces": ("今日は漢字", "漢字です", "今日は漢字です"),
    "nothing but a half word stood": ("Antidis", "Antidisestablishment", "Antidisestablishment"),
    "nothing came": ("One two", "  ", "One two"),
}


@pytest.mark.parametrize("name", JOINED)
def test_what_models_do(name: str) -> None:
    so_far, more, whole = JOINED[name]
    assert join(so_far, more) == whole


def test_text_comes_out_as_soon_as_it_is_clear() -> None:
    seam = Seam("The quick brown fox jumps over the la")
    assert [seam.feed(piece) for piece in ("over ", "the ", "lazy", " dog")] == ["", "", "The quick brown fox jumps over the lazy", " dog"]


class Says:
    """A Model that says its words, and then fails or finishes."""

    def __init__(self, *words: str, error: ModelError | None = None) -> None:
        self._words = words
        self._error = error

    async def stream(self, request: object) -> AsyncGenerator[ModelEvent, None]:
        for word in self._words:
            yield Text(word)
        if self._error:
            raise self._error
        yield Finished("stop", "model", Usage())


async def said(model: Says, so_far: str) -> list[ModelEvent | ModelError]:
    events: list[ModelEvent | ModelError] = []
    try:
        async for event in Continued(model, so_far).stream(REQUEST):
            events.append(event)
    except ModelError as error:
        events.append(error)
    return events


async def test_what_is_held_back_comes_with_the_end_of_the_stream_or_its_break() -> None:
    cut = StreamCut("broke")
    assert await said(Says("two"), "One two th") == [Text("One two "), Finished("stop", "model", Usage())]
    assert await said(Says("two", " three"), "One two th") == [Text("One two three"), Finished("stop", "model", Usage())]
    assert await said(Says("two", error=cut), "One two th") == [Text("One two "), cut]
    assert await said(Says(error=cut), "One two th") == [cut]
