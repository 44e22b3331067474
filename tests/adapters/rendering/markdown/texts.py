"""Markdown as models write it, and as nobody should."""

from hypothesis import strategies as st

WORDS = st.sampled_from(["alpha", "beta", "gamma,", "delta.", "你好", "naïve", "👩‍👩‍👧", "x<y", "a&b", "@here", "U.S.", "e.g."])
SENTENCE = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
SPAN = st.one_of(
    SENTENCE,
    SENTENCE.map("**{}**".format),
    SENTENCE.map("*{}*".format),
    SENTENCE.map("`{}`".format),
    SENTENCE.map("~~{}~~".format),
    SENTENCE.map("[{}](https://example.org/a?b=1)".format),
)
PARAGRAPH = st.lists(SPAN, min_size=1, max_size=6).map(" ".join)
FENCE = st.builds(
    lambda lead, language, rows: "\n".join([f"{lead}```{language}", *(f"{lead}{row}" for row in rows), f"{lead}```"]),
    st.sampled_from(["", "", "   "]),
    st.sampled_from(["", "py", "c++"]),
    st.lists(st.sampled_from(["def f():", "    return 1", "", "# not a heading", "| a | b |", "x" * 70]), max_size=14),
)
TABLE = st.builds(
    lambda header, rows: "\n".join([f"| {' | '.join(header)} |", "|---" * len(header) + "|", *rows]),
    st.lists(SENTENCE, min_size=2, max_size=3),
    st.lists(st.tuples(SENTENCE, SENTENCE).map(lambda row: f"| {row[0]} | {row[1]} |"), max_size=14),
)
LIST = st.lists(st.tuples(st.sampled_from(["- ", "1. ", "   - ", "  * ", "- [ ] ", "2) "]), SPAN), min_size=1, max_size=12).map(
    lambda items: "\n".join(marker + text for marker, text in items)
)
HEADING = st.builds(lambda level, text: f"{'#' * level} {text}", st.integers(1, 6), SPAN)
QUOTE = st.lists(SPAN, min_size=1, max_size=4).map(lambda rows: "\n".join(f"> {row}" for row in rows))
BLOCK = st.one_of(PARAGRAPH, PARAGRAPH, FENCE, TABLE, LIST, HEADING, QUOTE, st.just("---"))
DOCUMENT = st.lists(st.tuples(BLOCK, st.sampled_from(["\n\n", "\n\n", "\n"])), max_size=12).map(
    lambda parts: "".join(a + b for a, b in parts)
)
"""What a model may well write."""

_MARKS = "`·``·```·````·~~~·*·**·***·_·__·~~·||·[·](·)·!·<·>·> ·>>> ·#·# ·-# ·- ·1. ·1. ·   ·      ·|·|-·|---|\n·| a | b |\n|---|---|\n"
_BREAKS = "\n·\n·\n\n·\r\n·\t·\\·&·&lt;·\x00·\u200b·---\n·===\n·<br>·[ ] ·\ue000"
_PINGS = "@everyone·@here·@·everyone·<@1·<@&2>·<#3>·<!channel>·!channel>·<@1>·</a:1>·<id:guide>·1>·<https://c.example/|@here>"
_LINKS = "https://a.example/@everyone·http://b.example/(x)·[x](https://e.example/)·![i](http://i.example/p.png)·javascript:x"
_TEXT = "word ·word ·a· ·. ·你·👩‍👩‍👧·e\u0301"
UNITS = "·".join([_MARKS, _BREAKS, _PINGS, _LINKS, _TEXT]).split("·")
HOSTILE = st.lists(st.sampled_from(UNITS), max_size=150).map("".join)
"""What nobody should write."""

ANY = st.one_of(DOCUMENT, HOSTILE)
