"""Pain 24: unwanted pings. Pain 25: people mention the bot's role instead of the bot."""

import asyncio
import re

from tests.fakes.discord import bits
from tests.scenarios.discord_house import Home

UNSEEN = "\u200b"
"""Stands in what looks like a mention, so that Discord sees none."""

MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>")


def seen(home: Home) -> str:
    """What people read in Parley's messages, a blank between two of them."""
    return " ".join(home.answers()).replace(UNSEEN, "")


async def test_pain_24_nothing_that_the_model_writes_pings_anybody_in_any_version(home: Home) -> None:
    """Parley may even ping everyone here, as an administrator."""
    ada, bob = home.person("Ada"), home.person("Bob")
    role = home.discord.add_role(home.guild, "heroes", mentionable=True)
    home.guild.bot_role.permissions = bits.ADMINISTRATOR
    more = asyncio.Event()
    home.model.says(f"@everyone @here <@{bob.id}>", more, f" <@!{ada.id}> <@&{role.id}> ", "https://example.com/page")
    async with home.parley():
        await home.asks(ada, "ping them all")
        await home.discord.wait_for(lambda: seen(home) == f"@everyone @here <@{bob.id}>")
        more.set()
        await home.discord.wait_for(lambda: "page" in seen(home))
        assert seen(home) == f"@everyone @here <@{bob.id}> <@!{ada.id}> <@&{role.id}> https://example.com/page"
    assert home.pinged() == []
    (answer,) = home.ever()
    assert all(version.allowed_mentions == {"parse": [], "replied_user": False} for version in answer.history)
    assert [text for text in answer.texts if MENTION.search(text)] == []


async def test_pain_24_nor_does_what_goes_on_in_a_further_message_a_failure_or_an_order(home: Home) -> None:
    ada, root = home.person("Ada"), home.person("Root", permissions=bits.ADMINISTRATOR)
    home.guild.bot_role.permissions = bits.ADMINISTRATOR
    home.model.says("@everyone " * 250)
    home.model.cut(f"@everyone <@{ada.id}>")
    async with home.parley():
        await home.asks(ada, "a lot")
        await home.discord.wait_for(lambda: seen(home) == ("@everyone " * 250).rstrip())
        assert len(home.answers()) == 2
        await home.asks(ada, "again")
        await home.discord.wait_for(lambda: "broke off here" in home.answers()[-1])
        form = await home.form(root, "persona set")
        await home.told(await home.discord.submit_modal(form, {"instructions": f"Greet @everyone and <@{ada.id}>."}))
        shown = await home.order(root, "persona show")
        assert "@everyone" in shown.text
        pings = [version.pings for version in shown.original.history] if shown.original else []
    assert home.pinged() == []
    assert [ping for ping in pings if any(ping)] == []


async def test_pain_25_a_mention_of_the_bots_role_is_a_mention_of_the_bot(home: Home) -> None:
    ada = home.person("Ada")
    other = home.discord.add_role(home.guild, "heroes", mentionable=True)
    async with home.parley(discord_message_content=True):
        await home.says(ada, f"{other.mention} hello")
        await home.says(ada, f"{home.guild.bot_role.mention} what is up?")
        await home.reads("Hello from the model.")
    assert [request.last_user for request in home.model.asked] == ["Ada: what is up?"]


async def test_pain_25_without_the_right_to_read_it_a_mention_of_the_role_gets_a_hint(home: Home) -> None:
    """The message-content intent is not needed for what mentions the bot; its role is not the bot to Discord."""
    ada = home.person("Ada")
    async with home.parley():
        await home.says(ada, f"{home.guild.bot_role.mention} what is up?")
        await home.reads("Hi! Write your question after mentioning me, and I will answer here.")
    assert home.model.asked == []
