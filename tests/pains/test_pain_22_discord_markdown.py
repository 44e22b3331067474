"""Pain 22: tables look wrong on Discord; CJK and emoji break the columns; headings, images and rules show as raw marks."""

from wcwidth import wcswidth

from tests.fakes.model.sayings import Manner
from tests.scenarios.discord_house import Home

TABLE = "| city | 人口 | flag |\n|:--|--:|:-:|\n| Tōkyō 東京 | 37 | 🇯🇵 |\n| Łódź | 0.7 | 👩‍🚀 |\n"

MARKDOWN = f"""# One
#### Four

- [x] done
- [ ] to do

![a chart](https://example.com/chart.png)

{TABLE}
---
> quoted
> > twice
"""


async def test_pain_22_a_table_stands_in_straight_columns_whatever_is_in_it(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says(TABLE, manner=Manner(chunk=4, delay=0.005))
    async with home.parley():
        await home.asks(ada, "compare")
        await home.discord.wait_for(lambda: "Łódź" in "".join(home.answers()) and home.answers()[0].endswith("```"))
        lines = home.answers()[0].split("\n")
    assert lines[0] == "```"
    ends = [_end_of(line, word) for line, word in zip((lines[1], *lines[3:5]), ("人口", "37", "0.7"), strict=True)]
    assert len(set(ends)) == 1, lines


async def test_pain_22_a_table_is_never_seen_half_a_row(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says(TABLE, manner=Manner(chunk=3, delay=0.01))
    async with home.parley():
        await home.asks(ada, "compare")
        await home.discord.wait_for(lambda: "Łódź" in "".join(home.answers()) and home.answers()[0].endswith("```"))
    shown = [text for text in home.ever()[0].texts if "city" in text]
    assert shown
    assert all(text.startswith("```\n") and text.endswith("\n```") and "|" not in text for text in shown)


async def test_pain_22_what_discord_does_not_know_is_written_as_what_it_does(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says(MARKDOWN)
    async with home.parley():
        await home.asks(ada, "write")
        await home.discord.wait_for(lambda: "quoted" in "".join(home.answers()))
        (text,) = home.answers()
    assert text.startswith("# One\n**Four**")
    assert "☑ done" in text
    assert "☐ to do" in text
    assert "![" not in text
    assert "example.com/chart.png" in text
    assert "\n---\n" not in text
    assert "> quoted" in text
    assert "> >" not in text


def _end_of(line: str, word: str) -> int:
    """The column in which the cell that reads `word` ends, as a terminal measures it."""
    return wcswidth(line[: line.index(word) + len(word)])
