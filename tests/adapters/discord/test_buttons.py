"""Buttons and files under answers, as they stand on the local Discord."""

from typing import Any

import pytest

from adapters.discord.buttons import rows
from adapters.discord.limits import FILE_BYTES, FILES
from adapters.discord.opening import Discord, open_discord
from adapters.discord.outlet import DiscordOutlet
from adapters.rendering.outlet import File
from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from bot.vocabulary.reply import Answered, ReplyAddress, TextDelta
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Door, Journal
from tests.engine.turns.crew import until
from tests.fakes.discord import Channel, DiscordServer, Message, Version, bits
from tests.fakes.server import Fault

ASKER = "1" * 19
STOP = Button(PressKind.STOP, "t" * 32, ASKER)
AGAIN, GO_ON, UP, DOWN = (
    Button(kind, "t" * 32, ASKER, value)
    for kind, value in ((PressKind.REGENERATE, ""), (PressKind.CONTINUE, ""), (PressKind.RATE, GOOD), (PressKind.RATE, BAD))
)
BEFORE, AFTER = (Button(PressKind.SHOW, "t" * 32, ASKER, value) for value in ("1/3", "3/3"))
SETTLED = (AGAIN, GO_ON, UP, DOWN, BEFORE, AFTER)


@pytest.fixture
async def trigger(server: DiscordServer) -> Message:
    return await server.user_says(server.add_channel("general"), server.owner, f"{server.bot.mention} hi")


@pytest.fixture
def address(trigger: Message) -> ReplyAddress:
    return address_of(trigger.channel, trigger)


def address_of(channel: Channel, trigger: Message) -> ReplyAddress:
    guild = str(channel.guild.id) if channel.guild is not None else ""
    return ReplyAddress("discord", {"channel": str(channel.id), "message": str(trigger.id), "guild": guild})


def seen(version: Version | Message) -> list[list[tuple[str, str]]]:
    """The rows of buttons: what is written on each, and what it carries."""
    return [[(button["label"], button["custom_id"]) for button in row["components"]] for row in version.components]


def of(*buttons: Button) -> list[list[tuple[str, str]]]:
    return [[(component["label"], component["custom_id"]) for component in row["components"]] for row in rows(buttons)]


def edits(server: DiscordServer) -> list[dict[str, Any]]:
    return [request.body for request in server.requests if request.method == "PATCH"]


async def test_a_reply_carries_stop_while_it_grows_and_then_what_can_be_done_with_it(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress
) -> None:
    surface = rest.platform.surface(address, log=Journal(), resume=(), pending="", stop=STOP)
    await surface.open()
    surface.show(TextDelta("Some words"))
    await server.wait_for(lambda: server.messages(trigger.channel)[-1].content == "Some words")
    await surface.settle(Answered("Some words and more."), SETTLED)
    (answer,) = server.messages(trigger.channel)[1:]
    assert [seen(version) for version in answer.history[:-1]] == [of(STOP)] * (len(answer.history) - 1)
    assert seen(answer) == [
        [("Regenerate", str(AGAIN)), ("Continue", str(GO_ON)), ("👍", str(UP)), ("👎", str(DOWN))],
        [("‹ 1/3", str(BEFORE)), ("3/3 ›", str(AFTER))],
    ]
    assert not any(any(version.pings) for version in answer.history)


async def test_a_stop_button_that_ran_out_is_taken_away_and_what_stands_is_not_sent_again(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress
) -> None:
    outlet = DiscordOutlet(rest.client, address)
    placeholder = await outlet.post("…", nonce="1", after=None, buttons=[STOP])
    await outlet.edit(placeholder, "a", buttons=[STOP])
    await outlet.edit(placeholder, "b")
    await outlet.edit(placeholder, "c")
    answer = server.messages(trigger.channel)[-1]
    assert [seen(version) for version in answer.history] == [of(STOP), of(STOP), [], []]
    assert [body.get("components") for body in edits(server)] == [None, [], None]


async def test_a_message_without_buttons_speaks_of_none(server: DiscordServer, rest: Discord, address: ReplyAddress) -> None:
    outlet = DiscordOutlet(rest.client, address)
    await outlet.edit(await outlet.post("…", nonce="1", after=None), "text")
    assert not [request for request in server.requests if isinstance(request.body, dict) and "components" in request.body]


async def test_buttons_that_a_process_before_us_left_are_taken_away(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress
) -> None:
    stands = await DiscordOutlet(rest.client, address).post("…", nonce="1", after=None, buttons=[STOP])
    await DiscordOutlet(rest.client, address, standing=[stands]).edit(stands, "done")
    assert (server.messages(trigger.channel)[-1].content, server.messages(trigger.channel)[-1].components) == ("done", [])


async def test_after_an_edit_of_unknown_fate_the_buttons_are_sent_again(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress
) -> None:
    outlet = DiscordOutlet(rest.client, address)
    placeholder = await outlet.post("…", nonce="1", after=None, buttons=[STOP])
    server.faults.add(match=("PATCH", "/messages/"), fault=Fault(drop_before=True))
    with pytest.raises(PlatformUnavailable):
        await outlet.edit(placeholder, "a", buttons=[AGAIN])
    await outlet.edit(placeholder, "a", buttons=[STOP])
    assert "components" in edits(server)[-1]
    assert seen(server.messages(trigger.channel)[-1]) == of(STOP)


async def test_more_buttons_than_a_row_holds_go_on_in_the_next(server: DiscordServer, rest: Discord, address: ReplyAddress) -> None:
    many = [Button(PressKind.REGENERATE, f"turn-{number}", ASKER) for number in range(28)]
    await DiscordOutlet(rest.client, address).post("…", nonce="1", after=None, buttons=many)
    assert [len(row["components"]) for row in rows(many)] == [5] * 5  # Discord's own description judged the request


async def test_only_the_last_message_of_a_long_answer_has_buttons(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress
) -> None:
    surface = rest.platform.surface(address, log=Journal(), resume=(), pending="", stop=STOP)
    await surface.open()
    text = " ".join(f"Sentence number {number}." for number in range(150))
    surface.show(TextDelta(text))
    await server.wait_for(lambda: len(server.messages(trigger.channel)) == 3)
    await surface.settle(Answered(text), SETTLED)
    first, last = server.messages(trigger.channel)[1:]
    assert (seen(first), seen(last)) == ([], of(*SETTLED))


async def test_files_come_in_a_message_of_their_own_and_once(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress
) -> None:
    outlet = DiscordOutlet(rest.client, address)
    answer = await outlet.post("…", nonce="1", after=None)
    files = [File("answer.md", "grüße @everyone".encode()), File("table-1.csv", b"a,b\r\n")]
    for _ in range(2):  # the first may have arrived
        await outlet.attach(files, after=answer)
    await outlet.attach([File("answer.md", b"another version")], after=answer)
    attached, other = server.messages(trigger.channel)[2:]
    assert [server.files[int(entry["id"])].data for entry in other.attachments] == [b"another version"]
    assert [entry["filename"] for entry in attached.attachments] == ["answer.md", "table-1.csv"]
    assert [server.files[int(entry["id"])].data for entry in attached.attachments] == [file.content for file in files]
    assert attached.history[0].allowed_mentions == {"parse": []}
    assert (attached.content, attached.reply_to, any(attached.mentions)) == ("", None, False)


async def test_of_many_files_the_first_ten_come(server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress) -> None:
    outlet = DiscordOutlet(rest.client, address)
    answer = await outlet.post("…", nonce="1", after=None)
    await outlet.attach([File(f"{number}.csv", b"a") for number in range(FILES + 2)], after=answer)
    assert len(server.messages(trigger.channel)[-1].attachments) == FILES


@pytest.mark.parametrize("sizes", [[FILE_BYTES + 1], [FILE_BYTES, FILE_BYTES, FILE_BYTES]])
async def test_what_is_too_large_is_refused_in_words_and_not_sent(
    server: DiscordServer, rest: Discord, trigger: Message, address: ReplyAddress, sizes: list[int]
) -> None:
    outlet = DiscordOutlet(rest.client, address)
    answer = await outlet.post("…", nonce="1", after=None)
    with pytest.raises(PlatformRefused) as refused:
        await outlet.attach([File(f"{number}.md", b"x" * size) for number, size in enumerate(sizes)], after=answer)
    assert "too large for Discord" in refused.value.user_text
    assert len(server.messages(trigger.channel)) == 2


async def test_a_boosted_server_takes_larger_files_once_we_know_it(server: DiscordServer, rest: Discord, door: Door) -> None:
    channel = server.add_channel("general")
    assert channel.guild is not None
    channel.guild.boosts = 2
    trigger = await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
    large = [File("answer.md", b"x" * (FILE_BYTES + 1))]
    async with rest.listening(door):
        await server.wait_for(lambda: server.gateway.sessions)
        await until(lambda: bool(rest.client.guilds) and not rest.client.guilds[0].unavailable)
        outlet = DiscordOutlet(rest.client, address_of(channel, trigger))
        await outlet.attach(large, after=await outlet.post("…", nonce="1", after=None))
    assert server.messages(channel)[-1].attachments[0]["size"] == FILE_BYTES + 1


async def test_where_files_may_not_be_attached_it_is_said_so(server: DiscordServer, rest: Discord) -> None:
    channel = server.add_channel("closed", denied=bits.ATTACH_FILES)
    trigger = await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
    outlet = DiscordOutlet(rest.client, address_of(channel, trigger))
    answer = await outlet.post("…", nonce="1", after=None)
    with pytest.raises(PlatformRefused, match="50013"):
        await outlet.attach([File("answer.md", b"a")], after=answer)


async def test_a_long_answer_and_a_wide_table_come_as_files_too(server: DiscordServer, trigger: Message, address: ReplyAddress) -> None:
    text = f"| Name | Note |\n|---|---|\n| a | {'wide ' * 30}|\n\n" + " ".join(f"Sentence number {number}." for number in range(120))
    clock = SystemClock()
    async with open_discord(settings_for(server, answer_file_messages=1), pace=Pace(clock), clock=clock) as discord:
        surface = discord.platform.surface(address, log=Journal(), resume=(), pending="", stop=STOP)
        await surface.open()
        await surface.settle(Answered(text), SETTLED)
        attached = await server.wait_for(lambda: [message for message in server.messages(trigger.channel) if message.attachments])
        await surface.abandon()
    files = {entry["filename"]: server.files[int(entry["id"])].data.decode() for message in attached for entry in message.attachments}
    assert files["answer.md"] == text
    assert files["table.csv"].splitlines() == ["Name,Note", "a," + " ".join(["wide"] * 30)]
    assert [seen(message) for message in server.messages(trigger.channel)[1:]] == [[], of(*SETTLED), []]
    assert not any(message.content.count("|") for message in server.messages(trigger.channel))


def test_the_longest_button_fits() -> None:
    longest = max(len(str(button)) for button in (*SETTLED, STOP))
    assert longest <= 100


def test_edits_can_be_counted_on_for_an_hour(rest: Discord) -> None:
    assert rest.platform.limits.edit_seconds == 3600
