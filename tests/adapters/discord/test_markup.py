"""Markdown on Discord: native where Discord has it, readable where it has not, and nobody is called."""

import re

import pytest
from hypothesis import given, settings

from adapters.discord.limits import TABLE_COLUMNS
from adapters.discord.markup import DiscordDialect
from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from tests.adapters.rendering.markdown.texts import ANY, HOSTILE

ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
BLOCK = re.compile(r"```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```", re.IGNORECASE)
SPAN = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
LIVE = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|</[^>]+:\d+>|<id:\w+>", re.IGNORECASE)
MASKED = re.compile(r"\[([^\[\]]*)\]\(<(https?://[^>]*)>\)(?: \(([^)]*)\))?")


def written(text: str) -> str:
    return Emitter(DiscordDialect()).emit(text)


def outside_code(page: str) -> str:
    """What Discord reads as prose, by the rules of its own client: escapes first, then code."""
    out, at = "", 0
    while at < len(page):
        found = ESCAPED.match(page, at) or BLOCK.match(page, at) or SPAN.match(page, at)
        if found is None or found[0][0] == "\\":
            out += found[0] if found else page[at]  # a backslash does not stop a mention
        at = found.end() if found else at + 1
    return out


@settings(deadline=None, max_examples=300)
@given(text=HOSTILE)
def test_pain_24_nobody_is_called_by_anything(text: str) -> None:
    reply = GrowingText(Emitter(DiscordDialect()), limit=300)
    for page in (*reply.growing(text[: len(text) // 2]), *reply.final(text)):
        assert LIVE.findall(outside_code(page)) == []
        assert len(page) <= 300


@settings(deadline=None)
@given(text=ANY)
def test_a_masked_link_shows_where_it_leads(text: str) -> None:
    for label, href, told in MASKED.findall(outside_code(written(text))):
        host = re.sub(r"^https?://(?:[^/@]*@)?(?:www\.)?([^/:?#]*).*", r"\1", href)
        assert host in (told, label) or host in label


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# A\n## B\n### C", "# A\n## B\n### C"),
        ("#### D **d** e", "**D d e**"),
        ("**b** *i* ~~s~~ ||spoiler|| `c`", "**b** *i* ~~s~~ ||spoiler|| `c`"),
        ("__b__ _i_ ***bi***", "**b** *i* ***bi***"),
        ("-# small", "-# small"),
        ("5 * 3 and snake_case_name", "5 * 3 and snake_case_name"),
        (r"\*not\* \# x", r"\*not\* \# x"),
        ("lone ` and ** and", "lone \\` and \\*\\* and"),
        ("- a\n* b\n+ c", "- a\n- b\n- c"),
        ("- a\n  - b\n    1. c\n    2. d", "- a\n  - b\n    1. c\n    2. d"),
        ("- [ ] a\n- [x] b\n1. [X] c", "- ☐ a\n- ☑ b\n1. ☑ c"),
        ("3) a\n4) b", "3. a\n4. b"),
        ("> a\n> **b**\n>\n> c", "> a\n> **b**\n> \n> c"),
        ("> > a", "> a"),
        ("> a\nlazy", "> a\n> lazy"),
        ("> # H\n> - [ ] t", "> # H\n> - ☐ t"),
        ("> ```py\n> x\n> ```\n> after", "```py\nx\n```\n> after"),
        ("- a\n  ```py\n  x\n  ```\n- b", "- a\n```py\nx\n```\n- b"),
        ("a\n\n---\n\nb", "a\n\n────────────────────\n\nb"),
        ("a\n---", "a\n────────────────────"),
        ("[a](https://x.example/y)", "[a](<https://x.example/y>) (x.example)"),
        ("[x.example](https://x.example/y)", "[x.example](<https://x.example/y>)"),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("[https://good.example](https://evil.example)", "https://good.example (https://evil.example)"),
        ("[a [b] c](https://x.example)", "[a (b) c](<https://x.example>) (x.example)"),
        ("[a](ftp://x.example)", "a (ftp://x.example)"),
        ("[a](/relative)", "a (/relative)"),
        ("![cat](https://x.example/c.png)", "[cat](<https://x.example/c.png>) (x.example)"),
        ("![](https://x.example/c.png)", "[image](<https://x.example/c.png>) (x.example)"),
        ("[![alt](https://i.example/i.png)](https://x.example)", "[alt](<https://x.example>) (x.example)"),
        ("<https://x.example/a_b_c>", "https://x.example/a_b_c"),
        ("see https://x.example/__init__.py, ok", "see https://x.example/__init__.py, ok"),
        ("(https://x.example/a_(b))", "(https://x.example/a_(b))"),
        ("https://x.example/@everyone", "https://x.example/%40everyone"),
        ("a<br>b", "a\nb"),
        ("a &amp; b <div>", "a &amp; b <div>"),
        ("| a |\n|---|\n| 1 | 2 |", "```\na\n-  -\n1  2\n```"),
        ("``a`b``", "`` a`b ``"),
        ("para\n\n\n\npara", "para\n\npara"),
        ("line\nline", "line\nline"),
    ],
)
def test_markdown_on_discord(text: str, shown: str) -> None:
    assert written(text) == shown


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "</order:1>", "<id:guide>"])
@pytest.mark.parametrize(
    "form", ["{}", "**{}**", "# {}", "- {}", "> {}", "[{}](https://x.example)", "a | b\n--|--\n{} | " + "x" * 80, "\\{}", "x `y` {}"]
)
def test_pain_24_a_mention_is_shown_and_calls_nobody(mention: str, form: str) -> None:
    page = written(form.format(mention))
    assert LIVE.findall(outside_code(page)) == []
    assert mention.strip("<>") in page.replace("\u200b", "").replace("\\", "")


@pytest.mark.parametrize("parts", [("@every", "one"), ("<@", "1>"), ("<", "#1>"), ("\\@", "here")])
def test_pain_24_a_mention_in_two_chunks(parts: tuple[str, str]) -> None:
    reply = GrowingText(Emitter(DiscordDialect()), limit=2000)
    for page in (*reply.growing(parts[0]), *reply.growing("".join(parts)), *reply.final("".join(parts))):
        assert not LIVE.search(page)


CODE = "if a < b and c:\n\tprint('@everyone <@1> **x** <#2> | # _y_ https://x.example')   \n\n    \\n &amp; \u200b\n"


@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
def test_code_is_byte_for_byte(fence: str) -> None:
    assert written(f"{fence}py\n{CODE}{fence}") == f"```py\n{CODE}```"
    assert written(f"`{CODE.splitlines()[0]}`") == f"`{CODE.splitlines()[0]}`"


def test_backticks_in_code_do_not_end_it() -> None:
    page = written("````md\n```py\nx\n```\n````\n@everyone")
    assert page.count("```") == 2
    assert LIVE.findall(outside_code(page)) == []
    assert page.replace("\u200b", "") == "```md\n```py\nx\n```\n```\n@everyone"


def test_code_without_its_end_and_without_a_line() -> None:
    assert written("```py\nx") == "```py\nx\n```"
    assert written("```\n```") == "```\n \n```"


def test_pain_22_a_table_is_aligned_in_a_code_block() -> None:
    table = "| Name | 数 | Note |\n|:--|--:|:-:|\n| **a** `b` | 1 | [l](https://x.example) |\n| 你好 | 1000 | 👩‍👩‍👧 |\n| | | |"
    assert written(f"Look:\n{table}\nDone.") == (
        "Look:\n```\nName    数          Note\n"
        "----  ----  ---------------------\n"
        "a b      1  l (https://x.example)\n"
        "你好  1000           👩‍👩‍👧\n\n```\nDone."
    )


def test_pain_22_wide_characters_and_emoji_stand_in_columns() -> None:
    table = "| 名前 | 数量 |\n|---|--:|\n| りんご🍎 | 10 |\n| 👨‍👩‍👧‍👦 family | 2 |\n| ❤️ 🇮🇳 | 300 |\n| 1️⃣ 👍🏽 | 4 |"
    assert written(table) == (
        "```\n名前       数量\n---------  ----\nりんご🍎     10\n👨‍👩‍👧‍👦 family     2\n❤️ 🇮🇳       300\n1️⃣ 👍🏽         4\n```"
    )


def test_pain_22_a_table_too_wide_is_read_row_by_row_and_given_away_as_data() -> None:
    long = "words " * 12
    table = f"| Name | A long name |\n|---|---|\n| a | {long}|\n| **b** | [l](https://x.example) |"
    shown = f"**a**\n- A long name: {long.strip()}\n\n**b**\n- A long name: [l](<https://x.example>) (x.example)"
    assert written(table) == shown
    assert Emitter(DiscordDialect()).wide_tables(f"x\n\n{table}\n\n| a |\n|---|") == [
        [["Name", "A long name"], ["a", long.strip()], ["b", "l (https://x.example)"]]
    ]


@pytest.mark.parametrize(("width", "columns"), [(TABLE_COLUMNS - 5, True), (TABLE_COLUMNS - 4, False)])
def test_where_a_table_becomes_too_wide(width: int, columns: bool) -> None:
    assert written(f"| abc | {'x' * width} |\n|---|---|\n| 1 | 2 |").startswith("```") is columns


def test_nesting_without_end_is_written_as_text() -> None:
    assert written("> " * 500 + "@everyone") == "\\" + "> " * 500 + "@\u200beveryone"
    assert "x" in written("- " * 500 + "x")
    assert written("*" * 5_000 + "a").endswith("a")
    assert written("[" * 5_000)


def test_pages_full_of_addresses_are_full() -> None:
    text = "\n".join(f"- page: https://docs.example.com/{number}" for number in range(400))
    pages = GrowingText(Emitter(DiscordDialect()), limit=2_000).final(text)
    shown = [line.split("/")[-1].rstrip(">") for page in pages for line in page.split("\n")]
    assert shown == [str(number) for number in range(400)]
    assert min(map(len, pages[:-1])) >= 2_000 * 0.97
