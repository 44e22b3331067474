"""Columns that stand under each other on a screen, whatever is in them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.markdown.links import host, is_itself, shows
from adapters.rendering.markdown.tables import GAP, Cell, Grid, aligned, as_csv, columns, records, width

INVISIBLE = ("\u200b", "\x00", "\u202e", "\ufeff", "\n", "\t")
WIDE = ("你好", "한", "👩‍👩‍👧", "🇮🇳", "❤️", "👍🏽", "1️⃣", "नमस्ते")
UNITS = ("", "a", "bc", " ", "|", "`", "*", *INVISIBLE, "é", "e\u0301", "ｱ", "\u200d", *WIDE)
TEXT = st.lists(st.sampled_from(UNITS), max_size=8).map("".join)


def grid(rows: list[tuple[str, str, str]], sides: tuple[str, ...] = ("left", "right", "center")) -> Grid:
    cells = [tuple(Cell(text, f"<{text}>", text) for text in row) for row in rows]
    return Grid(cells[0], tuple(cells[1:]), sides)


@given(first=st.lists(TEXT, min_size=1, max_size=6), side=st.sampled_from(["left", "right", "center"]))
def test_pain_22_a_column_begins_at_the_same_place_in_every_row(first: list[str], side: str) -> None:
    table = grid([(text, "§", "end") for text in first], (side, "left", "left"))
    header, dashes, *rows = aligned(table).split("\n")
    assert len(rows) == len(first) - 1
    assert {width(row[: row.index("§")]) for row in (header, *rows)} == {dashes.index(" ") + GAP}
    assert width(header) == columns(table)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("abc", 3),
        ("你好", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("👩‍👩‍👧", 2),
        ("❤️", 2),
        ("🇮🇳", 2),
        ("👍🏽", 2),
        ("a\u200bb", 3),
        ("", 0),
        ("한글", 4),
        ("ｱＡ", 3),
        ("한", 2),  # a syllable of three parts
        ("नमस्ते", 4),
        ("สวัสดี", 4),
        ("🇮🇳🇩🇪", 4),
        ("🇮🇳🇩", 4),  # half a flag
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("🏳️‍🌈", 2),
        ("👨🏿‍🚀👍", 4),
        ("1️⃣", 2),
        ("⚠️⌚✅", 6),
        ("☺︎", 1),  # meant as text
        ("❤", 1),
        ("a\u200db", 2),  # a joiner joins no letters
        ("👩\u200dx", 3),
        ("a\u200cb", 2),
        ("\ufe0f", 0),
        ("①…─", 3),
    ],
)
def test_width_is_what_a_screen_shows(text: str, taken: int) -> None:
    assert width(text) == taken


@given(before=TEXT, after=TEXT)
def test_a_blank_between_two_texts_takes_one_column(before: str, after: str) -> None:
    assert width(f"{before} {after}") == width(before) + 1 + width(after)


def test_sides_are_kept() -> None:
    assert aligned(grid([("a", "b", "c"), ("1", "22222", "3"), ("你好", "1", "12345")])).split("\n") == [
        "a         b    c",
        "----  -----  -----",
        "1     22222    3",
        "你好      1  12345",
    ]


def test_a_wide_table_is_read_row_by_row() -> None:
    rows = [("Name", "Size", ""), ("a", "1", "x"), ("b", "", "")]
    table = Grid(
        *(lambda cells: (cells[0], tuple(cells[1:])))([tuple(Cell(text, text, text) for text in row) for row in rows]), ("left",) * 3
    )
    assert records(table, title="*{}*", entry="- {}: {}") == "*a*\n- Size: 1\n- –: x\n\n*b*"
    assert records(Grid(table.header, (), table.sides), title="{}", entry="{}{}") == "Name, Size"


def test_a_spreadsheet_calculates_nothing() -> None:
    written = as_csv([["a", 'say "hi"'], ["=1+1", "@SUM(A1)"], ["-2", "x,y\nz"]])
    assert list(csv.reader(io.StringIO(written))) == [["a", 'say "hi"'], ["'=1+1", "'@SUM(A1)"], ["'-2", "x,y\nz"]]


@pytest.mark.parametrize(
    ("label", "href", "told"),
    [
        ("google.com", "https://evil.com/google.com", False),
        ("evil.com", "https://evil.com/x", True),
        ("see www.evil.com now", "https://www.evil.com/x", True),
        ("evil.com.google.com", "https://evil.com", False),
        ("notevil.com", "https://evil.com", False),
        ("google.com@evil.com", "https://google.com@evil.com", False),
        ("google.com", "https://google.com@evil.com/", False),
        ("EVIL.com.", "https://evil.com", True),
        ("x", "https://[::1", False),
    ],
)
def test_a_label_tells_the_host_only_as_a_name_of_its_own(label: str, href: str, told: bool) -> None:
    assert shows(label, host(href)) is told


def test_a_label_that_is_the_address() -> None:
    assert is_itself("https://A.example/", "https://a.example")
    assert is_itself("a.example/x", "https://a.example/x")
    assert not is_itself("a.example/x", "https://a.example/y")
