"""Pain 10, on Discord: an event that comes again, and a gateway that breaks, are no reason for a second answer or for none."""

import asyncio

import pytest

from bot.turns.asking import WITHDRAWN
from bot.turns.redo import OFFERED
from tests.scenarios.discord_house import Home


async def test_pain_10_a_message_told_three_times_is_answered_once(home: Home) -> None:
    ada = home.person("Ada")
    go = asyncio.Event()
    home.model.says("Once", go, ".")
    async with home.parley():
        asked = await home.asks(ada, "hello")
        await home.discord.redeliver(asked)  # not begun, or just begun
        await home.reads("Once")
        await home.discord.redeliver(asked)  # being answered
        go.set()
        await home.reads("Once.")
        await home.discord.redeliver(asked)  # answered
        await home.asks(ada, "and now?")
        await home.reads("Once.", "Hello from the model.")
    assert [request.last_user for request in home.model.asked] == ["Ada: hello", "Ada: and now?"]
    assert len(home.ever()) == 2


@pytest.mark.parametrize("code", [4000, 0], ids=["closed", "cut"])
async def test_pain_10_a_gateway_dropped_and_resumed_in_the_middle_loses_and_doubles_nothing(home: Home, code: int) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    go = asyncio.Event()
    home.model.says("Once", go, ".", when=lambda body: "Ada: hello" in str(body))
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads("Once")
        await home.discord.drop_gateway(code)
        await home.asks(bob, "are you there?")  # nobody is connected: it is told at the resume
        await home.discord.wait_for(lambda: home.discord.gateway.resumes)
        await home.reads("Once", "Hello from the model.")
        go.set()
        await home.reads("Once.", "Hello from the model.")
    assert len(home.model.asked) == len(home.ever()) == 2
    assert len(home.discord.gateway.identifies) == 1


async def test_pain_10_equal_messages_and_equal_answers_are_all_there(home: Home) -> None:
    """An answer that equals the one before it must not be taken for "nothing changed"."""
    ada = home.person("Ada")
    async with home.parley():
        for number in range(1, 4):
            await home.asks(ada, "hello")
            await home.reads(*["Hello from the model."] * number)
    assert len(home.model.asked) == 3


async def test_pain_10_an_edit_of_the_question_is_no_second_question(home: Home) -> None:
    """Discord sends one by itself, too, when it has found a preview for a link."""
    ada = home.person("Ada")
    async with home.parley():
        asked = await home.asks(ada, "hello")
        await home.reads("Hello from the model.")
        await home.discord.edit_message(asked, f"<@{home.discord.bot.id}> hello there")
        await home.asks(ada, "and now?")
        await home.reads(f"Hello from the model.\n\n-# {OFFERED}", "Hello from the model.")
    assert [request.last_user for request in home.model.asked] == ["Ada: hello", "Ada: and now?"]


async def test_pain_10_a_question_deleted_before_the_answer_is_not_answered(home: Home) -> None:
    """It depends on how far its turn had come whether a message stands, which says why and replies to nobody."""
    home.model.answers(lambda _: "To nobody.")
    async with home.parley() as engine:
        await home.discord.delete_message(await home.asks(home.person("Ada"), "hello"))
        await asyncio.sleep(0.3)
        async with asyncio.timeout(5):
            while await engine.mailbox.waiting():  # noqa: ASYNC110  # the store raises no event here
                await asyncio.sleep(0.01)
    assert home.answers() in ([], [WITHDRAWN])
    assert all(message.reply_to is None for message in home.written())
