"""What admins see and set on Discord: `busy` and `status`."""

import asyncio

from bot.clock import SystemClock
from bot.engine import Engine
from bot.store.connection import open_store
from bot.turns.buried import Graveyard
from bot.turns.turn import Turn
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.lane import Lane
from tests.fakes.discord import User, bits
from tests.scenarios.discord_house import Home

GIVEN_UP = "0123456789abcdef0123"


def admin(home: Home) -> User:
    return home.person("Root", permissions=bits.MANAGE_GUILD)


async def give_up(home: Home, engine: Engine, author: User) -> None:
    """The message of `author` that is being answered now is listed as if nobody could answer it."""
    lane = Lane(ConversationKey("discord", str(home.guild.id), str(home.general.id)), str(author.id))
    messages = await engine.mailbox.head(lane)
    async with open_store(home.redis_url) as store:
        assert await Graveyard(store, clock=SystemClock()).bury(Turn(GIVEN_UP, lane, messages), reason="KeyError")


async def test_busy_is_shown_to_admins_and_set_by_them(home: Home) -> None:
    ada, root = home.person("Ada"), admin(home)
    async with home.parley():
        assert (await home.order(ada, "busy", mode="steer")).text == "Only admins of this server can use `busy` here."
        shown = await home.order(root, "busy")
        assert "**queue**: a new message waits until I have finished the answer before it (in use)" in shown.text
        assert shown.original is not None
        assert shown.original.ephemeral
        await home.order(root, "busy", mode="steer")
        assert "I go on from there (in use)" in (await home.order(root, "busy")).text
        direct = await home.order(ada, "busy", channel=home.discord.dm_with(ada), mode="steer")
        assert "in force" in direct.text


async def test_where_parley_is_steered_a_new_message_ends_the_answer_before_it(home: Home) -> None:
    ada, root = home.person("Ada"), admin(home)
    home.model.says("Once upon", asyncio.Event())
    home.model.says("Of course: a dog.")
    async with home.parley():
        await home.order(root, "busy", mode="steer")
        await home.asks(ada, "tell me about a cat")
        await home.reads("Once upon")
        await home.asks(ada, "no, about a dog")
        await home.discord.wait_for(lambda: home.answers()[-1] == "Of course: a dog.")
    assert home.answers()[0].startswith("Once upon")
    assert "Once upon" in [line.text for line in home.model.asked[1].lines if line.role == "assistant"]


async def test_status_tells_admins_what_goes_on(home: Home) -> None:
    ada, root = home.person("Ada"), admin(home)
    home.model.says("Once upon", gate := asyncio.Event())
    async with home.parley():
        assert (await home.order(ada, "status")).text == "Only admins of this server can use `status` here."
        await home.asks(ada, "my secret words")
        await home.reads("Once upon")
        shown = await home.order(root, "status")
        gate.set()
        await home.discord.wait_for(lambda: len(home.answers()) == 1)
    assert shown.text.startswith("I am writing 1 answer on this server. Nothing waits. Version ")
    assert shown.original is not None
    assert shown.original.ephemeral


async def test_what_was_given_up_is_listed_and_tried_again_where_it_was_asked(home: Home) -> None:
    ada, root = home.person("Ada"), admin(home)
    home.model.says("Once upon", gate := asyncio.Event())
    home.model.says("Now I can.")
    async with home.parley() as engine:
        asked = await home.asks(ada, "my secret words")
        await home.reads("Once upon")
        await give_up(home, engine, ada)
        shown = await home.order(root, "status")
        assert f"{GIVEN_UP}  " in shown.text
        assert "Ada" in shown.text
        assert "general" in shown.text
        assert "secret" not in shown.text
        gate.set()
        unknown = await home.order(root, "status", turn="nonsense")
        assert unknown.text.startswith("There is no such turn")
        again = await home.order(root, "status", action="again", turn=GIVEN_UP)
        assert again.text == "I am trying it again. The answer comes where the question was."
        await home.reads("Once upon", "Now I can.")
        assert (await home.order(root, "status", turn=GIVEN_UP)).text.startswith("There is no such turn")
        assert "gave up on nothing" in (await home.order(root, "status")).text
    assert [message.reply_to for message in home.written()] == [asked, asked]
    assert home.model.asked[1].lines[-1].text.endswith("my secret words")
