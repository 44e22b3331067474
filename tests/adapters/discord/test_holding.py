"""The store is away: messages wait in the process with an hourglass, in order, and nobody is left without a word."""

import pytest
from structlog.testing import capture_logs

from adapters.discord.waiting import HOURGLASS
from bot.errors import StoreUnavailable
from bot.settings import Settings
from bot.vocabulary.inbound import Inbound
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import answering, listening
from tests.fakes.clock import VirtualClock
from tests.fakes.discord import Channel, DiscordServer, Message, bits

AWAY = StoreUnavailable("down")


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(patience=0.02)


async def ask(server: DiscordServer, channel: Channel, text: str) -> Message:
    return await server.user_says(channel, server.owner, f"{server.bot.mention} {text}")


async def signed(server: DiscordServer, *asked: Message, signs: bool = True) -> None:
    await server.wait_for(lambda: all((server.bot.id in one.reacted(HOURGLASS)) is signs for one in asked))


def said(server: DiscordServer, channel: Channel) -> list[str]:
    return [message.content for message in server.messages(channel) if message.author is server.bot]


async def test_held_until_the_store_is_back_and_handed_over_in_order(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, clock: VirtualClock
) -> None:
    other = server.add_channel("other")
    door.fails = AWAY
    with capture_logs() as logs:
        async with listening(server, settings, door, clock):
            asked = [await ask(server, channel, str(number)) for number in range(3)]
            asked.append(await ask(server, other, "elsewhere"))
            await signed(server, *asked)
            door.fails = None
            late = await ask(server, channel, "3")  # must not overtake those before it
            await signed(server, late)
            assert door.received == []
            await clock.advance(3)
            await server.wait_for(lambda: len(door.received) == 5)
            await signed(server, *asked, late, signs=False)
            await ask(server, channel, "4")
            await server.wait_for(lambda: len(door.received) == 6)
    assert [inbound.text for inbound in door.received if inbound.text != "elsewhere"] == ["0", "1", "2", "3", "4"]
    assert said(server, channel) == said(server, other) == []
    (line,) = [line for line in logs if line["event"] not in ("commands_registered", "commands_unchanged")]
    assert (line["event"], line["log_level"], line["handed_over"], line["given_up"]) == ("messages_held", "info", 5, 0)


async def test_pain_11_after_a_minute_people_are_told_once_a_channel(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, clock: VirtualClock
) -> None:
    other = server.add_channel("other")
    door.fails = AWAY
    async with listening(server, settings, door, clock) as discord:
        asked = [await ask(server, channel, "one"), await ask(server, channel, "two"), await ask(server, other, "three")]
        await signed(server, *asked)
        await clock.advance(58)
        assert said(server, channel) == []
        await clock.advance(5)
        await signed(server, *asked, signs=False)
        await server.wait_for(lambda: said(server, channel) and said(server, other))
        assert said(server, channel) == said(server, other) == [StoreUnavailable.user_text]
        await signed(server, await ask(server, channel, "four"))
        await clock.advance(63)
        await server.wait_for(lambda: len(said(server, channel)) == 2)
        door.fails, door.on_receive = None, answering(discord, "fine")
        await ask(server, channel, "five")
        await server.wait_for(lambda: door.received)
        await door.turns()
    assert said(server, channel) == [StoreUnavailable.user_text] * 2 + ["fine"]
    words = [message for message in server.messages(channel) if message.author is server.bot]
    assert [message.reply_to is None for message in words] == [True, True, False]


async def test_beyond_the_places_there_are_people_are_told_at_once(
    server: DiscordServer, door: Door, channel: Channel, clock: VirtualClock
) -> None:
    door.fails = AWAY
    async with listening(server, settings_for(server, hold_messages=2), door, clock):
        asked = [await ask(server, channel, str(number)) for number in range(2)]
        await signed(server, *asked)
        for _ in range(2):
            last = await ask(server, channel, "too many")
        await server.wait_for(lambda: said(server, channel))
        door.fails = None
        await clock.advance(3)
        await signed(server, *asked, signs=False)
    assert [inbound.text for inbound in door.received] == ["0", "1"]
    assert said(server, channel) == [StoreUnavailable.user_text]
    assert last.reactions == {}


async def test_talk_that_nobody_addressed_to_us_gets_neither_sign_nor_word(server: DiscordServer, door: Door, clock: VirtualClock) -> None:
    thread = server.add_thread(server.add_channel("general"))
    door.fails = AWAY
    async with listening(server, settings_for(server, discord_message_content=True, hold_messages=4), door, clock):
        talk = [await server.user_says(thread, server.owner, f"talk {number}") for number in range(4)]  # half of the places are for it
        called = await ask(server, thread, "hello")
        await signed(server, called)
        door.fails = None
        await clock.advance(3)
        await server.wait_for(lambda: len(door.received) == 3)
        door.fails = AWAY
        talk.append(await server.user_says(thread, server.owner, "more talk"))
        await clock.advance(70)
    assert [inbound.text for inbound in door.received] == ["talk 0", "talk 1", "hello"]
    assert said(server, thread) == []
    assert all(one.reactions == {} for one in talk)
    assert len([request for request in server.requests if "/reactions/" in request.path]) == 2


@pytest.mark.parametrize("back", [True, False])
async def test_at_the_end_nobody_is_left_with_an_hourglass(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, clock: VirtualClock, back: bool
) -> None:
    door.fails = AWAY
    async with listening(server, settings, door, clock):
        asked = [await ask(server, channel, str(number)) for number in range(2)]
        await signed(server, *asked)
        if back:
            door.fails = None
    assert [inbound.text for inbound in door.received] == (["0", "1"] if back else [])
    assert said(server, channel) == ([] if back else [StoreUnavailable.user_text])
    assert all(HOURGLASS not in one.reactions or not one.reacted(HOURGLASS) for one in asked)


async def test_where_we_may_not_react_messages_are_held_all_the_same(
    server: DiscordServer, settings: Settings, door: Door, clock: VirtualClock
) -> None:
    strict = server.add_channel("strict", denied=bits.ADD_REACTIONS)
    door.fails = AWAY
    async with listening(server, settings, door, clock):
        await ask(server, strict, "hello")
        await server.wait_for(lambda: [request for request in server.requests if "/reactions/" in request.path and request.status == 403])
        door.fails = None
        await clock.advance(3)
        await server.wait_for(lambda: door.received)
    assert len([request for request in server.requests if "/reactions/" in request.path]) == 1


async def test_the_store_is_asked_by_one_for_all_and_ever_more_seldom(
    server: DiscordServer, settings: Settings, door: Door, clock: VirtualClock
) -> None:
    tries: list[str] = []

    async def note(inbound: Inbound) -> None:
        tries.append(inbound.text)

    door.fails, door.before = AWAY, note
    async with listening(server, settings, door, clock):
        asked = [await ask(server, server.add_channel(f"channel-{number}"), str(number)) for number in range(10)]
        await signed(server, *asked)
        assert len(tries) <= 11
        await clock.advance(55)
        assert 10 + 55 / 2 <= len(tries) <= 10 + 55 / 1.5 + 6


async def test_a_defect_in_one_message_does_not_hold_up_the_others(
    server: DiscordServer, settings: Settings, door: Door, channel: Channel, clock: VirtualClock
) -> None:
    async def trip(inbound: Inbound) -> None:
        if inbound.text == "bad" and door.fails is None:
            raise KeyError

    door.fails, door.before = AWAY, trip
    async with listening(server, settings, door, clock):
        asked = [await ask(server, channel, text) for text in ("bad", "good")]
        await signed(server, *asked)
        door.fails = None
        await clock.advance(3)
        await server.wait_for(lambda: door.received)
        await signed(server, *asked, signs=False)
    assert [inbound.text for inbound in door.received] == ["good"]
