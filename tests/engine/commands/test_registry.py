"""Who may order what, and that whoever ordered always gets a reply."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.commands.registry import Command, Registry, alone
from bot.errors import BotError, StoreUnavailable
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Param
from bot.vocabulary.conversation import Author, Authority, ConversationKey
from tests.engine.commands.conftest import Office
from tests.engine.samples import CHANNEL, DIRECT, SLACK_DIRECT, call

MEMBER, MODERATOR, ADMIN, OPERATOR = Authority
ARGS = {
    "persona use": {"preset": "tutor"},
    "persona set": {"instructions": "Be brief."},
    "persona tune": {"parameter": "seed", "value": "7"},
}
NEEDED = {
    **{f"persona {verb}": (ADMIN, MEMBER, ADMIN) for verb in ("list", "show", "use", "set", "tune", "reset")},
    "reset": (MODERATOR, MEMBER, MEMBER),
    "stop": (MEMBER, MEMBER, MEMBER),
    "busy": (ADMIN, MEMBER, ADMIN),
    "usage": (MEMBER, MEMBER, MEMBER),
    "feedback": (ADMIN, MEMBER, ADMIN),
    "status": (ADMIN, MEMBER, ADMIN),
    "help": (MEMBER, MEMBER, MEMBER),
}
PLACES = (CHANNEL, DIRECT, SLACK_DIRECT)
"""A channel, a DM that is a server of its own, and a DM within a workspace."""

CASES = [
    (name, place, needed, authority)
    for name, row in NEEDED.items()
    for place, needed in zip(PLACES, row, strict=True)
    for authority in Authority
]


def given_by(authority: Authority, name: str, place: ConversationKey) -> CommandCall:
    return call(name, author=Author("someone", "Someone", authority), conversation=place, direct=place is not CHANNEL, **ARGS.get(name, {}))


def test_the_table_covers_every_order(office: Office) -> None:
    assert {spec.name for spec in office.registry.specs} == NEEDED.keys()


@pytest.mark.parametrize(("name", "place", "needed", "authority"), CASES)
async def test_authority(office: Office, name: str, place: ConversationKey, needed: Authority, authority: Authority) -> None:
    reply = await office.registry.run(given_by(authority, name, place))
    assert reply.text.startswith("Only ") is (authority < needed)


async def test_what_was_refused_was_not_done(office: Office) -> None:
    for name in ("persona use", "persona set", "persona tune"):
        await office.registry.run(given_by(MODERATOR, name, CHANNEL))
        await office.registry.run(given_by(MEMBER, name, SLACK_DIRECT))
    for place in (CHANNEL, SLACK_DIRECT):
        assert (await office.personas.own(place.server_key)).version == 0


def test_one_is_alone_only_where_the_server_is_the_dm() -> None:
    assert alone(call("usage", conversation=DIRECT, direct=True))
    assert not alone(call("usage", conversation=SLACK_DIRECT, direct=True))
    assert not alone(call("usage", conversation=DIRECT, direct=False))


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        (call("persona"), "do not know that order"),
        (call(""), "do not know that order"),
        (call("drop tables; --"), "do not know that order"),
        (call("persona use"), "`persona use` needs: which preset."),
        (call("persona use", preset=" "), "needs"),
        (call("persona use", preset="pirate"), "Choose one of: assistant, tutor"),
        (call("persona set"), "needs"),
        (call("persona set", instructions=""), "needs"),
        (call("persona set", instructions="x" * 3001), "at most 3,000 characters"),
        (call("persona tune", parameter="colour", value="red"), "Choose one of: model, temperature"),
        (call("persona tune", parameter="temperature", value="3"), "from 0 to 2"),
        (call("persona tune", parameter="temperature", value="x" * 2001), "at most 2,000 characters"),
        (call("persona tune", parameter="model", value="two words"), "one word"),
        (call("persona tune", parameter="model", value="x" * 101), "at most 100 characters"),
    ],
)
async def test_wrong_arguments_are_answered_with_what_to_write_instead(office: Office, refused: CommandCall, says: str) -> None:
    reply = await office.registry.run(refused)
    assert says in reply.text
    assert reply.private
    assert (await office.personas.own(CHANNEL.server_key)).version == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(NEEDED)) | st.text(max_size=20),
    args=st.dictionaries(
        st.sampled_from(["preset", "parameter", "value", "x"]), st.text(max_size=30) | st.sampled_from(["tutor", "seed", "0"])
    ),
    authority=st.sampled_from(Authority),
    place=st.sampled_from(PLACES),
)
async def test_every_order_gets_a_reply_in_words(
    office: Office, name: str, args: dict[str, str], authority: Authority, place: ConversationKey
) -> None:
    reply = await office.registry.run(replace(given_by(authority, name, place), args=args))
    assert reply.text.strip()
    assert reply.text != BotError.user_text


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StoreUnavailable("redis://secret@host"), StoreUnavailable.user_text),
        (ValueError("sk-secret"), BotError.user_text),
        (KeyError("secret"), BotError.user_text),
    ],
)
async def test_what_breaks_inside_is_a_reply_without_its_details(error: Exception, says: str) -> None:
    async def breaks(_: CommandCall) -> CommandReply:
        raise error

    with capture_logs() as lines:
        reply = await Registry([Command(CommandSpec("break", "Break"), breaks)]).run(call("break"))
    assert reply.text == says
    assert [line["log_level"] for line in lines] == ["info" if isinstance(error, BotError) else "error"]


async def test_optional_arguments_may_be_missing_and_choices_are_checked_when_given() -> None:
    async def echo(order: CommandCall) -> CommandReply:
        return CommandReply(order.args.get("day", "none"))

    spec = CommandSpec("show", "Show", params=(Param("day", "Which day", required=False, choices=("today",)),))
    registry = Registry([Command(spec, echo)])
    assert (await registry.run(call("show"))).text == "none"
    assert (await registry.run(call("show", day="TODAY"))).text == "TODAY"
    assert (await registry.run(call("show", day="never"))).text == "Choose one of: today."
