"""Messages that people edit and delete, over real sockets: what reaches the door."""

import asyncio

import pytest

from bot.settings import Settings
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Amended
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import listening
from tests.fakes.discord import Channel, DiscordServer, Message, User
from tests.fakes.server import Upload


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


@pytest.fixture
def ana(server: DiscordServer) -> User:
    return server.add_user("ana", nick="Ana")


def place(channel: Channel, thread: Channel | None = None) -> ConversationKey:
    assert channel.guild is not None
    return ConversationKey("discord", str(channel.guild.id), str(channel.id), str(thread.id) if thread else "")


def stamp(message: Message) -> str:
    assert message.edited_at is not None
    return str(round(message.edited_at * 1000))


async def over(server: DiscordServer, door: Door, channel: Channel) -> None:
    """All that Discord has told so far has come."""
    last = await server.user_says(channel, server.owner, f"{server.bot.mention} last")
    await server.user_says(channel, server.owner, "no more")
    await server.wait_for(lambda: str(last.id) in door.happened)
    for _ in range(20):
        await asyncio.sleep(0)


async def test_an_edit_is_told_as_the_message_would_be(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    async with listening(server, settings, door):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} wat?")
        await server.edit_message(asked, f"{server.bot.mention}, what does {ana.mention} say to `<@1>`?")
        await server.wait_for(lambda: door.amended)
    text = "what does @Ana say to `<@1>`?"
    assert door.amended == [Amended(str(asked.id), place(channel), False, text, stamp(asked))]


async def test_edits_in_threads_and_dms_belong_to_their_conversations(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    thread = server.add_thread(channel)
    async with listening(server, settings, door):
        inside = await server.user_says(thread, ana, f"{server.bot.mention} a")
        direct = await server.dm(ana, "b")
        await server.edit_message(inside, f"{server.bot.mention} aa")
        await server.edit_message(direct, "bb")
        await server.wait_for(lambda: len(door.amended) == 2)
    dm = ConversationKey("discord", f"dm-{ana.id}", str(server.dm_with(ana).id))
    assert {amended.id: amended for amended in door.amended} == {
        str(inside.id): Amended(str(inside.id), place(channel, thread), True, "aa", stamp(inside)),
        str(direct.id): Amended(str(direct.id), dm, True, "bb", stamp(direct)),
    }


async def test_deletions_belong_to_their_conversations(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    thread, archived = server.add_thread(channel), server.add_thread(channel, "old")
    archived.archived = True
    async with listening(server, settings, door):
        messages = [await server.user_says(where, ana, f"{server.bot.mention} a") for where in (channel, thread, archived)]
        messages.append(await server.dm(ana, "b"))
        for message in messages:
            await server.delete_message(message)
        await server.wait_for(lambda: len(door.amended) == 4)
    open_one, inside, old, direct = messages
    dm = ConversationKey("discord", f"dm-{ana.id}", str(server.dm_with(ana).id))
    assert {amended.id: amended for amended in door.amended} == {
        str(open_one.id): Amended(str(open_one.id), place(channel), False, None),
        str(inside.id): Amended(str(inside.id), place(channel, thread), True, None),
        str(old.id): Amended(str(old.id), place(channel, archived), True, None),
        str(direct.id): Amended(str(direct.id), dm, True, None),
    }


async def test_many_deleted_at_once(server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User) -> None:
    async with listening(server, settings, door):
        messages = [await server.user_says(channel, ana, f"{server.bot.mention} {number}") for number in range(3)]
        await server.delete_many(messages)
        await server.wait_for(lambda: len(door.amended) == 3)
    assert [(amended.id, amended.text) for amended in door.amended] == [(str(message.id), None) for message in messages]


async def test_previews_bots_and_our_own_edits_are_no_edits(server: DiscordServer, door: Door, channel: Channel, ana: User) -> None:
    robot = server.add_user("beep", bot=True)
    async with listening(server, settings_for(server, discord_message_content=True), door):
        await server.unfold(await server.user_says(channel, ana, f"{server.bot.mention} https://example.org"))
        for author in (robot, server.bot, server.add_webhook("hook")):
            message = await server.user_says(channel, author, "one")
            await server.edit_message(message, f"{server.bot.mention} two")
        await over(server, door, channel)
    assert door.amended == []


async def test_without_the_content_intent_a_hidden_text_is_no_empty_text(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, ana: User
) -> None:
    picture = Upload("a.png", "image/png", b"x")
    async with listening(server, settings, door):
        talk = await server.user_says(channel, ana, "talk")
        unasked = await server.user_says(channel, ana, f"{server.bot.mention} forget it")
        shown = await server.dm(ana, "see", attachments=[picture])
        await server.edit_message(talk, "more talk")
        await server.edit_message(unasked, "forget it")  # names us no more: Discord keeps from us what it says
        await server.edit_message(shown, "")  # nothing but the picture is left
        await server.wait_for(lambda: door.amended)
        await over(server, door, channel)
    assert [(amended.id, amended.text) for amended in door.amended] == [(str(shown.id), "")]


async def test_with_the_content_intent_every_text_is_told(server: DiscordServer, door: Door, channel: Channel, ana: User) -> None:
    async with listening(server, settings_for(server, discord_message_content=True), door):
        unasked = await server.user_says(channel, ana, f"{server.bot.mention} forget it")
        await server.edit_message(unasked, "nothing")
        await server.edit_message(unasked, "")
        await server.wait_for(lambda: len(door.amended) == 2)
    assert [amended.text for amended in door.amended] == ["nothing", ""]
