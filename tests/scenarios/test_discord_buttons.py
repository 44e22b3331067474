"""Buttons, edits and deletions on Discord, through the whole house: what people see, press and find."""

import asyncio

from bot.turns.redo import OFFERED
from tests.fakes.discord import Channel, Interaction, Message, User
from tests.scenarios.discord_house import DOTS, Home

ALL = ["Regenerate", "👍", "👎"]


def under(message: Message) -> list[str]:
    """What is written on the buttons, all rows in a line."""
    return [button["label"] for row in message.components for button in row["components"]]


async def pressed(home: Home, user: User, message: Message, label: str) -> Interaction:
    """`user` presses what is labelled so, as soon as it is there; returned once Discord has heard from us."""
    await home.discord.wait_for(lambda: label in under(message))
    found = [button["custom_id"] for row in message.components for button in row["components"] if button["label"] == label]
    asked = await home.discord.press(user, message, found[0])
    await home.discord.wait_for(lambda: asked.answered)
    assert asked.delay < 3
    return asked


async def settled(home: Home, text: str, *, channel: Channel | None = None) -> Message:
    """Our only message, once it says `text` and can be rated."""
    await home.discord.wait_for(lambda: [m for m in home.written(channel) if m.content == text and "👍" in under(m)])
    (message,) = home.written(channel)
    return message


async def test_a_stop_then_the_rest_then_another_answer_then_the_first_again(home: Home) -> None:
    ada, gate = home.person("Ada"), asyncio.Event()
    home.model.says("One ", "two ", gate, "never")
    async with home.parley():
        await home.asks(ada, "count")
        await home.reads("One two")
        (answer,) = home.written()
        assert {tuple(button["label"] for row in v.components for button in row["components"]) for v in answer.history} == {("Stop",)}
        await pressed(home, ada, answer, "Stop")
        await home.discord.wait_for(lambda: under(answer) == ["Regenerate", "Continue", "👍", "👎"])
        assert answer.content.startswith("One two")
        home.model.says("three.")
        await pressed(home, ada, answer, "Continue")
        await home.discord.wait_for(lambda: under(answer) == ALL)
        assert " ".join(answer.content.split()) == "One two three."
        home.model.says("1, 2, 3.")
        await pressed(home, ada, answer, "Regenerate")
        await home.discord.wait_for(lambda: under(answer) == [*ALL, "‹ 1/2"])
        assert answer.content == "1, 2, 3."
        await pressed(home, ada, answer, "‹ 1/2")
        await home.discord.wait_for(lambda: under(answer) == [*ALL, "2/2 ›"])
        assert " ".join(answer.content.split()) == "One two three."
        gate.set()
    assert home.written() == [answer]
    assert home.discord.limits.refused == 0


async def test_a_new_house_knows_the_buttons_of_the_old(home: Home) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    home.model.says("Red.")
    async with home.parley():
        await home.asks(ada, "a colour?")
        answer = await settled(home, "Red.")
    home.model.says("Blue.")
    async with home.parley():
        refused = await pressed(home, bob, answer, "Regenerate")
        assert "Only the person who asked" in refused.text
        await pressed(home, ada, answer, "Regenerate")
        await home.reads("Blue.")


async def test_an_edited_question_can_be_asked_anew_and_a_deleted_one_is_forgotten(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says("Red.")
    async with home.parley():
        question = await home.asks(ada, "a colour?")
        answer = await settled(home, "Red.")
        await home.discord.unfold(question)  # no edit
        await home.discord.edit_message(question, f"<@{home.discord.bot.id}> a light colour?")
        await home.discord.wait_for(lambda: OFFERED in answer.content)
        home.model.says("Pink.")
        await pressed(home, ada, answer, "Regenerate")
        await home.discord.wait_for(lambda: answer.content == "Pink." and "👍" in under(answer))
        assert "a light colour?" in home.model.asked[-1].last_user
        await home.discord.delete_message(question)
        home.model.says("Who knows?")
        await home.asks(ada, "what did I ask?")
        await home.reads("Pink.", "Who knows?")
    past = str(home.model.asked[-1].body)
    assert "colour" not in past
    assert "Pink" not in past


async def test_a_question_deleted_while_it_waits_is_not_answered(home: Home) -> None:
    ada, gate = home.person("Ada"), asyncio.Event()
    home.model.says("Red", gate, ".")
    async with home.parley():
        await home.asks(ada, "a colour?")
        await home.reads("Red")
        await home.discord.delete_message(await home.asks(ada, "and a taste?"))
        await home.discord.wait_for(lambda: home.answers() == ["Red"])
        await asyncio.sleep(0.2)
        gate.set()
        await home.discord.wait_for(lambda: home.answers()[0] == "Red.")
    assert [text for text in home.answers() if text != DOTS] == ["Red."]
    assert len(home.model.asked) == 1
