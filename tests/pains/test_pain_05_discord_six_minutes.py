"""Pain 5 beside Slack's streams: an answer of six minutes on Discord. Pain 15: a clock on the wall that kills it."""

from itertools import pairwise

from tests.pains.six_minutes import PATIENCE, SLOWLY, WORDS, discord_in_haste
from tests.scenarios.discord_house import Home


async def test_pain_05_an_answer_of_six_minutes_is_whole_and_one_turns_on_discord(home: Home) -> None:
    """The lane's lease runs out several times, unless it is renewed: then another process would begin the answer anew."""
    ada = home.person("Ada")
    home.model.says(*WORDS, manner=SLOWLY)
    async with discord_in_haste(home) as begun:
        await home.asks(ada, "slowly, please")
        await home.discord.wait_for(lambda: " ".join(home.answers()).split() == "".join(WORDS).split(), PATIENCE)
        assert (begun.times, len(home.model.asked)) == (1, 1)
        await home.asks(ada, "and now?")
        await home.discord.wait_for(lambda: home.answers()[-1] == "Hello from the model.")
    assert home.discord.limits.refused == 0
    assert len(home.ever()) == 4
    assert sum(len(message.texts) for message in home.ever()) > 60, "it is seen to grow all the time"
    for message in home.ever():
        grown = [text for text in message.texts if text.startswith("Word")]
        shrunk = [before for before, after in pairwise(grown) if not after.startswith(before)]
        assert len(shrunk) <= 1, "only once, when its last paragraph went on into the next message"
