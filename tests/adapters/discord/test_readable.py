"""Markup in words; code byte-exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.readable import Names, Own, code_spans, readable

NAMES = Names({2: "Ana", 3: "Ben"}.get, {8: "crew"}.get, {9: "general"}.get)
OWN = Own({1}, {80})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<@1> hello", "hello"),
        ("<@!1> hello", "hello"),
        ("<@&80> hello", "hello"),
        ("hello <@1>", "hello"),
        ("hello <@1> there", "hello there"),
        ("hello <@1>, how are you?", "hello, how are you?"),
        ("<@1>, how are you?", "how are you?"),
        ("<@1>: how are you?", "how are you?"),
        ("<@1> <@1>   hi", "hi"),
        ("<@1>", ""),
        ("say(<@1>)", "say()"),
        ("one\n<@1>\ntwo", "one\ntwo"),
        ("<@1>\n    indented\n    text", "    indented\n    text"),
        ("<@1>\n```py\nx  =  1\n```", "```py\nx  =  1\n```"),
        ("  two  spaces  stay <@1>", "  two  spaces  stay"),
        ("`<@1>` <@1> `  <@2> `", "`<@1>` `  <@2> `"),
    ],
)
def test_the_own_mention_leaves_no_gap(text: str, said: str) -> None:
    assert readable(text, NAMES, drop=OWN) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ask <@2> and <@!3>", "ask @Ana and @Ben"),
        ("ask <@7>", "ask @unknown-user"),
        ("ask <@&8> or <@&7>", "ask @crew or @unknown-role"),
        ("in <#9> or <#7>", "in #general or #unknown-channel"),
        ("well <:done:123> <a:party_1:456>", "well :done: :party_1:"),
        ("at <t:1800000000> or <t:0:R>", "at 2027-01-15 08:00 UTC or 1970-01-01 00:00 UTC"),
        ("at <t:999999999999:F>", "at <t:999999999999:F>"),
        ("use </persona set:123>", "use /persona set"),
        ("a < b > c <@> <#x>", "a < b > c <@> <#x>"),
        ("quoted: <@1>", "quoted: @unknown-user"),
    ],
)
def test_tokens_become_words(text: str, said: str) -> None:
    assert readable(text, NAMES) == said


@pytest.mark.parametrize(
    "code",
    ["`<@2>`", "``a ` <@1> b``", "```\n<@2>  <#9>\n\n   <@1>\n```", "```py\n<t:1>``` ", "```a`b```", "`a\n<@2>`"],
)
def test_code_stays_byte_exact(code: str) -> None:
    assert readable(f"see {code}<@2>", NAMES, drop=OWN) == f"see {code}@Ana"


def test_ticks_that_nothing_closes_are_no_code() -> None:
    assert readable("a ` <@2> ``` b", NAMES) == "a ` @Ana ``` b"


PIECES = st.sampled_from(["`", "``", "```", " ", "\n", "<@1>", "<@2>", "<#9>", "a", ",", "<", ">", "\t"])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_is_written_code_survives_and_no_call_of_ours_does(text: str) -> None:
    said = readable(text, NAMES, drop=OWN)
    code = [text[start:end] for start, end in code_spans(text)]
    at = 0
    for span in code:
        at = said.index(span, at) + len(span)
    assert said.count("<@1>") == sum(span.count("<@1>") for span in code)
    assert said.count("<@2>") == sum(span.count("<@2>") for span in code)


@given(st.text(alphabet=st.characters(exclude_characters="<"), max_size=200))
def test_text_without_tokens_is_left_as_it_is_inside(text: str) -> None:
    said = readable(text, NAMES, drop=OWN)
    assert said in text
    assert said.strip() == text.strip()


def test_a_hostile_message_takes_no_time() -> None:
    for text in ("`" * 4000, "`a``" * 1000, " " * 4000 + "<@1>", "<@" * 2000, "``` ` " * 600):
        readable(text, NAMES, drop=OWN)
