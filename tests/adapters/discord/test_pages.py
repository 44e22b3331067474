"""Replies to commands as Discord messages."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.pages import pages_of
from bot.vocabulary.commands import CommandReply, Table


def test_a_table_is_aligned_in_a_code_block() -> None:
    table = Table(("model", "tokens"), (("luna", "1,234"), ("日本", "7"), ("e\u0301", "a`b\nc"), ("👩‍👩‍👧", "8")))
    (page,) = pages_of(CommandReply("**Usage**", table))
    assert page == "**Usage**\n```\nmodel  tokens\nluna   1,234\n日本   7\ne\u0301      a'b c\n👩‍👩‍👧     8\n```"


def test_an_empty_reply_still_says_something() -> None:
    assert pages_of(CommandReply("  ")) == ["Done."]


def test_long_text_and_long_tables_go_on() -> None:
    rows = tuple((f"row {number}", "x" * 40) for number in range(100))
    pages = pages_of(CommandReply("word " * 700, Table(("name", "value"), rows)))
    assert all(0 < len(page) <= 2000 for page in pages)
    assert "".join(pages).count("word") == 700
    assert sum(page.count("row ") for page in pages) == 100
    fenced = [page for page in pages if "```" in page]
    assert len(fenced) >= 3
    assert all(page.count("```") == 2 and "name" in page for page in fenced)


CELL = st.text(max_size=300)


@given(st.text(max_size=5000), st.lists(st.tuples(CELL, CELL), max_size=30))
def test_every_page_fits(text: str, rows: list[tuple[str, str]]) -> None:
    pages = pages_of(CommandReply(text, Table(("a", "b"), tuple(rows)) if rows else None))
    assert pages
    assert all(0 < len(page) <= 2000 for page in pages)
