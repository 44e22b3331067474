"""Pages: nothing lost, nothing over the limit, nothing that changes afterwards, and cut where a reader would."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.markup import DiscordDialect
from adapters.rendering.markdown.dialect import Dialect
from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.markdown.pieces import SMALLEST
from adapters.slack.dialect import MrkdwnDialect
from adapters.slack.standard import StandardDialect
from tests.adapters.rendering.markdown.texts import ANY, DOCUMENT, UNITS

DIALECTS: list[Dialect] = [DiscordDialect(), MrkdwnDialect(), StandardDialect()]
ANY_DIALECT = st.sampled_from(DIALECTS)
LIMIT = st.integers(SMALLEST, 400)


def growing(dialect: Dialect, limit: int = SMALLEST) -> GrowingText:
    return GrowingText(Emitter(dialect), limit=limit)


def pages(text: str, limit: int = SMALLEST) -> list[str]:
    return growing(DiscordDialect(), limit).final(text)


@settings(deadline=None)
@given(text=ANY, limit=LIMIT, dialect=ANY_DIALECT)
def test_the_sources_joined_are_the_text_and_each_page_fits(text: str, limit: int, dialect: Dialect) -> None:
    reply = growing(dialect, limit)
    written = reply.final(text)
    assert "".join(piece.source for piece in reply.pieces) == text
    assert all(piece.source for piece in reply.pieces[:-1])
    assert all(0 < dialect.measure(page) <= limit for page in written)


@settings(deadline=None)
@given(text=ANY, limit=LIMIT, dialect=ANY_DIALECT, chunk=st.integers(20, 400))
def test_pages_that_were_shown_stay_however_the_text_arrives(text: str, limit: int, dialect: Dialect, chunk: int) -> None:
    reply, shown = growing(dialect, limit), list[str]()
    for end in range(chunk, len(text) + chunk, chunk):
        now = reply.growing(text[:end])
        assert now[: max(len(shown) - 1, 0)] == shown[:-1]
        assert all(dialect.measure(page) <= limit for page in now)
        shown = now
    assert growing(dialect, limit).final(text) == reply.final(text)


@settings(deadline=None)
@given(text=ANY, part=st.floats(0, 1), dialect=ANY_DIALECT)
def test_the_beginning_of_a_text_is_cut_as_the_text_is(text: str, part: float, dialect: Dialect) -> None:
    whole, beginning = growing(dialect), growing(dialect)
    whole.growing(text)
    beginning.growing(text[: int(len(text) * part)])
    assert whole.pieces[: len(beginning.pieces) - 1] == beginning.pieces[:-1]


@pytest.mark.parametrize(
    "text",
    [
        f"{'a ' * 50}\n\n| Name | Amount |\n|{'-' * 90}|---|\n" + "| x | y |\n" * 20,
        f"{'a ' * 70}\n\n{'-' * 80}\n\n{'b ' * 90}",
        f"{'word ' * 30}\n```{'`' * 50}\n{'code ' * 60}\n```{'`' * 50}\nend",
        f"{'word ' * 36}\n- {'item ' * 10}\n- {'item ' * 30}\n1. [ ] **x** `y` [z](https://a.example/)\n" * 2,
    ],
)
def test_every_beginning_of_a_text_is_cut_as_the_text_is(text: str) -> None:
    whole = growing(DiscordDialect())
    whole.growing(text)
    for end in range(len(text)):
        beginning = growing(DiscordDialect())
        beginning.growing(text[:end])
        assert whole.pieces[: len(beginning.pieces) - 1] == beginning.pieces[:-1]


@pytest.mark.parametrize("unit", sorted({*UNITS, "**a", "[a](b", "- [ ] a\n", "\n***", "__\\", "| a ", "`a"}))
def test_one_thing_over_and_over(unit: str) -> None:
    text = (unit * 3_000)[:3_000]
    reply = growing(DiscordDialect(), 500)
    assert all(len(page) <= 500 for page in (*reply.growing(text[:400]), *reply.growing(text[:2_000]), *reply.final(text)))
    assert "".join(piece.source for piece in reply.pieces) == text
    assert all(len(piece.prefix) + len(piece.suffix) <= 250 for piece in reply.pieces)


@settings(deadline=None)
@given(text=DOCUMENT, limit=LIMIT)
def test_every_page_is_balanced(text: str, limit: int) -> None:
    for page in pages(text, limit):
        assert page.count("```") % 2 == 0
        assert len(re.findall(r"(?<!\\)\*\*", page)) % 2 == 0


@given(
    st.lists(st.sampled_from(["{}", "**{}**", "- {}", "1. {}", "> {}", "```py\n{}\n```", "| a | b |\n|---|---|\n| {} | x |", "# {}", "\n"]))
)
def test_pain_01_every_word_stands_once_and_in_order(forms: list[str]) -> None:
    text = "\n".join(form.format(f"w{number}w" * 3) for number, form in enumerate(forms))
    found = re.findall(r"w(\d+)ww\1ww\1w", "\n".join(pages(text)))
    assert [int(number) for number in found] == [number for number, form in enumerate(forms) if "{}" in form]


@settings(deadline=None)
@given(units=st.lists(st.sampled_from([*UNITS, *[" w{}w "] * 30]), max_size=120), dialect=ANY_DIALECT)
def test_no_word_is_lost_whatever_stands_around_it(units: list[str], dialect: Dialect) -> None:
    text = "".join(unit.format(number) if "{}" in unit else unit for number, unit in enumerate(units))
    shown = "\n".join(growing(dialect).final(text))
    words = re.sub(r"(`{3,}|~{3,})[ \t]*[^\s,:{|]*", r"\1", text)  # the language of a code block is no word of the text
    assert [word for word in re.findall(r"w\d+w", words) if word not in shown] == []


def test_code_is_closed_and_opened_again_with_its_language() -> None:
    code = "".join(f"print({number})\n" for number in range(40))
    first, *between, last = pages(f"Look:\n\n```python\n{code}```\nDone.")
    assert first.startswith("Look:\n\n```python\nprint(0)\n")
    assert all(page.startswith("```python\n") and page.endswith("\n```") for page in between)
    assert last.startswith("```python\n")
    assert last.endswith("```\nDone.")
    inside = "".join(re.findall(r"```python\n(.*?)```", "\n".join([first, *between, last]), re.DOTALL))
    assert inside == code


@pytest.mark.parametrize("lead", ["   ", "> "])
def test_code_in_a_list_or_a_quote_goes_on_as_code(lead: str) -> None:
    code = [f"line {number} | # > - not markup" for number in range(20)]
    text = "\n".join([f"{lead}{row}" for row in ("```js", *code, "```")])
    written = pages(f"1. Look\n{text}\n2. Next" if lead == "   " else text)
    assert "".join(re.findall(r"```js\n(.*?)```", "\n".join(written), re.DOTALL)).splitlines() == code


def test_a_table_is_cut_between_rows_and_its_header_stands_again() -> None:
    rows = [f"| name {number} | {number * 1000} |" for number in range(40)]
    reply = growing(DiscordDialect())
    written = reply.final("\n".join(["| Name | Amount |", "|---|--:|", *rows]))
    assert len(written) > 3
    assert all(page.startswith("```\nName") and page.endswith("\n```") for page in written)
    assert all(piece.prefix == "| Name | Amount |\n|---|--:|\n" for piece in reply.pieces[1:])
    assert re.findall(r"name (\d+)\s+(\d+)", "\n".join(written)) == [(str(number), str(number * 1000)) for number in range(40)]


@pytest.mark.parametrize("row", ["| x | y |", f"| {'x' * 60} | y |"])
def test_a_table_is_not_cut_before_its_first_row(row: str) -> None:
    header, dashes = f"| {'Name ' * 10} | Amount |", f"|{'-' * 50}|---|"
    for length in range(90):
        reply = growing(DiscordDialect())
        reply.final(f"{'a ' * length}\n\n{header}\n{dashes}\n{row}\n{row}\n{row}")
        assert not any(piece.source.rstrip().endswith((header, dashes)) for piece in reply.pieces)


def test_three_backticks_within_a_line_begin_no_block_on_the_next_page() -> None:
    assert not any("```" in page for page in pages("So ```" + "many words " * 50))


def test_numbers_go_on_though_the_model_wrote_ones() -> None:
    words = "some words that make the item longer than it was"
    written = pages("\n".join(f"1. item {number} {words}" for number in range(1, 31)), 400)
    assert re.findall(r"(\d+)\. item (\d+) ", "\n".join(written)) == [(str(number), str(number)) for number in range(1, 31)]
    assert len(written) > 3


def test_a_new_list_begins_anew() -> None:
    assert pages("1. a\n1. b\n\nBetween.\n\n1. c\n   ```\n   x\n   ```\n1. d") == [
        "1. a\n2. b\n\nBetween.\n\n1. c\n```\nx\n```\n2. d",
    ]


@pytest.mark.parametrize("mark", ["**", "*", "~~", "`"])
def test_emphasis_goes_on_over_a_cut(mark: str) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    written = pages(f"{mark}{words}{mark}")
    assert all(page.startswith(mark) and page.endswith(mark) for page in written)
    assert " ".join(page.strip(mark) for page in written) == words


def test_a_link_is_not_torn() -> None:
    for length in range(150, 200):
        for page in pages("a" * 30 + " b" * ((length - 30) // 2) + " [the page](https://example.org/some/path) and more words" * 2):
            assert page.count("[the page]") == page.count("[the page](<https://example.org/some/path>) (example.org)")


def test_the_page_is_turned_where_a_reader_would() -> None:
    paragraph = "One sentence of the text. " * 3
    assert [page[:4] for page in pages(f"{paragraph}\n\n{paragraph}\n\n# Head\n\n{paragraph}\n\n{paragraph}")] == ["One ", "# He"]
    assert pages(f"{paragraph * 3}")[0].endswith("text.")


def test_a_heading_stays_with_what_it_heads() -> None:
    for length in range(100, 200):
        for page, following in pairwise(pages(f"{'a ' * (length // 2)}\n\n## Head\n\n{'b ' * 60}")):
            assert not page.endswith("Head") or not following


def test_code_that_fits_a_page_moves_there_whole_if_it_begins_late() -> None:
    code = "```\n" + "code\n" * 25 + "```"
    assert pages("word " * 25 + "\n\n" + code)[1] == code


def test_what_begins_no_block_does_not_begin_one_at_the_top_of_a_page() -> None:
    for length in range(150, 210):
        assert not any(page.startswith("- x") for page in pages(f"{'a' * length} - x and {'more ' * 20}"))


def test_another_text_begins_anew() -> None:
    reply = growing(DiscordDialect())
    reply.growing("first " * 100)
    assert reply.final("second") == ["second"]
    assert "".join(piece.source for piece in reply.pieces) == "second"


def test_a_limit_too_small_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="limit"):
        growing(DiscordDialect(), SMALLEST - 1)
