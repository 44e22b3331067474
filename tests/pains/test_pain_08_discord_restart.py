"""Pain 8: memory is lost at every restart; and what was under way is left unfinished."""

import asyncio

from tests.fakes.discord import bits
from tests.fakes.model.server import CHAT
from tests.scenarios.discord_house import DOTS, Home


async def test_pain_08_after_a_restart_the_conversation_goes_on_where_it_was(home: Home) -> None:
    root = home.person("Root", permissions=bits.MANAGE_GUILD)
    home.model.says("Noted.")
    home.model.says("It was 42.")
    async with home.parley():
        await home.asks(root, "the number is 42")
        await home.reads("Noted.")
        await home.order(root, "persona use", preset="translator")
    async with home.parley():
        await home.asks(root, "what was it?")
        await home.reads("Noted.", "It was 42.")
    asked = home.model.asked[1]
    said = [(line.role, line.text) for line in asked.lines if line.role != "system" and not line.text.startswith("[context]")]
    assert said == [("user", "Root: the number is 42"), ("assistant", "Noted."), ("user", "Root: what was it?")]
    assert "You are a translator" in asked.system


async def test_pain_08_in_a_thread_follow_ups_are_still_heard_after_a_restart(home: Home) -> None:
    ada, thread = home.person("Ada"), home.thread()
    async with home.parley(discord_message_content=True):
        await home.asks(ada, "my cat is Tom", channel=thread)
        await home.reads("Hello from the model.", channel=thread)
    async with home.parley(discord_message_content=True):
        await home.says(ada, "and?", channel=thread)
        await home.reads("Hello from the model.", "Hello from the model.", channel=thread)
    assert "my cat is Tom" in str(home.model.asked[1].body)


async def test_pain_08_an_answer_cut_short_by_the_end_is_finished_after_the_next_start(home: Home) -> None:
    """In the same message, asked anew, remembered once; what had come stands until new words are there."""
    ada = home.person("Ada")
    home.model.stall("Once upon")
    go = asyncio.Event()
    home.model.says(go, "Once upon a time, ", "the end.")
    async with home.parley(drain_seconds=0.0):
        await home.asks(ada, "a story, please")
        await home.reads("Once upon")
    assert home.answers() == ["Once upon"]
    async with home.parley():
        await home.model.wait_for(lambda: len(home.model.sent(CHAT)) == 2)
        go.set()
        await home.reads("Once upon a time, the end.")
        await home.asks(ada, "another")
        await home.reads("Once upon a time, the end.", "Hello from the model.")
    home.model.released.set()
    texts = home.ever()[0].texts
    assert texts[:2] == [DOTS, "Once upon"]
    assert DOTS not in texts[1:]
    assert len(home.ever()) == 2
    said = [line.text for line in home.model.asked[2].lines if line.role != "system" and not line.text.startswith("[context]")]
    assert said == ["Ada: a story, please", "Once upon a time, the end.", "Ada: another"]


async def test_pain_08_messages_that_waited_at_the_end_are_answered_after_the_next_start(home: Home) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    home.model.stall(after=0)
    home.model.answers(lambda request: f"Heard {request.last_user}")
    async with home.parley(drain_seconds=0.0, slots=1):
        await home.asks(ada, "one")
        await home.reads(DOTS)
        await home.asks(bob, "two")
        await home.asks(ada, "three")
        await home.asks(bob, "last to be taken in", channel=home.discord.dm_with(bob))
        await home.model.wait_for(lambda: home.model.sent(CHAT))
    async with home.parley():
        await home.discord.wait_for(lambda: len(home.answers()) == 3 and DOTS not in home.answers(), 10.0)
        await home.reads("Heard Bob: last to be taken in", channel=home.discord.dm_with(bob))
    home.model.released.set()
    assert sorted(home.answers()) == ["Heard Ada: one", "Heard Ada: three", "Heard Bob: two"]
    assert home.answers()[0] == "Heard Ada: one"


async def test_pain_08_an_answer_that_runs_is_finished_before_the_house_closes(home: Home) -> None:
    ada = home.person("Ada")
    go = asyncio.Event()
    home.model.says("Almost", go, " done.")
    async with home.parley(drain_seconds=5.0):
        await home.asks(ada, "hello")
        await home.reads("Almost")
        asyncio.get_running_loop().call_later(0.2, go.set)
    assert home.answers() == ["Almost done."]


async def test_pain_08_the_commands_are_registered_once_and_stay(home: Home) -> None:
    ada = home.person("Ada")
    for start in (1, 2):
        async with home.parley():
            await home.order(ada, "help")
            await looked_up(home, start)
    assert len([r for r in home.discord.requests if r.method == "PUT"]) == 1


async def looked_up(home: Home, times: int) -> None:
    """Returns once the commands that stand were asked for so often."""
    asked = ("GET", f"/api/v10/applications/{home.discord.application_id}/commands")
    await home.discord.wait_for(lambda: [r.status for r in home.discord.requests if (r.method, r.path) == asked] == [200] * times)
