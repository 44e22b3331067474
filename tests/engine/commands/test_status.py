"""`status`: what goes on, what was given up, and a second chance for it."""

from dataclasses import replace

import pytest

from bot.commands.reading import read
from bot.commands.status import FULL, SHOWN, STATUS, UNKNOWN, WAITS
from bot.commands.text import FOR_YOU_ALONE, TextOrders, as_text
from bot.vocabulary.conversation import Author, Authority, Place
from bot.vocabulary.lane import Lane
from bot.vocabulary.standing import Again, Buried, Standing
from tests.engine.commands.conftest import Office
from tests.engine.samples import ADA, ADMIN, CHANNEL, DIRECT, call, inbound

AT = 1_800_000_000.0


def buried(turn: str, *, name: str = "Ada", channel: str = "general", reason: str = "KeyError") -> Buried:
    said = replace(inbound("my secret words"), author=Author("ada", name), place=Place("Guild", channel))
    return Buried(turn, Lane.of(said), AT, reason, 4, (said,))


async def order(office: Office, **args: str) -> str:
    return as_text(await office.registry.run(replace(call("status"), args=args)))


async def test_a_quiet_server(office: Office) -> None:
    assert await order(office) == "I am writing 0 answers on this server. Nothing waits. Version 1.2.3.\nI gave up on nothing lately."


@pytest.mark.parametrize(
    ("standing", "says"),
    [
        (Standing(1, 0), "I am writing 1 answer on this server. Nothing waits."),
        (Standing(2, 1, 7.4), "I am writing 2 answers on this server. 1 message waits, the oldest for 7 s."),
        (Standing(0, 1200, 61.0), "I am writing 0 answers on this server. 1,200 messages wait, the oldest for 61 s."),
    ],
)
async def test_what_is_written_and_what_waits(office: Office, standing: Standing, says: str) -> None:
    office.duty.now = standing
    assert (await order(office)).startswith(says)


async def test_what_was_given_up_is_listed_without_what_was_said(office: Office) -> None:
    office.duty.given_up = [buried("0123456789abcdef0123")]
    said = await order(office)
    assert "I gave up on 1 turn. Try one again with `status again <turn>`." in said
    assert [word for word in said.splitlines()[-2].split("  ") if word] == [
        "0123456789abcdef0123",
        "2027-01-15 08:00",
        "Ada",
        "general",
        "KeyError",
    ]
    assert "secret" not in said


async def test_a_long_list_is_cut_and_says_so(office: Office) -> None:
    office.duty.given_up = [buried(f"turn{number}") for number in range(SHOWN + 5)]
    said = await order(office)
    assert f"I gave up on {SHOWN + 5} turns. These are the newest {SHOWN}." in said
    assert "turn0 " in said
    assert f"turn{SHOWN} " not in said


async def test_names_of_strangers_stay_inside_the_table(office: Office) -> None:
    office.duty.given_up = [buried("t", name="```\n@everyone\u202e" + "x" * 100, channel="`#`\n", reason="a\nb")]
    said = await order(office)
    assert said.count("```") == 2
    assert said.endswith("\n```")
    assert len(said.splitlines()) == 6
    assert "\u202e" not in said


async def test_somebody_without_a_name_and_a_channel_without_one(office: Office) -> None:
    office.duty.given_up = [buried("t", name="\u200b", channel="")]
    assert "someone" in await order(office)
    assert CHANNEL.channel in await order(office)


@pytest.mark.parametrize(("says", "reply"), [(Again.WAITS, WAITS), (Again.UNKNOWN, UNKNOWN), (Again.FULL, FULL)])
async def test_a_turn_is_tried_again_on_the_server_of_the_order(office: Office, says: Again, reply: str) -> None:
    office.duty.says = says
    assert await order(office, action="again", turn=" t1 ") == reply
    assert await order(office, turn="t2") == reply
    assert office.duty.asked == [(CHANNEL.server_key, "t1"), (CHANNEL.server_key, "t2")]


async def test_again_wants_to_know_which(office: Office) -> None:
    assert await order(office, action="again") == "Which turn? Write `status again <turn>`; `status` lists them."
    assert office.duty.asked == []


async def test_members_see_nothing_of_it_but_in_their_own_dm(office: Office) -> None:
    refused = await office.registry.run(call("status", author=ADA))
    assert refused.text == "Only admins of this server can use `status` here."
    refused = await office.registry.run(call("status", author=Author("m", "Mod", Authority.MODERATOR), turn="t"))
    assert office.duty.asked == []
    assert (await office.registry.run(call("status", author=ADA, conversation=DIRECT, direct=True))).text.startswith("I am writing")


async def test_it_is_private(office: Office) -> None:
    assert (await office.registry.run(call("status"))).private
    assert await TextOrders(office.registry).carry_out(inbound("status", author=ADMIN)) == FOR_YOU_ALONE


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("status", {}),
        ("/status again 0123abcd", {"action": "again", "turn": "0123abcd"}),
        ("status of the project?", None),
        ("status report, please", None),
    ],
)
def test_only_what_fits_exactly_is_an_order(text: str, args: dict[str, str] | None) -> None:
    assert read([STATUS], text) == (None if args is None else ("status", args))
