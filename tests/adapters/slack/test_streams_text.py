"""Text for native streams: it only grows, nothing is lost, nobody is called, and pages are turned where a reader would."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.streams_text import Haste, StreamText
from tests.adapters.rendering.markdown.texts import ANY, DOCUMENT

LIMIT = st.integers(400, 900)
HASTE = st.lists(st.sampled_from([*[Haste.NONE] * 6, *Haste]), min_size=1, max_size=30)
ADDED = re.compile("\u200b| \\([\\w.:\\[\\]-]+\\)")


def size(page: str) -> int:
    return len(page.encode(errors="surrogatepass"))


def shown_in_pieces(text: str, chunk: int, stream: StreamText) -> list[list[str]]:
    return [stream.growing(text[:end]) for end in range(chunk, len(text) + chunk, chunk)]


@settings(deadline=None)
@given(text=ANY, limit=LIMIT, chunk=st.integers(1, 300), haste=HASTE)
def test_what_was_shown_is_never_taken_back(text: str, limit: int, chunk: int, haste: list[Haste]) -> None:
    moods = iter(haste * 3_000)
    stream, before = StreamText(limit=limit, haste=lambda page: next(moods)), list[str]()
    for now in [*shown_in_pieces(text, chunk, stream), stream.final(text)]:
        assert all(page.startswith(old) for old, page in zip(before, now, strict=False))
        assert len(now) >= len(before)
        assert all(size(page) <= limit for page in now)
        before = now


@settings(deadline=None)
@given(text=ANY, limit=LIMIT, chunk=st.integers(1, 300))
def test_without_what_we_added_it_is_the_models_text(text: str, limit: int, chunk: int) -> None:
    stream = StreamText(limit=limit)
    shown_in_pieces(text, chunk, stream)
    stream.final(text)
    assert "".join(piece.source for piece in stream.pieces) == text
    pieces = [piece for piece in stream.pieces if (piece.source + piece.suffix).strip()]
    written = stream.final(text)
    assert len(written) <= len(stream.pieces)
    for piece, page in zip(pieces, written, strict=True) if len(pieces) == len(written) else ():
        assert plain(page) == plain(piece.markdown)


def plain(text: str) -> str:
    """Without what we add, and with the numbers of a list that goes on as the model may have written them."""
    return re.sub(r"(?m)^([ \t]*)\d+(?=[.)])", r"\1", ADDED.sub("", text)).rstrip()


@settings(deadline=None)
@given(text=ANY, limit=LIMIT, chunk=st.integers(1, 300))
def test_pain_24_nobody_is_called(text: str, limit: int, chunk: int) -> None:
    stream = StreamText(limit=limit)
    for pages in [*shown_in_pieces(text, chunk, stream), stream.final(text)]:
        for page in pages:
            assert not re.search(r"<(@[UW][A-Z0-9]|#C|!(channel|here|everyone|subteam))", page)


@pytest.mark.parametrize(
    "call", ["<!channel>", "<!here|here>", "<!everyone>", "<@U123ABC>", "<@W1|bob>", "<#C123>", "<!subteam^S1>", "<!date^1^{date}|x>"]
)
@pytest.mark.parametrize(
    "around", ["{}", "word {} word", "`{}` x", "```\n{}\n```\n", "| a | b |\n|---|---|\n| {} | c |\n", "\\{}", "**{}**"]
)
@pytest.mark.parametrize("chunk", [1, 2, 1_000])
def test_pain_24_every_mention_is_broken(call: str, around: str, chunk: int) -> None:
    stream, text = StreamText(limit=8_800), around.format(call)
    shown_in_pieces(text, chunk, stream)
    (page,) = stream.final(text)
    assert call not in page
    assert page.replace("\u200b", "") == text.rstrip()


@pytest.mark.parametrize("text", ["@everyone", "hi @here!", "(@channel)"])
def test_pain_24_crowds_are_broken(text: str) -> None:
    stream = StreamText(limit=8_800)
    shown_in_pieces(text, 1, stream)
    assert stream.final(text) == [text.replace("@", "@\u200b")]


@pytest.mark.parametrize(
    "text", ["a < b > c", "`<!DOCTYPE html>` and `<!-- x -->`", "```\nif (a<#b) <!x>\n```", "me@here.example", "<https://a.example>"]
)
def test_what_calls_nobody_stays_as_it_is(text: str) -> None:
    stream = StreamText(limit=8_800)
    shown_in_pieces(text, 1, stream)
    assert stream.final(text) == [text.rstrip()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [your bank](https://evil.example/x) now", "see [your bank](https://evil.example/x) (evil.example) now"),
        ("see [docs.example](https://docs.example/a) now", "see [docs.example](https://docs.example/a) now"),
        ("`[a](https://b.example)` is code", "`[a](https://b.example)` is code"),
        ("go <https://evil.example|your bank> now", "go <\u200bhttps://evil.example|your bank> now"),
    ],
)
def test_a_link_tells_where_it_leads(text: str, shown: str) -> None:
    stream = StreamText(limit=8_800)
    steps = [pages[0] for pages in shown_in_pieces(text, 1, stream) if pages]
    assert stream.final(text) == [shown]
    assert not any(re.search(r"\]\([^)]*$|\[[^\]]*$", step) for step in steps), "half a link is never seen"


def test_pain_18_short_text_is_shown_as_it_comes() -> None:
    stream = StreamText(limit=8_800)
    assert stream.growing("Yes,") == ["Yes,"]
    assert stream.growing("Yes, it") == ["Yes, it"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A **bo", "A"),
        ("A **bold** wo", "A **bold** wo"),
        ("Code:\n\n```py\nx = 1\n``", "Code:\n\n```py\nx = 1"),
        ("T:\n\n| a | b |\n|--", "T:"),
        ("T:\n\n| a | b |\n|---|---|\n| 1 | 2", "T:\n\n| a | b |\n|---|---|"),
        ("Call `f(x", "Call"),
        ("- ", ""),
    ],
)
def test_pain_22_what_is_unfinished_is_held_back(text: str, shown: str) -> None:
    pages = StreamText(limit=8_800).growing(text)
    assert (pages[0] if pages else "") == shown


def test_what_stays_open_is_held_back_only_for_a_while() -> None:
    text = "It is **" + "important and " * 30
    assert len(StreamText(limit=8_800).growing(text)[0]) > 300


def test_code_goes_on_as_code_and_a_table_under_its_header() -> None:
    code = "".join(f"print({number})\n" for number in range(200))
    stream = StreamText(limit=800)
    pages = shown_in_pieces(f"Look:\n\n```py\n{code}```\nDone.", 7, stream)[-1]
    assert all(page.startswith("```py\n") for page in pages[1:])
    assert "".join(re.findall(r"```py\n(.*?)```", "\n".join(pages), re.DOTALL)) == code
    rows = "".join(f"| name {number} | {number} |\n" for number in range(100))
    stream = StreamText(limit=800)
    pages = shown_in_pieces(f"| Name | Amount |\n|---|--:|\n{rows}", 7, stream)[-1]
    assert len(pages) > 2
    assert all(page.startswith("| Name | Amount |\n|---|--:|\n") for page in pages)
    assert re.findall(r"name (\d+) ", "\n".join(pages)) == [str(number) for number in range(100)]


def test_numbers_go_on_though_the_model_wrote_ones() -> None:
    text = "\n".join(f"1. item {number} with some more words" for number in range(1, 60))
    stream = StreamText(limit=600)
    shown_in_pieces(text, 11, stream)
    first, *others = stream.final(text)
    assert first.startswith("1. item 1 ")
    assert [found for page in others for found in re.findall(r"(?m)^(\d+)\. item (\d+) ", page) if found[0] != found[1]] == []


def test_pages_are_turned_between_paragraphs() -> None:
    paragraph = "One sentence of the text. Another one of it. " * 3 + "\n\n"
    stream = StreamText(limit=1_000)
    shown_in_pieces(paragraph * 20, 9, stream)
    assert all(page.startswith("One sentence") for page in stream.final(paragraph * 20))


@pytest.mark.parametrize(
    ("haste", "end"),
    [(Haste.BLOCK, "line\nmore. Then"), (Haste.SENTENCE, "A paragraph"), (Haste.WORD, "A paragraph"), (Haste.HERE, "A paragraph")],
)
def test_pain_05_a_page_in_haste_is_turned_at_the_next_good_place(haste: Haste, end: str) -> None:
    moods = [Haste.NONE]
    stream = StreamText(limit=8_800, haste=lambda page: moods[0] if page == 0 else Haste.NONE)
    stream.growing("A paragraph")
    moods[0] = haste
    text = "A paragraph and a line\nmore. Then a last one.\n\nEnd of it."
    pages = [stream.growing(text[:length])[0] for length in range(12, len(text) + 1)]
    assert end in pages[-1]
    assert len(stream.final(text)) == 2
    assert "".join(piece.source for piece in stream.pieces) == text


@settings(deadline=None)
@given(DOCUMENT)
def test_few_blocks_stand_on_a_page(text: str) -> None:
    long = "\n\n".join(f"{number}. {'x' * (number % 7)}\n\nword" for number in range(200)) + "\n\n" + text
    assert all(len(re.findall(r"\n\n", page)) <= 50 for page in StreamText(limit=8_800).final(long))


def test_another_text_begins_anew() -> None:
    stream = StreamText(limit=800)
    stream.growing("first " * 400)
    assert stream.final("second") == ["second"]


def test_pieces_follow_each_other() -> None:
    text = "Some words here. " * 300
    stream = StreamText(limit=900)
    pages = stream.final(text)
    assert all(before.rstrip().endswith(".") and after.startswith("Some") for before, after in pairwise(pages))
