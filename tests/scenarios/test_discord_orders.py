"""Orders in a conversation on Discord: stop, reset, usage, help, by slash command and by mention."""

import asyncio

from tests.fakes.discord import bits
from tests.fakes.model.server import CHAT
from tests.scenarios.discord_house import Home

STOPPED = "Once upon\n\n-# Stopped."


async def test_stop_keeps_what_had_come_and_marks_it(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says("Once upon", asyncio.Event())
    home.model.says("Gladly.")
    async with home.parley():
        await home.asks(ada, "tell me a story")
        await home.reads("Once upon")
        asked = await home.order(ada, "stop")
        assert asked.text == "Stopping."
        await home.reads(STOPPED)
        await home.model.disconnected.wait()
        await home.asks(ada, "go on")
        await home.reads(STOPPED, "Gladly.")
    assert "Once upon" in [line.text for line in home.model.asked[1].lines if line.role == "assistant"]


async def test_stop_by_mention_overtakes_the_answer_and_leaves_no_message(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says("Once upon", asyncio.Event())
    async with home.parley():
        await home.asks(ada, "tell me a story")
        await home.reads("Once upon")
        await home.asks(ada, "stop")
        await home.reads(STOPPED)
    assert len(home.ever()) == 1


async def test_a_member_stops_their_own_answer_and_a_moderator_anybodys(home: Home) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    mod = home.person("Mod", permissions=bits.MANAGE_MESSAGES)
    home.model.says("Once upon", asyncio.Event())
    async with home.parley():
        await home.asks(ada, "tell me a story")
        await home.reads("Once upon")
        by_bob = await home.order(bob, "stop")
        assert by_bob.text == "I am not writing anything here right now."
        assert home.answers() == ["Once upon"]
        by_mod = await home.order(mod, "stop")
        assert by_mod.text == "Stopping."
        await home.reads(STOPPED)


async def test_stop_before_the_first_word_says_so(home: Home) -> None:
    ada = home.person("Ada")
    home.model.stall(after=0)
    async with home.parley():
        await home.asks(ada, "tell me a story")
        await home.model.wait_for(lambda: home.model.sent(CHAT))
        await home.order(ada, "stop")
        await home.reads("Stopped.")
    home.model.released.set()


async def test_reset_forgets_and_is_for_moderators_or_ones_own_dm(home: Home) -> None:
    ada, mod = home.person("Ada"), home.person("Mod", permissions=bits.MANAGE_MESSAGES)
    direct = home.discord.dm_with(ada)
    home.model.answers(lambda request: "Yes.")
    async with home.parley():
        await home.asks(ada, "my cat is Tom")
        await home.reads("Yes.")
        refused = await home.order(ada, "reset")
        assert refused.text == "Only moderators can use `reset` here."
        await home.order(mod, "reset")
        await home.discord.wait_for(lambda: "I have forgotten our conversation here." in home.answers())
        await home.asks(ada, "what is my cat called?")
        await home.discord.wait_for(lambda: home.answers().count("Yes.") == 2)
        await home.says(ada, "my dog is Rex", channel=direct)
        await home.reads("Yes.", channel=direct)
        await home.order(ada, "reset", channel=direct)
        await home.says(ada, "what is my dog called?", channel=direct)
        await home.discord.wait_for(lambda: home.answers(direct)[-1] == "Yes." and len(home.model.sent(CHAT)) == 4)
    assert "Tom" not in str(home.model.asked[1].body)
    assert "Rex" not in str(home.model.asked[3].body)


async def test_an_order_in_a_thread_concerns_the_thread_alone(home: Home) -> None:
    mod, thread = home.person("Mod", permissions=bits.MANAGE_MESSAGES), home.thread()
    home.model.answers(lambda request: "Yes.")
    async with home.parley():
        await home.asks(mod, "my cat is Tom")
        await home.reads("Yes.")
        await home.asks(mod, "my dog is Rex", channel=thread)
        await home.reads("Yes.", channel=thread)
        await home.order(mod, "reset", channel=thread)
        await home.discord.wait_for(lambda: "I have forgotten our conversation here." in home.answers(thread))
        await home.asks(mod, "my dog?", channel=thread)
        await home.discord.wait_for(lambda: home.answers(thread).count("Yes.") == 2)
        await home.asks(mod, "my cat?")
        await home.reads("Yes.", "Yes.")
    assert "Rex" not in str(home.model.asked[2].body)
    assert "Tom" in str(home.model.asked[3].body)


async def test_stop_in_a_direct_message_finds_what_runs_there(home: Home) -> None:
    ada = home.person("Ada")
    direct = home.discord.dm_with(ada)
    home.model.says("Once upon", asyncio.Event())
    async with home.parley():
        await home.says(ada, "a story, please", channel=direct)
        await home.reads("Once upon", channel=direct)
        await home.order(ada, "stop", channel=direct)
        await home.reads(STOPPED, channel=direct)


async def test_usage_shows_members_their_own_and_admins_the_servers(home: Home) -> None:
    ada, root = home.person("Ada"), home.person("Root", permissions=bits.MANAGE_GUILD)
    async with home.parley(price_input=1_000.0, price_output=0.0, display_currency="INR", display_rate=85.0):
        nothing = await home.order(ada, "usage")
        assert nothing.text.startswith("Nothing used today")
        await home.asks(ada, "hello")
        await home.reads("Hello from the model.")
        await home.asks(root, "hello")
        await home.reads("Hello from the model.", "Hello from the model.")
        hers, all_of_it = await home.order(ada, "usage"), await home.order(root, "usage")
    assert hers.text.startswith("Your use today")
    assert "INR" in hers.text
    assert "small" in hers.text
    assert all_of_it.text.startswith("Today on this server")
    assert table(hers.text)["calls"] == "1"
    assert table(all_of_it.text)["calls"] == "2"
    assert hers.original is not None
    assert hers.original.ephemeral


async def test_help_lists_what_the_asker_may_order(home: Home) -> None:
    ada, root = home.person("Ada"), home.person("Root", permissions=bits.MANAGE_GUILD)
    async with home.parley():
        hers, roots = await home.order(ada, "help"), await home.order(root, "help")
        direct = await home.order(ada, "help", channel=home.discord.dm_with(ada))
    assert "`stop`: " in hers.text
    assert "persona" not in hers.text
    assert "`persona use <preset>`: " in roots.text
    assert "`persona use <preset>`: " in direct.text


def table(text: str) -> dict[str, str]:
    """The first row of the table in a reply, by the header."""
    _, header, row, *_ = text[text.index("```") :].splitlines()
    columns = [column for column in header.split("  ") if column]
    return dict(zip((column.strip() for column in columns), (cell.strip() for cell in row.split("  ") if cell), strict=True))
