"""Pain 19: answers in embeds cannot be copied or read naturally; people want plain text."""

from tests.fakes.discord import bits
from tests.scenarios.discord_house import Home


async def test_pain_19_an_answer_is_plain_text_without_embeds_or_previews(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says("**See** ", "https://example.com/page and\n```py\nprint(1)\n```")
    async with home.parley():
        await home.asks(ada, "where?")
        await home.reads("**See** https://example.com/page and\n```py\nprint(1)\n```")
    (answer,) = home.ever()
    assert [version.embeds for version in answer.history] == [[]] * len(answer.history)
    assert [version.flags & bits.SUPPRESS_EMBEDS for version in answer.history] == [bits.SUPPRESS_EMBEDS] * len(answer.history)
