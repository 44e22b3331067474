"""Text that is being written: nothing shows as markup that will be read as such in a moment."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.markup import DiscordDialect
from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.markdown.settled import settled
from adapters.slack.dialect import MrkdwnDialect
from tests.adapters.rendering.markdown.texts import ANY

PLAIN = st.sampled_from(["one two", "x", "你好 there"])
SPAN = st.builds(
    str.format,
    st.sampled_from(["{}", "**{}**", "*{}*", "`{}`", "~~{}~~", "[{}](https://a.example/b)", "![{}](https://a.example/b)", "**_{}_**"]),
    PLAIN,
)
LINE = st.builds(
    lambda mark, spans: mark + " ".join(spans), st.sampled_from(["", "# ", "- ", "> ", "- [x] "]), st.lists(SPAN, min_size=1, max_size=4)
)
TABLE = st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=3).map(
    lambda rows: "\n".join(["| a | b |", "|---|---|", *(f"| {left} | {right} |" for left, right in rows)])
)
CODE = PLAIN.map("```py\n{}\n```".format)
TIDY = st.lists(st.one_of(LINE, LINE, TABLE, CODE), min_size=1, max_size=4).map("\n\n".join)
"""Markdown in which every mark has its partner."""


def bare(page: str) -> str:
    """A page on Discord without the markup that Discord reads, so that any left is one that people would see."""
    page = re.sub(r"```\w*\n(.*?)```", r"\1", page, flags=re.DOTALL)
    page = re.sub(r"`([^`\n]+)`", r"\1", page)
    page = re.sub(r"\[([^\[\]]*)\]\(<https://a.example/b>\)( \(a.example\))?", r"\1", page)
    page = re.sub(r"(\*{1,3}|~~)([^*~\s](?:[^*~\n]*[^*~\s])?)\1", r"\2", page)
    return re.sub(r"^(?:#{1,3}|-|>) ", "", page, flags=re.MULTILINE)


@settings(deadline=None)
@given(text=TIDY, part=st.floats(0, 1))
def test_no_mark_is_ever_seen_on_its_own(text: str, part: float) -> None:
    end = int(len(text) * part)
    page = "\n".join(GrowingText(Emitter(DiscordDialect()), limit=2000).growing(text[:end]))
    assert not re.search(r"[*`~|\[\]\\#]|https|]\(", bare(page))


@settings(deadline=None)
@given(text=TIDY, part=st.floats(0, 1))
def test_what_is_shown_is_the_beginning_of_what_will_be(text: str, part: float) -> None:
    reply = GrowingText(Emitter(DiscordDialect()), limit=2000)
    now, then = bare("".join(reply.growing(text[: int(len(text) * part)]))), bare("".join(reply.final(text)))
    words = re.findall(r"\w+", now)
    assert re.findall(r"\w+", then)[: max(len(words) - 1, 0)] == words[:-1]


@settings(deadline=None)
@given(text=ANY)
def test_whatever_is_written_is_shown_when_it_is_done(text: str) -> None:
    for dialect in (DiscordDialect(), MrkdwnDialect()):
        assert GrowingText(Emitter(dialect), limit=100_000).final(text) == [page for page in [Emitter(dialect).emit(text)] if page.strip()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **bo", "a **bo**"),
        ("a **bold*", "a **bold**"),
        ("a **", "a"),
        ("a **bold** b", "a **bold** b"),
        ("a **bold *and it", "a **bold *and it***"),
        ("2 * 3", "2 * 3"),
        ("snake_case_na", "snake_case_na"),
        ("a `co", "a `co`"),
        ("a `co\\", "a `co`"),
        ("a ``x`y", "a ``x`y``"),
        ("a ~~st", "a ~~st~~"),
        ("see [the pa", "see"),
        ("see [the page]", "see"),
        ("see [the page](htt", "see the page"),
        ("see [the page](http://a/(b)", "see the page"),
        ("see [the page](http://a/b)", "see [the page](http://a/b)"),
        ("see **[the page](htt", "see **the page**"),
        ("see ![an im", "see"),
        ("see ![an image](http", "see"),
        ("see <https://a", "see"),
        ("a [note] and", "a [note] and"),
        ("a [" + "x" * 400, "a [" + "x" * 400),
        ("a \\", "a"),
        ("a\n\n``", "a\n\n"),
        ("a\n\n```p", "a\n\n"),
        ("a\n\n```py\nx = 1\n``", "a\n\n```py\nx = 1\n"),
        ("```py\nx **y", "```py\nx **y"),
        ("```py\nx = `", "```py\nx = `"),
        ("a\n\n| b |", "a\n\n"),
        ("a\n\n| b |\n", "a\n\n"),
        ("a\n\n| b |\n|-", "a\n\n"),
        ("| b |\n|---|\n", "| b |\n|---|\n"),
        ("| b |\n|---|\n| 1", "| b |\n|---|\n"),
        ("b | c\n---|---\n1 | 2", "b | c\n---|---\n"),
        ("| b |\n|---|\n| 1 |\n", "| b |\n|---|\n| 1 |\n"),
        ("a\n-", "a"),
        ("a\n- [", "a"),
        ("a\n- [x] b", "a\n- [x] b"),
        ("a\n1", "a"),
        ("a\n12.", "a"),
        ("a\n##", "a"),
        ("a\n## b **c", "a\n## b **c**"),
        ("> a **b", "> a **b**"),
        ("- **a", "- **a**"),
        ("* **a**\n* b *c", "* **a**\n* b *c*"),
        ("", ""),
    ],
)
def test_what_is_unfinished_is_completed_or_held_back(text: str, shown: str) -> None:
    assert settled(text).rstrip() == shown.rstrip()
