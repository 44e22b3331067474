"""Messages over real sockets: from the gateway through the door to an answer in place."""

import asyncio

import pytest

from adapters.discord.intake import AT_ONCE
from bot.settings import Settings
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Addressed, Inbound
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import answering, listening
from tests.fakes.clock import VirtualClock
from tests.fakes.discord import Channel, DiscordServer, bits

FOLLOW_UP = "and then?"


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


async def test_a_mention_is_answered_in_place(server: DiscordServer, settings: Settings, door: Door, channel: Channel) -> None:
    ana = server.add_user("ana", nick="Ana")
    async with listening(server, settings, door) as discord:
        door.on_receive = answering(discord, "Hello ", "Ana ", "@everyone ", ana.mention)
        asked = await server.user_says(channel, ana, f"{server.bot.mention} hi")
        await server.wait_for(lambda: door.received)
        await door.turns()
        answer = server.messages(channel)[-1]
        assert (answer.author, answer.reply_to) == (server.bot, asked)
        assert answer.texts[-1] == f"Hello Ana @\u200beveryone <\u200b@{ana.id}>"
        assert answer.texts[0] != answer.texts[-1]
        assert not any(any(version.pings) for version in answer.history)
        assert [(inbound.text, inbound.author.name) for inbound in door.received] == [("hi", "Ana")]


async def test_a_role_a_reply_without_ping_a_dm_and_what_is_hidden_without_the_content_intent(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    ana = server.add_user("ana")
    role = next(iter(server.guilds.values())).bot_role
    thread = server.add_thread(channel)
    async with listening(server, settings, door) as discord:
        assert not discord.client.intents.message_content
        door.on_receive = answering(discord, "yes")
        await server.user_says(thread, ana, FOLLOW_UP)
        await server.user_says(channel, ana, f"{role.mention} hi")
        await server.wait_for(lambda: len(server.messages(channel)) == 2)
        await door.turns()
        ours = server.messages(channel)[-1]
        await server.user_says(channel, ana, FOLLOW_UP, reply_to=ours, ping=False)
        await server.dm(ana, FOLLOW_UP)
        await server.wait_for(lambda: len(door.received) == 3)
        await door.turns()
    seen = [(inbound.addressed, inbound.text) for inbound in door.received]
    assert seen == [(Addressed.MENTION, ""), (Addressed.REPLY, ""), (Addressed.DIRECT, FOLLOW_UP)]
    assert door.received[1].quoted is None  # our own words alone would be asked about as if they were the question


async def test_with_the_content_intent_a_threads_talk_is_heard(server: DiscordServer, door: Door, channel: Channel) -> None:
    ana = server.add_user("ana")
    thread = server.add_thread(channel)
    async with listening(server, settings_for(server, discord_message_content=True), door) as discord:
        door.on_receive = answering(discord, "then this")
        await server.user_says(channel, ana, FOLLOW_UP)
        asked = await server.user_says(thread, ana, FOLLOW_UP)
        await server.wait_for(lambda: door.received)
        await door.turns()
    assert [(inbound.addressed, inbound.text) for inbound in door.received] == [(Addressed.AMBIENT, FOLLOW_UP)]
    assert (server.messages(thread)[-1].content, server.messages(thread)[-1].reply_to) == ("then this", asked)


async def test_bots_webhooks_and_ourselves_are_ignored(server: DiscordServer, settings: Settings, door: Door, channel: Channel) -> None:
    call = f"{server.bot.mention} hi"
    async with listening(server, settings, door):
        for author in (server.add_user("beep", bot=True), server.add_webhook("hook"), server.bot):
            await server.user_says(channel, author, call)
        await server.user_says(channel, server.owner, call, type=7)
        await server.user_says(channel, server.owner, f"{call} there")
        await server.wait_for(lambda: door.received)
    assert [inbound.text for inbound in door.received] == ["hi there"]


async def test_pain_4_a_channels_messages_reach_the_door_in_order(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    ana = server.add_user("ana")
    other = server.add_channel("other")

    async def sooner_each_time(inbound: Inbound) -> None:
        for _ in range(300 - 50 * int(inbound.text) if inbound.text.isdigit() else 0):
            await asyncio.sleep(0)

    door.before = sooner_each_time
    async with listening(server, settings, door):
        for number in range(5):
            await server.user_says(channel, ana, f"{server.bot.mention} {number}")
        await server.user_says(other, ana, f"{server.bot.mention} elsewhere")
        await server.wait_for(lambda: len(door.received) == 6)
    assert [inbound.text for inbound in door.received if inbound.text != "elsewhere"] == ["0", "1", "2", "3", "4"]
    assert door.received[-1].text != "elsewhere"  # another channel does not wait


async def test_typing_is_shown_once_and_only_to_whom_nothing_came(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    clock, waiting = VirtualClock(), server.add_channel("waiting")
    ana, ben = server.add_user("ana"), server.add_user("ben")
    async with listening(server, settings, door, clock) as discord:
        door.on_receive = answering(discord, "here")
        await server.user_says(channel, ana, f"{server.bot.mention} hi")
        await server.wait_for(lambda: door.received)
        await door.turns()
        door.on_receive = None
        for _ in range(2):
            await server.user_says(waiting, ben, f"{server.bot.mention} hi")
        await server.wait_for(lambda: len(door.received) == 3)
        await clock.advance(1)
        await server.wait_for(lambda: waiting.typing)
        await clock.advance(60)
    assert (len(waiting.typing), channel.typing) == (1, [])


async def test_where_many_wait_at_once_one_of_them_is_shown_typing(server: DiscordServer, settings: Settings, door: Door) -> None:
    clock, channels = VirtualClock(), [server.add_channel(f"channel-{number}") for number in range(4)]
    ana = server.add_user("ana")
    async with listening(server, settings, door, clock):
        for channel in channels:
            await server.user_says(channel, ana, f"{server.bot.mention} hi")
        await server.wait_for(lambda: len(door.received) == 4)
        await clock.advance(1)
        await server.wait_for(lambda: any(channel.typing for channel in channels))
        await clock.advance(60)
    assert sum(len(channel.typing) for channel in channels) == 1


@pytest.mark.parametrize("receipt", [Receipt.SEEN, Receipt.IGNORED])
async def test_what_will_not_be_answered_shows_no_typing(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, receipt: Receipt
) -> None:
    clock = VirtualClock()
    door.receipt = receipt
    async with listening(server, settings, door, clock) as discord:
        asked = await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
        await server.wait_for(lambda: door.received)
        await clock.advance(2)
        await answering(discord, "x")(door.received[0])  # a request later: a typing request would have come before it
        assert server.messages(channel)[-1].reply_to is asked
    assert channel.typing == []


async def test_a_thread_that_discord_py_has_forgotten_is_still_a_conversation_of_its_own(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    thread = server.add_thread(channel)
    thread.archived = True
    async with listening(server, settings, door) as discord:
        guild = await server.wait_for(lambda: discord.client.guilds and discord.client.guilds[0].get_channel(channel.id))
        assert guild is not None
        await server.user_says(thread, server.owner, f"{server.bot.mention} hi")
        await server.wait_for(lambda: door.received)
    (inbound,) = door.received
    assert (inbound.conversation.channel, inbound.conversation.thread) == (str(channel.id), str(thread.id))
    assert inbound.exclusive


async def test_messages_that_the_store_keeps_waiting_do_not_keep_others_waiting(
    server: DiscordServer, settings: Settings, door: Door
) -> None:
    """Few are handed over at the same time, but a place among them is not waited for when nothing moves."""
    channels = [server.add_channel(f"room{number}") for number in range(2 * AT_ONCE + 1)]
    go, begun = asyncio.Event(), list[str]()

    async def wait(inbound: Inbound) -> None:
        begun.append(inbound.text)
        await go.wait()

    async with listening(server, settings, door):
        door.before = wait
        for number, channel in enumerate(channels):
            await server.user_says(channel, server.owner, f"{server.bot.mention} {number}")
        await server.wait_for(lambda: len(begun) == len(channels))
        assert door.received == []
        go.set()
        await server.wait_for(lambda: len(door.received) == len(channels))
        door.before = None
        await server.user_says(channels[0], server.owner, f"{server.bot.mention} again")
        await server.wait_for(lambda: door.received[-1].text == "again")
    assert begun[:AT_ONCE] == [str(number) for number in range(AT_ONCE)]


async def test_a_defect_in_one_event_does_not_stop_the_next(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel
) -> None:
    async with listening(server, settings, door):
        door.fails = KeyError("a defect")
        await server.user_says(channel, server.owner, f"{server.bot.mention} one")
        await asyncio.sleep(0)
        door.fails = None
        await server.user_says(channel, server.owner, f"{server.bot.mention} two")
        await server.wait_for(lambda: door.received)
        assert door.received[-1].text == "two"
    assert server.gateway.identifies[0]["intents"] & bits.MESSAGE_CONTENT == 0
