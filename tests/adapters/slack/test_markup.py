"""Slack's markup made readable, and ours made inert."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.markup import addresses_others, people_in, readable, unescaped, without_mention
from adapters.slack.mrkdwn import quiet, rendered
from adapters.slack.replies import written
from bot.vocabulary.commands import CommandReply, Table

NAMES = {"U1": "Asha", "C2": "random"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("ask <@U1> or <@U2>", "ask @Asha or @U2"),
        ("ask <@U2|ben>", "ask @ben"),
        ("see <#C1|general>, <#C2>, <#C2|> and <#C3>", "see #general, #random, #random and #C3"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@devs> <!subteam^S2>", "@devs @S2"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<https://example.com|the page>", "the page (https://example.com)"),
        ("<http://example.com|example.com>", "example.com"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("<mailto:a@example.com>", "a@example.com"),
        ("if a &lt; b &amp;&amp; c &gt; d", "if a < b && c > d"),
        ("typed: &amp;lt;", "typed: &lt;"),
        ("`<http://example.com|example.com>  &lt;T&gt;`", "`example.com  <T>`"),
        ("```\n  x = <https://example.com>\n\tif x &lt; 1:\n```", "```\n  x = https://example.com\n\tif x < 1:\n```"),
    ],
)
def test_readable(raw: str, shown: str) -> None:
    assert readable(raw, NAMES) == shown


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("<@B> hello", "hello"),
        ("<@B|parley>, hello", "hello"),
        ("<@B>: hello", "hello"),
        ("<@B> :wave: hello", ":wave: hello"),
        ("<@B> <@B> hello", "hello"),
        ("hey <@B> hello", "hey hello"),
        ("hello <@B>", "hello"),
        ("<@B>", ""),
        ("<@B>\n```\n    code\n```", "```\n    code\n```"),
        ("<@B2> hello", "<@B2> hello"),
    ],
)
def test_own_mention_is_removed(raw: str, left: str) -> None:
    assert without_mention(raw, bot="B") == left


@pytest.mark.parametrize(
    ("text", "others"),
    [("<@UB> hi", False), ("<@UB> <@U1>", True), ("<!here>", True), ("<!subteam^S1|@x>", True), ("<#C1|general> @asha", False)],
)
def test_addresses_others(text: str, others: bool) -> None:
    assert addresses_others(text, bot="UB") is others


@given(st.text())
def test_what_people_type_arrives_as_they_typed_it(text: str) -> None:
    """A text without anything Slack turns into a token: only the three characters are escaped on the way."""
    assert readable(rendered(text), {}) == text


@given(st.text(alphabet=st.sampled_from("<>!@#&|;`abcU1 \nltgmp")))
def test_pain_24_nothing_we_write_can_be_read_as_markup(text: str) -> None:
    for ours in (rendered(text), quiet(text), *written(CommandReply(rendered(text), table=Table((text,), ((text,),))))):
        assert not re.search(r"[<>]", ours)
        assert people_in(ours) == frozenset()
    assert unescaped(rendered(text)) == text


def test_a_line_of_ours_is_italic_on_each_line() -> None:
    assert quiet("Stopped.\n\n1 < 2") == "_Stopped._\n\n_1 &lt; 2_"


def test_tables_line_up_by_display_width() -> None:
    table = Table(("model", "tokens"), (("gpt", "12"), ("模型", "3"), ("a`b", "4")))
    assert written(CommandReply("", table=table)) == ["```\nmodel  tokens\n-----  ------\ngpt    12\n模型   3\na`b    4\n```"]
