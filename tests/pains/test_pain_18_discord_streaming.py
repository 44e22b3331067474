"""Pain 18: streaming that is invisible or janky: short answers hidden in a buffer, pushes per chunk that stretch the answer."""

import asyncio
from itertools import pairwise

from tests.fakes.model.sayings import Manner
from tests.scenarios.discord_house import DOTS, Home


async def test_pain_18_a_first_word_is_seen_before_the_second_is_written(home: Home) -> None:
    ada = home.person("Ada")
    more = asyncio.Event()
    home.model.says("Yes", more, ", of course.")
    async with home.parley():
        await home.asks(ada, "may I?")
        await home.reads("Yes")
        more.set()
        await home.reads("Yes, of course.")
    assert home.ever()[0].texts == [DOTS, "Yes", "Yes, of course."]


async def test_pain_18_hundreds_of_chunks_become_few_edits_and_the_answer_is_not_stretched(home: Home) -> None:
    """One push for each chunk would need almost five minutes of Discord's time here."""
    ada = home.person("Ada")
    words = [f"word{number} " for number in range(220)]
    home.model.says(*words, manner=Manner(delay=0.002))
    async with home.parley():
        await home.asks(ada, "count")
        await home.reads("".join(words).strip(), within=10.0)
    (answer,) = home.ever()
    assert len(answer.texts) < 60
    assert home.discord.limits.refused == 0


async def test_pain_18_what_grows_only_grows(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says(
        "Some **bold words", " here** and `code", "` and a [link](https://example", ".com/page).", manner=Manner(chunk=3, delay=0.01)
    )
    async with home.parley():
        await home.asks(ada, "write")
        await home.discord.wait_for(lambda: home.answers()[:1] and home.answers()[0].endswith("(example.com)."))
    grown = [text.translate({ord(mark): None for mark in "*`[]()<>"}) for text in home.ever()[0].texts if text != DOTS]
    assert len(grown) > 3
    assert all(after.startswith(before) for before, after in pairwise(grown[:-1]))
