"""Buttons that people press, over real sockets: what they see, when, and what reaches the door."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.opening import Discord
from adapters.discord.presses import NOT_YOURS, OLD
from bot.errors import StoreUnavailable
from bot.vocabulary.commands import CommandReply
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from bot.vocabulary.conversation import Author, Authority, ConversationKey
from bot.vocabulary.inbound import Press
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import listening
from tests.adapters.discord.pressing import answered, pressed
from tests.fakes.discord import Channel, DiscordServer, User, bits

DEFERRED_UPDATE, MODAL = 6, 9
QUIET = [
    (PressKind.STOP, ""),
    (PressKind.REGENERATE, ""),
    (PressKind.CONTINUE, ""),
    (PressKind.RATE, GOOD),
    (PressKind.SHOW, "2/3"),
]


@pytest.fixture
async def open_door(server: DiscordServer, rest: Discord, door: Door) -> AsyncIterator[Door]:
    """The gateway is open and leads to this door."""
    door.changed = server.changed
    async with rest.listening(door):
        await rest.client.connected.wait()
        yield door
        door.wait.set()


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


@pytest.fixture
def ana(server: DiscordServer) -> User:
    return server.add_user("ana", nick="Ana")


@pytest.mark.parametrize(("kind", "value"), QUIET)
async def test_a_press_is_acknowledged_without_a_trace_and_reaches_the_door(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, kind: PressKind, value: str
) -> None:
    button = Button(kind, "turn", str(ana.id), value)
    message = await answered(rest, channel, button, server=server)
    asked = await pressed(server, ana, message, button)
    await server.wait_for(lambda: open_door.pressed)
    guild = str(next(iter(server.guilds)))
    place = ConversationKey("discord", guild, str(channel.id))
    assert open_door.pressed == [Press(str(asked.id), kind, "turn", Author(str(ana.id), "Ana"), place, value)]
    assert (asked.callback_type, asked.followups, len(message.history)) == (DEFERRED_UPDATE, [], 1)


@pytest.mark.parametrize(("kind", "value"), [*QUIET, (PressKind.RATE, BAD)])
async def test_discord_hears_at_once_however_long_the_door_takes(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, kind: PressKind, value: str
) -> None:
    open_door.wait.clear()
    button = Button(kind, "turn", str(ana.id), value)
    asked = await pressed(server, ana, await answered(rest, channel, button, server=server), button)
    assert asked.delay < 1
    await server.wait_for(lambda: open_door.pressed)
    open_door.word = CommandReply("Too late.")
    open_door.wait.set()
    await server.wait_for(lambda: asked.followups)
    assert [(message.content, message.ephemeral) for message in asked.followups] == [("Too late.", True)]


async def test_presses_in_a_thread_and_in_a_dm(server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User) -> None:
    button = Button(PressKind.REGENERATE, "turn", str(ana.id))
    thread, direct = server.add_thread(channel), server.dm_with(ana)
    for where in (thread, direct):
        await pressed(server, ana, await answered(rest, where, button, server=server), button)
    await server.wait_for(lambda: len(open_door.pressed) == 2)
    guild = str(next(iter(server.guilds)))
    assert {press.conversation for press in open_door.pressed} == {
        ConversationKey("discord", guild, str(channel.id), str(thread.id)),
        ConversationKey("discord", f"dm-{ana.id}", str(direct.id)),
    }


@pytest.mark.parametrize(("kind", "value"), [*QUIET, (PressKind.RATE, BAD)])
async def test_strangers_get_a_private_word_and_nothing_happens(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, kind: PressKind, value: str
) -> None:
    stranger = server.add_user("ben")
    button = Button(kind, "turn", str(ana.id), value)
    message = await answered(rest, channel, button, server=server)
    asked = await pressed(server, stranger, message, button)
    assert asked.original is not None
    assert (asked.text, asked.original.ephemeral, asked.original.reply_to) == (NOT_YOURS, True, message)
    assert open_door.pressed == []


@pytest.mark.parametrize("permission", [bits.MANAGE_MESSAGES, bits.MANAGE_GUILD, bits.ADMINISTRATOR])
async def test_moderators_may_press(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, permission: int
) -> None:
    moderator = server.add_user("mo", permissions=permission)
    button = Button(PressKind.STOP, "turn", str(ana.id))
    await pressed(server, moderator, await answered(rest, channel, button, server=server), button)
    await server.wait_for(lambda: open_door.pressed)
    assert open_door.pressed[0].author.authority >= Authority.MODERATOR


async def test_operators_may_press(server: DiscordServer, door: Door, channel: Channel, ana: User) -> None:
    operator = server.add_user("op")
    button = Button(PressKind.STOP, "turn", str(ana.id))
    async with listening(server, settings_for(server, parley_admins=f"discord:{operator.id}"), door) as discord:
        await pressed(server, operator, await answered(discord, channel, button, server=server), button)
        await server.wait_for(lambda: door.pressed)
    assert door.pressed[0].author.authority is Authority.OPERATOR


async def test_a_thumb_down_counts_at_once_and_asks_why(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User
) -> None:
    open_door.wait.clear()
    button = Button(PressKind.RATE, "turn", str(ana.id), BAD)
    asked = await pressed(server, ana, await answered(rest, channel, button, server=server), button)
    await server.wait_for(lambda: open_door.pressed)
    open_door.wait.set()
    assert (asked.callback_type, asked.modal and asked.modal["title"]) == (MODAL, "What was wrong?")
    assert asked.modal is not None
    entry = asked.modal["components"][0]["component"]
    assert (entry["style"], entry["required"], entry["max_length"]) == (2, False, 1000)
    assert rest.client._connection._view_store._modals == {}  # most forms are never submitted
    open_door.word = CommandReply("Thank you.")
    sent = await server.submit_modal(asked, {entry["custom_id"]: "  It lied.\nTwice. "})
    await server.wait_for(lambda: sent.followups)
    rated, told = open_door.pressed
    assert (rated.kind, rated.turn, rated.value, rated.text) == (PressKind.RATE, "turn", BAD, "")
    assert (told.kind, told.turn, told.value, told.text) == (PressKind.RATE, "turn", BAD, "It lied.\nTwice.")
    assert (rated.id, told.id) == (str(asked.id), str(sent.id))
    assert rated.author == told.author
    assert (sent.callback_type, [(m.content, m.ephemeral) for m in sent.followups]) == (DEFERRED_UPDATE, [("Thank you.", True)])


async def test_a_form_sent_by_somebody_else_is_not_taken(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User
) -> None:
    button = Button(PressKind.RATE, "turn", str(ana.id), BAD)
    asked = await pressed(server, ana, await answered(rest, channel, button, server=server), button)
    asked.user = server.add_user("ben")
    sent = await server.submit_modal(asked, {})
    await server.wait_for(lambda: sent.answered)
    assert sent.text == NOT_YOURS
    assert len(open_door.pressed) == 1


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (StoreUnavailable("redis at 10.0.0.1 is down"), "My memory is not reachable right now. Please try again in a minute."),
        (KeyError("secret"), "Something went wrong on my side. Please try again in a moment."),
    ],
)
@pytest.mark.parametrize("value", [GOOD, BAD])
async def test_failures_are_private_words(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, failure: Exception, words: str, value: str
) -> None:
    open_door.fails = failure
    button = Button(PressKind.RATE, "turn", str(ana.id), value)
    asked = await pressed(server, ana, await answered(rest, channel, button, server=server), button)
    await server.wait_for(lambda: asked.followups)
    assert [(message.content, message.ephemeral) for message in asked.followups] == [(words, True)]
    assert asked.delay < 1


@pytest.mark.parametrize("custom_id", ["stop:1", "p0:stop:turn:1:", "p1:dance:turn:1:", "p1:stop:turn", "persona-view:42", "p1:::::"])
async def test_buttons_of_other_versions_answer_politely(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, custom_id: str
) -> None:
    message = await answered(rest, channel, server=server)
    message.components = [{"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": custom_id}]}]
    asked = await server.press(ana, message, custom_id)
    await server.wait_for(lambda: asked.answered)
    assert asked.original is not None
    assert (asked.text, asked.original.ephemeral) == (OLD, True)
    assert open_door.pressed == []


@pytest.mark.parametrize("custom_id", ["feedback-form", str(Button(PressKind.STOP, "turn", "1"))])
async def test_forms_of_other_versions_answer_politely(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, custom_id: str
) -> None:
    button = Button(PressKind.RATE, "turn", str(ana.id), BAD)
    asked = await pressed(server, ana, await answered(rest, channel, button, server=server), button)
    assert asked.modal is not None
    asked.modal["custom_id"] = custom_id
    sent = await server.submit_modal(asked, {})
    await server.wait_for(lambda: sent.answered)
    assert sent.text == OLD
