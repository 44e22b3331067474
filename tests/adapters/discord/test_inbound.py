"""Each shape of message, parsed by discord.py itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.inbound import amended_from, inbound_from
from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place
from bot.vocabulary.inbound import Addressed, Amended, Attachment, Inbound, Quoted
from tests.adapters.discord import payloads
from tests.adapters.discord.payloads import ANA, BEN, CHANNEL, DM, GUILD, ME, MESSAGE, OWNER, THREAD, World

CALL: dict[str, Any] = {"mentions": payloads.mentioned(ME)}


def taken(world: World, data: dict[str, Any], **more: Any) -> Inbound:
    inbound = inbound_from(world.received(data), world.me, **more)
    assert inbound is not None
    return inbound


def test_a_mention_in_full(world: World) -> None:
    inbound = taken(world, payloads.message(f"<@{ME}> hello", **CALL, attachments=[payloads.attachment("a.png")]))
    assert inbound == Inbound(
        id=str(MESSAGE),
        conversation=ConversationKey("discord", str(GUILD), str(CHANNEL)),
        author=Author(str(ANA), "Ana", Authority.MEMBER),
        text="hello",
        addressed=Addressed.MENTION,
        address=inbound.address,
        sent_at=((MESSAGE >> 22) + 1_420_070_400_000) / 1000,
        exclusive=False,
        attachments=(Attachment("55", "a.png", "image/png", 123, "https://cdn.discordapp.com/attachments/1/2/a.png"),),
        place=Place("Home", "general"),
    )
    assert inbound.address.platform == "discord"
    assert inbound.address.data == {"channel": str(CHANNEL), "message": str(MESSAGE), "guild": str(GUILD)}


def test_pain_25_a_mention_of_the_bots_role_is_a_mention(world: World) -> None:
    data = payloads.message(f"<@&{payloads.OWN_ROLE}> hello", mention_roles=[str(payloads.OWN_ROLE)])
    inbound = taken(world, data)
    assert (inbound.addressed, inbound.text, inbound.mentions_others) == (Addressed.MENTION, "hello", False)


def test_another_role_is_not_ours(world: World) -> None:
    data = payloads.message(f"<@&{payloads.CREW}> hello", mention_roles=[str(payloads.CREW)])
    assert inbound_from(world.received(data), world.me) is None


@pytest.mark.parametrize("ping", [True, False])
def test_a_reply_to_us_with_and_without_ping(world: World, ping: bool) -> None:
    ours = payloads.message("I am **Parley**, <@2>", by=ME, mentions=payloads.mentioned(ANA))
    inbound = taken(world, payloads.reply("and why?", to=ours, mentions=payloads.mentioned(ME) if ping else []))
    assert (inbound.addressed, inbound.text, inbound.mentions_others) == (Addressed.REPLY, "and why?", False)
    assert inbound.quoted == Quoted("Parley", "I am **Parley**, @Ana", ours=True)


def test_a_mention_in_a_reply_to_somebody_carries_what_they_said(world: World) -> None:
    said = payloads.message("look at `<@1>` and <#910>", by=BEN)
    inbound = taken(world, payloads.reply(f"<@{ME}> explain", to=said, mentions=payloads.mentioned(ME, BEN)))
    assert (inbound.addressed, inbound.text, inbound.mentions_others) == (Addressed.MENTION, "explain", True)
    assert inbound.quoted == Quoted("Ben", "look at `<@1>` and #general")


def test_a_reply_to_a_deleted_message_of_ours_counts_by_its_ping(world: World) -> None:
    inbound = taken(world, payloads.reply("go on", to=None, mentions=payloads.mentioned(ME)))
    assert (inbound.addressed, inbound.quoted) == (Addressed.MENTION, None)


def test_a_direct_message_has_a_server_of_its_own(world: World) -> None:
    inbound = taken(world, payloads.message("hello", where=DM))
    assert inbound.conversation == ConversationKey("discord", f"dm-{ANA}", str(DM))
    assert (inbound.addressed, inbound.exclusive, inbound.author.authority) == (Addressed.DIRECT, True, Authority.MEMBER)
    assert inbound.address.data == {"channel": str(DM), "message": str(MESSAGE), "guild": ""}


def test_talk_in_a_thread_is_for_the_gate(world: World) -> None:
    inbound = taken(world, payloads.message("and then?", where=THREAD))
    assert inbound.conversation == ConversationKey("discord", str(GUILD), str(CHANNEL), str(THREAD))
    assert (inbound.addressed, inbound.exclusive, inbound.place) == (Addressed.AMBIENT, True, Place("Home", "general"))
    assert inbound.address.data["channel"] == str(THREAD)


@pytest.mark.parametrize(
    "addressing",
    [
        {"content": "<@3> what do you think?", "mentions": payloads.mentioned(BEN)},
        {"content": "<@&802> anybody?", "mention_roles": [str(payloads.CREW)]},
        {"content": "@everyone look", "mention_everyone": True},
    ],
)
def test_talk_to_others_in_a_thread_says_so(world: World, addressing: dict[str, Any]) -> None:
    content = addressing.pop("content")
    assert taken(world, payloads.message(content, where=THREAD, **addressing)).mentions_others


def test_a_reply_to_somebody_else_in_a_thread_says_so_and_one_to_oneself_does_not(world: World) -> None:
    for author, others in ((BEN, True), (ANA, False)):
        data = payloads.reply("yes", to=payloads.message("hm", by=author, where=THREAD), where=THREAD)
        assert taken(world, data).mentions_others is others


def test_without_the_content_intent_a_threads_talk_is_nothing(world: World) -> None:
    assert inbound_from(world.received(payloads.message("", where=THREAD)), world.me) is None


def test_an_empty_mention_is_still_a_call(world: World) -> None:
    assert taken(world, payloads.message(f"<@{ME}>", **CALL)).text == ""


def test_a_forwarded_message_is_quoted_with_its_files(world: World) -> None:
    inbound = taken(world, payloads.forward("look: <#912> <@2>", where=DM))
    assert inbound.quoted is not None
    assert (inbound.text, inbound.quoted.text, inbound.quoted.ours) == ("", "look: #unknown-channel @Ana", False)
    assert [file.name for file in inbound.attachments] == ["map.png"]
    known = taken(world, payloads.forward("look: <#912>", where=THREAD)).quoted
    assert known is not None
    assert known.text == "look: #random"


def test_nicknames_win(world: World) -> None:
    data = payloads.message(f"<@{ME}> greet <@{BEN}>", mentions=[*payloads.mentioned(ME), *payloads.mentioned(BEN, nick="Benny")])
    inbound = taken(world, data)
    assert (inbound.text, inbound.mentions_others) == ("greet @Benny", True)


@pytest.mark.parametrize(
    ("roles", "by", "authority"),
    [
        ([], ANA, Authority.MEMBER),
        ([payloads.MODERATORS], ANA, Authority.MODERATOR),
        ([payloads.ADMINS], ANA, Authority.ADMIN),
        ([], OWNER, Authority.ADMIN),
        ([], BEN, Authority.OPERATOR),
    ],
)
def test_the_authority_is_what_discord_vouches_for(world: World, roles: list[int], by: int, authority: Authority) -> None:
    data = payloads.message(f"<@{ME}> hi", by=by, roles=roles, **CALL)
    assert taken(world, data, operators=(f"discord:{BEN}",)).author.authority is authority


@pytest.mark.parametrize(
    "data",
    [
        payloads.message(f"<@{ME}> I said", by=ME, **CALL),
        payloads.message(f"<@{ME}> beep", **CALL, author=payloads.PEOPLE[BEN] | {"bot": True}),
        payloads.message(f"<@{ME}> hook", **CALL, webhook_id="99"),
        payloads.message(f"<@{ME}> joined", **CALL, type=7),
        payloads.message(f"<@{ME}> pinned", **CALL, type=6),
        payloads.message("talk in a channel"),
        payloads.message(f"code only: `<@{ME}>`"),
        payloads.message("@everyone", mention_everyone=True),
        payloads.reply("yes", to=payloads.message("hm", by=BEN), mentions=payloads.mentioned(BEN)),
    ],
    ids=["own", "bot", "webhook", "join", "pin", "talk", "code", "everyone", "reply to another"],
)
def test_what_is_not_for_us_is_nothing(world: World, data: dict[str, Any]) -> None:
    assert inbound_from(world.received(data), world.me) is None


@pytest.mark.parametrize("announced", [True, False])
def test_an_unknown_server_is_still_its_own(world: World, announced: bool) -> None:
    if announced:
        world.joins({"id": "5", "unavailable": True})
    inbound = taken(world, payloads.message(f"<@{ME}> hi", **CALL) | {"guild_id": "5", "channel_id": "6"})
    assert inbound.conversation == ConversationKey("discord", "5", "6")
    assert inbound.author.authority is Authority.MEMBER


EDITED = "2026-11-20T13:05:00.250000+00:00"
PIECES = st.sampled_from([f"<@{ME}>", f"<@{ANA}>", f"<@&{payloads.OWN_ROLE}>", " ", "\n", ",", "`", "```", "a", "ö", "👩‍👩‍👧", "<#910>"])


@given(content=st.lists(PIECES, max_size=12).map("".join), where=st.sampled_from([CHANNEL, THREAD, DM]))
def test_an_edited_text_reads_as_the_same_text_would_when_it_is_said(content: str, where: int) -> None:
    world = World()
    data = payloads.message(content, where=where, **CALL, mention_roles=[str(payloads.OWN_ROLE)]) | {"edited_timestamp": EDITED}
    said, message = taken(world, data), world.received(data)
    stamp = "1795179900250"
    assert amended_from(message, world.me, everything=False) == Amended(said.id, said.conversation, said.exclusive, said.text, stamp)


@pytest.mark.parametrize(
    "data",
    [
        payloads.message("hi", **CALL),
        payloads.message("hi", by=ME) | {"edited_timestamp": EDITED},
        payloads.message("hi", webhook_id="5") | {"edited_timestamp": EDITED},
        payloads.message("hi", type=6) | {"edited_timestamp": EDITED},
        payloads.message("") | {"edited_timestamp": EDITED},
    ],
    ids=["not edited", "ours", "webhook", "pin", "hidden"],
)
def test_what_is_no_persons_edit_is_nothing(world: World, data: dict[str, Any]) -> None:
    assert amended_from(world.received(data), world.me, everything=False) is None


def test_with_the_content_intent_no_text_is_an_empty_text(world: World) -> None:
    amended = amended_from(world.received(payloads.message("") | {"edited_timestamp": EDITED}), world.me, everything=True)
    assert amended is not None
    assert amended.text == ""
