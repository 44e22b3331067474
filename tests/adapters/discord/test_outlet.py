"""Posting, editing and finding through REST, against the local Discord, in a process without a gateway."""

import asyncio
from typing import get_args

import pytest

from adapters.discord.limits import NONCE
from adapters.discord.opening import Discord
from adapters.discord.outlet import DiscordOutlet
from adapters.rendering.outlet import Kind
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.reply import Answered, Placeholder, ReplyAddress, TextDelta
from tests.adapters.discord.door import Journal
from tests.fakes.discord import Channel, DiscordServer, Message, bits
from tests.fakes.server import Fault

LINK = "see https://example.org **now** @everyone <@&1>"


async def asked(server: DiscordServer, channel: Channel | None = None) -> tuple[Message, ReplyAddress]:
    """Somebody asks; where the answer goes."""
    channel = channel or server.add_channel("general")
    message = await server.user_says(channel, server.owner, f"{server.bot.mention} hi")
    guild = "" if channel.guild is None else str(channel.guild.id)
    return message, ReplyAddress("discord", {"channel": str(channel.id), "message": str(message.id), "guild": guild})


async def test_a_reply_is_posted_and_edited_and_deleted(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server)
    outlet = DiscordOutlet(rest.client, address)
    placeholder = await outlet.post("…", nonce="n" * NONCE, after=None)
    await outlet.edit(placeholder, LINK)
    second = await outlet.post("more", nonce="m", after=placeholder)
    first, more = server.messages(trigger.channel)[1:]
    assert (first.reply_to, more.reply_to) == (trigger, None)
    assert (first.nonce, first.texts, more.texts) == ("n" * NONCE, ["…", LINK], ["more"])
    assert placeholder.data == {"channel": str(trigger.channel.id), "message": str(first.id)}
    assert await DiscordOutlet(rest.client, address).read(placeholder) == LINK
    await rest.platform.remove(second)
    await rest.platform.remove(second)
    with pytest.raises(PlatformRefused):
        await outlet.read(second)
    assert server.messages(trigger.channel) == [trigger, first]


async def test_pain_24_nothing_pings_and_pain_19_it_is_plain_text(server: DiscordServer, rest: Discord) -> None:
    ana = server.add_user("ana")
    role = server.add_role(next(iter(server.guilds.values())), "crowd", mentionable=True)
    trigger, address = await asked(server)
    text = f"@everyone @here {ana.mention} {role.mention} https://example.org"
    outlet = DiscordOutlet(rest.client, address)
    placeholder = await outlet.post(text, nonce="1", after=None)
    await outlet.edit(placeholder, text + "!")
    answer = server.messages(trigger.channel)[1]
    assert len(answer.history) == 2
    for version in answer.history:
        assert not any(version.pings)
        assert version.allowed_mentions == {"parse": [], "replied_user": False}
        assert version.embeds == []
        assert version.flags & bits.SUPPRESS_EMBEDS
    for request in server.requests:
        assert request.method not in ("POST", "PATCH") or "embeds" not in request.body


async def test_a_deleted_trigger_does_not_prevent_the_answer(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server)
    await server.delete_message(trigger)
    await DiscordOutlet(rest.client, address).post("still here", nonce="1", after=None)
    (answer,) = server.messages(trigger.channel)
    assert (answer.content, answer.reply_to) == ("still here", None)


async def test_without_the_right_to_read_history_the_answer_is_no_reply(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server, server.add_channel("closed", denied=bits.READ_HISTORY))
    await DiscordOutlet(rest.client, address).post("here", nonce="1", after=None)
    assert [(m.content, m.reply_to) for m in server.messages(trigger.channel)[1:]] == [("here", None)]


async def test_a_post_that_may_have_arrived_is_found_and_never_doubled(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server)
    outlet = DiscordOutlet(rest.client, address)
    server.faults.add(match=("POST", "/messages$"), fault=Fault(drop_after=True))
    with pytest.raises(PlatformUnavailable):
        await outlet.post("…", nonce="mine", after=None)
    (stands,) = server.messages(trigger.channel)[1:]
    found = await outlet.find("mine")
    assert found == Placeholder("discord", {"channel": str(trigger.channel.id), "message": str(stands.id)})
    assert await outlet.post("…", nonce="mine", after=None) == found
    assert await outlet.find("another") is None
    assert len(server.messages(trigger.channel)) == 2


async def test_where_nonces_are_not_listed_our_reply_is_found_and_a_later_part_is_not_confused_with_it(
    server: DiscordServer, rest: Discord
) -> None:
    trigger, address = await asked(server)
    outlet = DiscordOutlet(rest.client, address)
    first = await outlet.post("…", nonce="part-0", after=None)
    await outlet.post("more", nonce="part-1", after=first)
    for message in server.messages(trigger.channel):
        message.nonce = None
    assert await outlet.find("part-0") == first
    assert await DiscordOutlet(rest.client, address, standing=[first]).find("part-1") is None


@pytest.mark.parametrize(
    ("fault", "retry_after"),
    [
        (Fault(status=503, body={"message": "down"}), None),
        (Fault(status=429, body={"message": "limited", "retry_after": 7}, retry_after=7), 7.0),
        (Fault(status=429, body="<html>error 1015</html>"), None),
        (Fault(drop_before=True), None),
        (Fault(status=429, retry_after=40), 40.0),
    ],
    ids=["503", "429 without Via", "429 of Cloudflare", "cut", "429 beyond patience"],
)
async def test_what_may_pass_is_said_so(server: DiscordServer, rest: Discord, fault: Fault, retry_after: float | None) -> None:
    trigger, address = await asked(server)
    server.faults.add(match=("POST", "/messages$"), fault=fault)
    with pytest.raises(PlatformUnavailable) as refused:
        await DiscordOutlet(rest.client, address).post("…", nonce="1", after=None)
    assert refused.value.retry_after == retry_after
    assert server.messages(trigger.channel) == [trigger]


@pytest.mark.parametrize("denied", [bits.VIEW_CHANNEL, bits.SEND_MESSAGES])
async def test_missing_access_will_not_pass(server: DiscordServer, rest: Discord, denied: int) -> None:
    _, address = await asked(server, server.add_channel("closed", denied=denied))
    with pytest.raises(PlatformRefused, match=r"403, code 500(01|13)") as refused:
        await DiscordOutlet(rest.client, address).post("…", nonce="1", after=None)
    assert "permissions" in refused.value.user_text


async def test_what_is_gone_or_too_long_will_not_pass(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server)
    outlet = DiscordOutlet(rest.client, address)
    placeholder = await outlet.post("…", nonce="1", after=None)
    with pytest.raises(PlatformRefused, match="400, code 50035"):
        await outlet.edit(placeholder, "x" * 2001)
    server.violations.clear()  # the description said the same
    await outlet.edit(placeholder, "x" * 2000)
    await server.delete_message(server.messages(trigger.channel)[1])
    with pytest.raises(PlatformRefused, match="404, code 10008"):
        await outlet.edit(placeholder, "again")
    gone = ReplyAddress("discord", {"channel": "123", "message": "4"})
    with pytest.raises(PlatformRefused, match="404, code 10003"):
        await DiscordOutlet(rest.client, gone).post("…", nonce="1", after=None)


async def test_a_closed_client_says_so(server: DiscordServer, rest: Discord) -> None:
    _, address = await asked(server)
    await rest.client.close()
    with pytest.raises(PlatformUnavailable, match="closed"):
        await DiscordOutlet(rest.client, address).post("…", nonce="1", after=None)


async def test_a_discord_that_does_not_answer_is_not_waited_for_long(server: DiscordServer, rest: Discord) -> None:
    _, address = await asked(server)
    server.faults.add(match=("POST", "/messages$"), fault=Fault(delay=0.5))
    with pytest.raises(PlatformUnavailable, match="TimeoutError"):
        await DiscordOutlet(rest.client, address, within=0.1).post("…", nonce="1", after=None)


async def test_the_platform_grows_an_answer_over_a_limit(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server)
    journal = Journal()
    text = "".join(f"Sentence number {number}. " for number in range(150)).strip()
    assert 2000 < len(text) < 4000
    surface = rest.platform.surface(address, log=journal, resume=(), pending="")
    await surface.open()
    surface.show(TextDelta(text[:100]))
    await server.wait_for(lambda: server.messages(trigger.channel)[1].content.startswith(text[:100].strip()))
    surface.show(TextDelta(text[100:]))
    async with asyncio.timeout(10):
        await surface.settle(Answered(text))
    first, second = server.messages(trigger.channel)[1:]
    assert "".join((first.content + " " + second.content).split()) == "".join(text.split())
    assert len(first.content) <= 2000
    assert [first.nonce, second.nonce] == ["nonce-0", "nonce-1"]
    assert sorted(journal.stands) == [0, 1]
    assert len(first.texts) >= 3


async def test_another_process_takes_up_what_stands(server: DiscordServer, rest: Discord) -> None:
    trigger, address = await asked(server)
    journal = Journal()
    dead = rest.platform.surface(address, log=journal, resume=(), pending="")
    await dead.open()
    await dead.abandon()
    heir = rest.platform.surface(address, log=journal, resume=[journal.stands[0]], pending="")
    await heir.open()
    await heir.settle(Answered("the whole answer"))
    (answer,) = server.messages(trigger.channel)[1:]
    assert answer.content == "the whole answer"


async def test_limits_and_files(server: DiscordServer, rest: Discord) -> None:
    assert (rest.platform.name, rest.platform.limits.text) == ("discord", 2000)
    with pytest.raises(PlatformRefused) as refused:
        await rest.platform.fetch(Attachment("1", "a.png", "image/png", 3))
    assert "cannot read files yet" in refused.value.user_text
    address = ReplyAddress("discord", {"channel": "5", "message": "6"})
    drawn = {kind: [budget.bucket for budget in DiscordOutlet(rest.client, address).budgets(kind)] for kind in get_args(Kind)}
    sends = {"post": "post", "edit": "edit", "attach": "post"}
    assert drawn == {kind: [f"discord:5/{counted}", "discord/all"] for kind, counted in sends.items()}
    assert DiscordOutlet(rest.client, address).written().final(LINK) == ["see https://example.org **now** @\u200beveryone <\u200b@&1>"]
    assert DiscordOutlet(rest.client, address).note("Stopped.\n\nAsk again.") == "-# Stopped.\n-# Ask again."
