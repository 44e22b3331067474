"""Markdown on Slack, both ways: as mrkdwn and as a `markdown` block; nobody is called, and all within what Slack takes."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.markdown.weights import expansion
from adapters.slack.dialect import MrkdwnDialect
from adapters.slack.limits import LIMITS, MESSAGE_BLOCKS
from adapters.slack.standard import StandardDialect, quiet
from tests.adapters.rendering.markdown.texts import ANY, DOCUMENT, HOSTILE

TOKEN = re.compile(r"<(https?://[^\s<>|]+)(?:\|([^<>\n]*))?>")
AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
LIVE = re.compile(r"<(?:[@#][A-Z][A-Z0-9]|!(?:channel|here|everyone|subteam|date))|<[a-z]+:[^<>]*\|[^<>]*>")
"""What Slack would take for a mention, or for a link that shows other words than its address."""


def mrkdwn(text: str) -> str:
    return Emitter(MrkdwnDialect()).emit(text)


def standard(text: str) -> str:
    return Emitter(StandardDialect()).emit(text)


@settings(deadline=None, max_examples=300)
@given(text=HOSTILE)
@example(text="`\\``")
@example(text="`a`\\``b`")
def test_pain_24_nothing_but_links_is_left_of_slacks_tokens(text: str) -> None:
    reply = GrowingText(Emitter(MrkdwnDialect()), limit=400)
    for page in (*reply.growing(text[: len(text) // 2]), *reply.final(text)):
        assert not re.search(r"[<>]", TOKEN.sub("", page))
        assert not AMPERSAND.search(page)
        assert len(page) <= 400
        assert page.count("```") % 2 == 0


@settings(deadline=None)
@given(text=ANY)
def test_pain_24_a_markdown_block_calls_nobody(text: str) -> None:
    assert not LIVE.search(standard(text))
    assert not LIVE.search(quiet(text))


PINGS = ["<!channel>", "<!here>", "<@U0123>", "<@U0123|asha>", "<#C0123|general>", "<!subteam^S1|@all>", "<https://evil.example|your bank>"]


@pytest.mark.parametrize("ping", PINGS)
@pytest.mark.parametrize(
    "around",
    ["{}", "**{}**", "`{}`", "``{}``", "```\n{}\n```", "[{}](https://x.example)", "[x](https://x.example/{})", "# {}", "> {}", "- [x] {}",
     "| {} |\n|---|\n| {} |", "~~~ {}\n~~~", "\\{}", "![{}](https://x.example/p.png)", "<b{}", "1. a\n   - {}"],
)  # fmt: skip
def test_pain_24_mentions_are_inert_wherever_they_stand(ping: str, around: str) -> None:
    text = around.replace("{}", ping)
    page = standard(text)
    assert not LIVE.search(page.replace("\\", ""))
    assert "x.example" not in text or "x.example" in page


@pytest.mark.parametrize(
    "code", ["<!DOCTYPE html>\n<!-- a -->", "<# comment #>", "<#list x as y>", "#include <@a>", "a <! b", "<![CDATA[x]]>"]
)
def test_code_that_calls_nobody_stays_as_it_is(code: str) -> None:
    assert standard(f"```\n{code}\n```") == f"```\n{code}\n```"


@settings(deadline=None)
@given(text=ANY)
def test_a_link_shows_where_it_leads(text: str) -> None:
    page = mrkdwn(text)
    for found in TOKEN.finditer(page):
        host = re.sub(r"^https?://(?:[^/@]*@)?(?:www\.)?([^/:?#]*).*", r"\1", found[1])
        assert found[2] is None or host in found[2] or page[found.end() :].startswith(f" ({host})")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# A **b** *c*", "*A b _c_*"),
        ("**b** __b__ *i* _i_ ~~s~~ `c<d`", "*b* *b* _i_ _i_ ~s~ `c&lt;d`"),
        ("***bi***", "_*bi*_"),
        ("**bo**ld", "*bo*\u200bld"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!channel> <@U1> <#C1|x> <!subteam^S1>", "&lt;!channel&gt; &lt;@U1&gt; &lt;#C1|x&gt; &lt;!subteam^S1&gt;"),
        ("`<!channel>`", "`&lt;!channel&gt;`"),
        ("```py\n<!channel> & *x*\n```", "```\n&lt;!channel&gt; &amp; *x*\n```"),
        ("[a|b](https://x.example/y?a=1&b=2)", "<https://x.example/y?a=1&amp;b=2|a¦b> (x.example)"),
        ("[x.example](https://x.example)", "<https://x.example>"),
        ("[x.example](https://x.example/y)", "<https://x.example/y|x.example>"),
        ("https://x.example/a_b_c?d=1&e", "<https://x.example/a_b_c?d=1&amp;e>"),
        ("![cat](https://x.example/c.png)", "<https://x.example/c.png|cat> (x.example)"),
        ("<https://x.example/|@here>", "<https://x.example/%7C@here>"),
        ("[a](https://x.example/|@here)", "<https://x.example/%7C@here|a> (x.example)"),
        ("[a](slack://open)", "a (slack://open)"),
        ("- a\n  - b\n    - c\n- [x] d", "• a\n  ◦ b\n    ▪ c\n• ☑ d"),
        ("1. a\n1. b\n   - c", "1. a\n2. b\n   ◦ c"),
        ("> a\n> **b**", "&gt; a\n&gt; *b*"),
        ("a\n\n---\n\nb", "a\n\n────────────────────\n\nb"),
        ("| a | 数 |\n|--|--:|\n| <x> | 1 |", "```\na    数\n---  --\n&lt;x&gt;   1\n```"),
        ("**a\nb**", "*a*\n*b*"),
        (r"\*a\*", "*a*"),
    ],
)
def test_pain_22_markdown_as_mrkdwn(text: str, shown: str) -> None:
    assert mrkdwn(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# A **b**", "# A **b**"),
        ("| a | b |\n|:-:|--:|\n| x \\| y | `<!here>` |", "| a | b |\n| :-: | --: |\n| x \\| y | `<\u200b!here>` |"),
        ("- [ ] a\n  1. b", "- ☐ a\n  1. b"),
        ("[a](https://x.example)", "[a](<https://x.example>) (x.example)"),
        ("```\n<!channel>\n```", "```\n<\u200b!channel>\n```"),
        ("````\n```\n````", "````\n```\n````"),
        (r"\*a\* ~~b~~", r"\*a\* ~~b~~"),
    ],
)
def test_markdown_in_a_block(text: str, shown: str) -> None:
    assert standard(text) == shown


def test_a_table_beyond_what_slack_takes_is_a_code_block() -> None:
    wide = "| " + "a | " * 21 + "\n|" + "---|" * 21 + "\n|" + " b |" * 21
    tall = "| n |\n|---|\n" + "| 1 |\n" * 100
    within = "| n |\n|---|\n" + "| 1 |\n" * 99
    assert standard(wide).startswith("```\na  a")
    assert standard(tall).count("1") == 100
    assert standard(tall).startswith("```\n")
    assert standard(within).startswith("| n |")


def test_a_line_of_ours_is_quiet_and_nothing_else() -> None:
    assert quiet("Stopped.") == "*Stopped.*"
    assert quiet("thinking… 7 s") == "*thinking… 7 s*"
    assert quiet("a *b* `c`\n\n<!channel> [x](y)") == "*a \\*b\\* \\`c\\`*\n\n*\\<\u200b!channel> \\[x\\](y)*"


BELOW = 2
"""Blocks under the text: the buttons, and a line of ours."""

HARD = [
    "# a\n" * 120,
    "a\n\n" * 120,
    "---\n" * 120,
    "```\n```\n" * 120,
    "> a\n\nb\n\n" * 60,
    "- a\n\n1. b\n\n" * 60,
    "- a\n  - b\n" * 60,
    "| a |\n|---|\n\n" * 120,
    "a\n\n- b\n\n# c\n\n> d\n\n```\ne\n```\n\n| f |\n|---|\n\n---\n\n" * 20,
]


NESTED = st.lists(
    st.tuples(st.sampled_from(["", "  ", "    ", "      "]), st.sampled_from(["- ", "1. ", "* ", "- [ ] "])).map("a".join), max_size=90
).map("\n".join)
CROWDED = st.lists(
    st.sampled_from(
        ["a", "word. " * 3, "---", "# h", "> q", "| a |\n|---|\n| b |", "```\nx\n```", "- i\n  1. j\n  2. k\n- l", "***", "1) m"]
    ),
    max_size=130,
).map("\n\n".join)
"""Many short blocks: nested lists, paragraphs, rules, tables between paragraphs."""


@settings(deadline=None, max_examples=60)
@given(text=st.one_of(CROWDED, NESTED, DOCUMENT, st.tuples(CROWDED, DOCUMENT).map("\n\n".join)))
@example(text=HARD[0])
@example(text=HARD[6])
def test_pain_09_every_page_is_within_what_slack_takes(text: str) -> None:
    reply = GrowingText(Emitter(StandardDialect()), limit=LIMITS.text)
    for page in (*reply.growing(text[: len(text) // 2]), *reply.final(text)):
        assert _blocks(page) + BELOW <= MESSAGE_BLOCKS
        assert len(page.encode()) <= LIMITS.text
    assert "".join(piece.source for piece in reply.pieces) == text


@pytest.mark.parametrize("text", HARD)
def test_pain_09_a_page_expands_to_no_more_blocks_than_a_message_has(text: str) -> None:
    reply = GrowingText(Emitter(StandardDialect()), limit=LIMITS.text)
    written = reply.final(text)
    assert "".join(piece.source for piece in reply.pieces) == text
    assert len(written) > 1
    assert all(_blocks(page) + BELOW <= MESSAGE_BLOCKS for page in written)


@pytest.mark.parametrize("letter", ["a", "é", "語", "😀"])
def test_pages_are_full_whatever_is_written(letter: str) -> None:
    text = "\n\n".join(letter * 200 for _ in range(300))
    pages = GrowingText(Emitter(StandardDialect()), limit=LIMITS.text).final(text)
    assert "\n\n".join(pages) == text
    assert all(LIMITS.text * 0.8 < len(page.encode()) <= LIMITS.text for page in pages[:-1])


@settings(deadline=None)
@given(text=DOCUMENT)
def test_the_estimate_is_never_too_low(text: str) -> None:
    assert expansion(text) >= _blocks(standard(text))


def _blocks(text: str) -> int:
    """How many blocks stand side by side at the top, as another reader of Markdown counts them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return sum(1 for token in tokens if token.level == 0 and token.nesting >= 0)


def test_pages_full_of_addresses_are_full() -> None:
    text = "\n".join(f"- page: https://docs.example.com/{number}" for number in range(400))
    pages = GrowingText(Emitter(MrkdwnDialect()), limit=4_000).final(text)
    shown = [line.split("/")[-1].rstrip(">") for page in pages for line in page.split("\n")]
    assert shown == [str(number) for number in range(400)]
    assert min(map(len, pages[:-1])) >= 4_000 * 0.97
