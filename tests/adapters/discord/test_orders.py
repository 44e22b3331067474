"""Slash commands and forms over real sockets."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.opening import Discord
from bot.errors import StoreUnavailable
from bot.vocabulary.commands import CommandCall, CommandReply, Table
from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place
from tests.adapters.discord.door import Door
from tests.fakes.discord import Channel, DiscordServer, User, bits

MODAL = 9


@pytest.fixture
async def open_door(server: DiscordServer, rest: Discord, door: Door) -> AsyncIterator[Door]:
    """The gateway is open and leads to this door."""
    async with rest.listening(door):
        await rest.client.connected.wait()
        yield door
        door.wait.set()


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


@pytest.fixture
def admin(server: DiscordServer) -> User:
    return server.add_user("ada", nick="Ada", permissions=bits.MANAGE_GUILD)


async def test_an_order_in_full(server: DiscordServer, open_door: Door, channel: Channel, admin: User) -> None:
    open_door.reply = CommandReply("I am the **tutor** now.", Table(("a", "b"), (("1", "2"),)))
    asked = await server.slash(admin, channel, "persona use", preset="tutor")
    await server.wait_for(lambda: asked.text and not asked.thinking)
    assert asked.text == "I am the **tutor** now.\n```\na  b\n1  2\n```"
    assert asked.original is not None
    assert asked.original.ephemeral
    guild = next(iter(server.guilds.values()))
    assert open_door.calls == [
        CommandCall(
            id=str(asked.id),
            name="persona use",
            author=Author(str(admin.id), "Ada", Authority.ADMIN),
            conversation=ConversationKey("discord", str(guild.id), str(channel.id)),
            direct=False,
            exclusive=False,
            args={"preset": "tutor"},
            place=Place("Home", "general"),
        )
    ]


async def test_orders_in_a_thread_and_in_a_dm(server: DiscordServer, open_door: Door, channel: Channel, admin: User) -> None:
    thread = server.add_thread(channel)
    moderator = server.add_user("mo", permissions=bits.MANAGE_MESSAGES)
    first = await server.slash(moderator, thread, "reset")
    second = await server.slash(admin, server.dm_with(admin), "usage", days="7")
    await server.wait_for(lambda: first.text and second.text)
    by_name = {call.name: call for call in open_door.calls}
    reset, usage = by_name["reset"], by_name["usage"]
    guild = str(next(iter(server.guilds)))
    assert reset.conversation == ConversationKey("discord", guild, str(channel.id), str(thread.id))
    assert (reset.exclusive, reset.direct, reset.author.authority) == (True, False, Authority.MODERATOR)
    dm = str(server.dm_with(admin).id)
    assert usage.conversation == ConversationKey("discord", f"dm-{admin.id}", dm)
    assert (usage.exclusive, usage.direct, usage.author.authority, usage.args) == (True, True, Authority.MEMBER, {"days": "7"})


async def test_pain_12_discord_hears_at_once_however_long_the_store_takes(
    server: DiscordServer, open_door: Door, channel: Channel, admin: User
) -> None:
    open_door.wait.clear()
    asked = await server.slash(admin, channel, "usage")
    await server.wait_for(lambda: asked.answered)
    assert asked.thinking
    assert asked.delay < 1
    open_door.wait.set()
    await server.wait_for(lambda: asked.text == "Done as you said.")


async def test_pain_12_a_form_comes_in_time_even_when_nothing_can_be_shown_in_it(
    server: DiscordServer, open_door: Door, channel: Channel, admin: User
) -> None:
    open_door.wait.clear()
    asked = await server.slash(admin, channel, "persona set")
    await server.wait_for(lambda: asked.answered)
    assert asked.callback_type == MODAL
    assert 0.9 < asked.delay < 2
    assert asked.modal is not None
    assert "value" not in asked.modal["components"][0]["component"]


async def test_a_form_shows_what_is_and_takes_what_is_written(
    server: DiscordServer, open_door: Door, channel: Channel, admin: User
) -> None:
    open_door.shown = {"instructions": "Be kind."}
    asked = await server.slash(admin, channel, "persona set")
    await server.wait_for(lambda: asked.modal)
    assert asked.modal is not None
    entry = asked.modal["components"][0]["component"]
    assert (entry["value"], entry["max_length"], entry["style"]) == ("Be kind.", 3000, 2)
    assert open_door.calls == []
    sent = await server.submit_modal(asked, {"instructions": "Be brief.\nAlways."})
    await server.wait_for(lambda: sent.text == "Done as you said.")
    (call,) = open_door.calls
    assert (call.id, call.name, call.args) == (str(sent.id), "persona set", {"instructions": "Be brief.\nAlways."})
    assert call.author.authority is Authority.ADMIN
    assert sent.original is not None
    assert sent.original.ephemeral


async def test_a_form_with_a_store_that_is_away_opens_empty_and_is_not_remembered(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, admin: User
) -> None:
    open_door.fails = StoreUnavailable("down")
    asked = await server.slash(admin, channel, "persona set")
    await server.wait_for(lambda: asked.modal)
    assert asked.delay < 1
    later = await server.slash(admin, channel, "usage")
    await server.wait_for(lambda: later.text)
    assert rest.client._connection._view_store._modals == {}  # most forms are never submitted


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (StoreUnavailable("redis at 10.0.0.1 is down"), "My memory is not reachable right now. Please try again in a minute."),
        (KeyError("secret"), "Something went wrong on my side. Please try again in a moment."),
    ],
)
async def test_failures_are_words(
    server: DiscordServer, open_door: Door, channel: Channel, admin: User, failure: Exception, words: str
) -> None:
    open_door.fails = failure
    asked = await server.slash(admin, channel, "usage")
    await server.wait_for(lambda: asked.text)
    assert asked.text == words


async def test_a_long_reply_goes_on_in_follow_ups(server: DiscordServer, open_door: Door, channel: Channel, admin: User) -> None:
    open_door.reply = CommandReply("word " * 900)
    asked = await server.slash(admin, channel, "usage")
    await server.wait_for(lambda: len(asked.followups) == 2)
    texts = [asked.text, *(message.content for message in asked.followups)]
    assert "".join(texts).split() == ["word"] * 900
    assert all(message.ephemeral for message in asked.followups)


async def test_a_public_reply_is_seen_by_all_and_pings_nobody(
    server: DiscordServer, open_door: Door, channel: Channel, admin: User
) -> None:
    open_door.reply = CommandReply(f"{admin.mention} made me forget. @everyone", private=False)
    asked = await server.slash(admin, channel, "reset")
    await server.wait_for(lambda: asked.followups)
    (public,) = asked.followups
    assert (asked.text, public.content, public.ephemeral) == ("Done.", open_door.reply.text, False)
    versions = [version for message in (public, asked.original) if message for version in message.history if version.content]
    assert all(version.allowed_mentions == {"parse": []} and not any(version.pings) for version in versions)


async def test_a_command_that_is_no_more_says_so(server: DiscordServer, open_door: Door, channel: Channel, admin: User) -> None:
    registered = await server.wait_for(lambda: server.commands.get(None))
    registered.append({"id": "9", "name": "old", "type": 1, "description": "Gone.", "options": []})
    asked = await server.slash(admin, channel, "old")
    await server.wait_for(lambda: asked.text)
    assert "do not know this command" in asked.text
    assert open_door.calls == []


async def test_an_order_that_cannot_be_answered_is_not_carried_out(
    server: DiscordServer, open_door: Door, channel: Channel, admin: User
) -> None:
    server.interactions.deadline = -1
    asked = await server.slash(admin, channel, "usage")
    await server.wait_for(lambda: any(r.path.endswith("/callback") and r.status == 404 for r in server.requests))
    server.interactions.deadline = 3
    again = await server.slash(admin, channel, "usage")
    await server.wait_for(lambda: again.text)
    assert not asked.answered
    assert [call.id for call in open_door.calls] == [str(again.id)]
