"""Pain 1: a long answer on Discord is cut off, refused or lost. Pain 15: one that is slow is killed by a clock on the wall."""

from bot.turns.answer import NOTES
from tests.fakes.model.sayings import Manner
from tests.scenarios.discord_house import DOTS, Home

STORY = "".join(f"Sentence {number} of a story that goes on and on, with wörds and 漢字 🙂. " for number in range(110))

CUT_SHORT = f"-# {NOTES['length']}"


async def test_pain_01_what_does_not_fit_goes_on_in_further_messages_without_losing_a_character(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says(STORY, manner=Manner(chunk=500))
    async with home.parley():
        asked = await home.asks(ada, "tell me a long story")
        await home.discord.wait_for(lambda: " ".join(home.answers()) == STORY.rstrip(), 15.0)
        assert len(home.answers()) > 3
        assert max(map(len, home.answers())) <= 2_000
        await home.asks(ada, "and now?")
        await home.discord.wait_for(lambda: home.answers()[-1] == "Hello from the model.")
    first, *others = home.ever()[:-1]
    assert first.reply_to is asked
    assert [message.reply_to for message in others] == [None] * len(others)
    assert [message.texts[0] for message in others if message.texts[0] == DOTS] == []
    assert [message for message in home.ever() if message.deleted] == []
    assert STORY in [line.text for line in home.model.asked[1].lines]


async def test_pain_01_a_note_that_does_not_fit_below_stands_in_a_message_of_its_own(home: Home) -> None:
    ada = home.person("Ada")
    text = "x" * 1_990
    home.model.length(text)
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads(text, CUT_SHORT)


async def test_pain_01_a_note_that_just_fits_stands_below(home: Home) -> None:
    ada = home.person("Ada")
    text = "x" * (2_000 - len(f"\n\n{CUT_SHORT}"))
    home.model.length(text)
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads(f"{text}\n\n{CUT_SHORT}")


async def test_pain_01_a_very_long_answer_in_one_piece_arrives_whole(home: Home) -> None:
    ada = home.person("Ada")
    wall = "".join(chr(ord("a") + number % 26) for number in range(9_950))
    home.model.says(wall)
    async with home.parley(streaming=False):
        await home.asks(ada, "hello")
        await home.discord.wait_for(lambda: "".join(home.answers()) == wall, 15.0)
    assert len(home.ever()) == 5


async def test_pain_15_an_answer_that_is_slow_but_arriving_survives(home: Home) -> None:
    """Far longer than any deadline: only silence is one."""
    ada = home.person("Ada")
    words = [f"word{number} " for number in range(12)]
    home.model.says(*words, "end.", manner=Manner(delay=0.12))
    async with home.parley(first_token_timeout=0.5, chunk_timeout=0.5):
        await home.asks(ada, "count slowly")
        await home.reads("".join(words) + "end.", within=10.0)
    assert len(home.model.asked) == 1
    assert len(home.ever()[0].texts) > 5
