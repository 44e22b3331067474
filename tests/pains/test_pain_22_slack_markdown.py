"""Pain 22: Markdown, links, headings and tables look wrong in Slack; CJK and emoji break the columns."""

import re

import pytest
from markdown_it import MarkdownIt
from wcwidth import wcswidth

from adapters.slack.limits import TABLE_CELLS
from tests.fakes.model.sayings import Manner
from tests.fakes.slack.workspace import Message
from tests.scenarios.slack_house import Acme

TABLE = "| city | 人口 | flag |\n|:--|--:|:-:|\n| Tōkyō 東京 | 37 | 🇯🇵 |\n| Łódź | 0.7 | 👩‍🚀 |"
MARKDOWN = f"""# One

#### Four

- [x] done
- [ ] to do

See [the page](https://example.com/page).

{TABLE}

> quoted"""
both_ways = pytest.mark.parametrize("streams", ["auto", "off"], ids=["streams", "updates"])
READER = MarkdownIt("commonmark").enable("table")


def versions(message: Message) -> list[str]:
    """The texts that people saw there, one after the other."""
    return [version.text for version in message.versions if version.text not in ("", "…")]


def cells(text: str) -> list[list[str]]:
    """The rows of a table that Slack would draw, as it stands."""
    rows: list[list[str]] = []
    for token, following in zip(tokens := READER.parse(text), tokens[1:], strict=False):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(following.content)
    return rows


@both_ways
async def test_pain_22_headings_lists_links_and_tables_are_slacks_own(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(MARKDOWN, manner=Manner(chunk=9, delay=0.003))
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "write")
        await acme.slack.wait_for(lambda: acme.answers(general)[:1] and "quoted" in acme.answers(general)[0])
        await acme.slack.wait_for(lambda: not acme.written(general)[0].streaming)
    (answer,) = acme.slack.from_bot(general)
    text = answer.text
    assert {"# One", "#### Four", "> quoted"} <= set(text.split("\n"))
    assert re.search(r"^- \[x\] done\n+- \[ \] to do$|^- ☑ done\n+- ☐ to do$", text, re.MULTILINE), text
    assert re.search(r"\[the page\]\(<?https://example\.com/page>?\) \(example\.com\)\.", text), "one sees where it leads"
    assert cells(text) == [["city", "人口", "flag"], ["Tōkyō 東京", "37", "🇯🇵"], ["Łódź", "0.7", "👩‍🚀"]]
    assert answer.blocks[0]["type"] == ("markdown" if streams == "off" else "actions"), "not written as mrkdwn"


@both_ways
async def test_pain_22_a_table_is_never_seen_half_a_row(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(TABLE + "\n\nThat is all.", manner=Manner(chunk=3, delay=0.01))
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "compare")
        await acme.slack.wait_for(lambda: "That is all." in "".join(acme.answers(general)))
    (answer,) = acme.slack.from_bot(general)
    shown = [text for text in versions(answer) if "|" in text]
    assert len({text.count("\n") for text in shown}) > 1, "it was seen to grow"
    whole = cells(TABLE)
    for text in shown:
        rows = cells(text)
        assert rows == whole[: len(rows)]
        assert rows, f"people read bars instead of a table: {text!r}"


async def test_pain_22_a_table_beyond_slacks_is_aligned_code(acme: Acme) -> None:
    """By the width that people see, whatever stands in its cells."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    columns = range(TABLE_CELLS + 1)
    rows = [[f"c{number}" for number in columns], ["東京" if number == 3 else "x" for number in columns], ["👩‍🚀"] * len(columns)]
    written = [f"| {' | '.join(row)} |" for row in [rows[0], ["--:"] * len(columns), *rows[1:]]]
    acme.model.says("\n".join(written))
    async with acme.parley():
        await acme.asks(asha, general, "compare")
        await acme.slack.wait_for(lambda: "👩‍🚀" in "".join(acme.answers(general)))
        text = acme.answers(general)[0]
    assert text.startswith("```\n"), text
    assert text.endswith("\n```")
    head, _, first, second = text.split("\n")[1:-1]
    assert len({wcswidth(line) for line in (head, first, second)}) == 1, text


async def test_pain_22_where_slack_takes_no_blocks_it_is_right_as_well(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.world.blockless = True
    acme.model.says(MARKDOWN, manner=Manner(chunk=9, delay=0.003))
    async with acme.parley():
        await acme.asks(asha, general, "write")
        await acme.slack.wait_for(lambda: "quoted" in "".join(acme.answers(general)))
        (text,) = acme.answers(general)
    assert text.startswith("*One*\n\n*Four*")
    assert "☑ done\n" in text
    assert "☐ to do\n" in text
    assert "<https://example.com/page|the page> (example.com)" in text
    lines = text[text.index("```") :].split("\n")
    ends = [
        wcswidth(line[: line.index(word) + len(word)]) for line, word in zip((lines[1], *lines[3:5]), ("人口", "37", "0.7"), strict=True)
    ]
    assert len(set(ends)) == 1, lines
