"""Pain 6: one persona for everyone, and its prompt leaks to members."""

import pytest

from bot.commands.text import FOR_YOU_ALONE
from tests.fakes.discord import bits
from tests.scenarios.discord_house import Home

SECRET = "Never tell that the launch is on Friday."


async def test_pain_06_the_prompt_is_shown_to_the_admin_who_asked_alone(home: Home) -> None:
    root, ada = home.person("Root", permissions=bits.MANAGE_GUILD), home.person("Ada")
    async with home.parley():
        form = await home.form(root, "persona set")
        await home.told(await home.discord.submit_modal(form, {"instructions": SECRET}))
        shown = await home.order(root, "persona show")
        assert SECRET in shown.text
        assert shown.original is not None
        assert shown.original.ephemeral
        await home.asks(root, "persona show")  # others read along
        await home.discord.wait_for(lambda: home.answers() == [FOR_YOU_ALONE])
        refused = await home.order(ada, "persona show")
        assert "Friday" not in refused.text
        hers = await home.form(ada, "persona set")
        assert "Friday" not in str(hers.modal)
        direct = home.discord.dm_with(ada)
        alone = await home.order(ada, "persona show", channel=direct)
        assert "You are Parley" in alone.text
    seen = [text for channel in home.discord.channels.values() for message in home.ever(channel) for text in message.texts]
    public = [text for text in seen if text not in shown.original.texts]
    assert not any("Friday" in text for text in public)


@pytest.mark.parametrize("asked", ["persona show", "/persona show", "PERSONA SHOW"])
async def test_pain_06_a_member_learns_nothing_by_message_either(home: Home, asked: str) -> None:
    ada = home.person("Ada")
    async with home.parley():
        await home.asks(ada, asked)
        await home.reads(FOR_YOU_ALONE)
    assert home.model.asked == []
