"""`reset`, `stop` and `help`."""

import pytest

from bot.commands.conversation import NOTHING
from bot.commands.help import INTRODUCTION
from bot.store.connection import Store
from bot.vocabulary.conversation import Author, Authority, ConversationKey
from tests.engine.commands.conftest import Office
from tests.engine.memory.test_history import file
from tests.engine.samples import ADA, CHANNEL, DIRECT, SLACK_DIRECT, call


def listed(text: str) -> set[str]:
    return {line.split("`")[1] for line in text.removeprefix(INTRODUCTION).splitlines()}


SETTLED_BY_ADMINS = {
    "persona list",
    "persona show",
    "persona use <preset>",
    "persona set <instructions>",
    "persona tune <parameter> <value>",
    "persona reset",
    "busy [mode]",
    "feedback",
    "status [action] [turn]",
}


@pytest.mark.parametrize(
    ("authority", "where", "expected"),
    [
        (Authority.MEMBER, CHANNEL, {"stop", "usage"}),
        (Authority.MODERATOR, CHANNEL, {"stop", "usage", "reset"}),
        (Authority.ADMIN, CHANNEL, {"stop", "usage", "reset"} | SETTLED_BY_ADMINS),
        (Authority.OPERATOR, CHANNEL, {"stop", "usage", "reset"} | SETTLED_BY_ADMINS),
        (Authority.MEMBER, DIRECT, {"stop", "usage", "reset"} | SETTLED_BY_ADMINS),
        (Authority.MEMBER, SLACK_DIRECT, {"stop", "usage", "reset"}),
        (Authority.ADMIN, SLACK_DIRECT, {"stop", "usage", "reset"} | SETTLED_BY_ADMINS),
    ],
)
async def test_help_lists_only_what_the_asker_may_order_here(
    office: Office, authority: Authority, where: ConversationKey, expected: set[str]
) -> None:
    reply = await office.registry.run(call("help", author=Author("x", "X", authority), conversation=where, direct=where is not CHANNEL))
    assert reply.text.startswith(INTRODUCTION)
    assert listed(reply.text) == expected


async def test_reset_forgets_the_conversation_it_was_given_in(office: Office, store: Store) -> None:
    await file(store, office.memory, CHANNEL, "remember me")
    assert (await office.registry.run(call("reset"))).text == "I have forgotten our conversation here."
    assert await office.memory.recent(CHANNEL) == ()
    assert (await office.registry.run(call("reset"))).text == NOTHING


@pytest.mark.parametrize(("running", "says"), [(True, "Stopping."), (False, "I am not writing anything here right now.")])
async def test_stop_says_whether_there_was_anything(office: Office, running: bool, says: str) -> None:
    office.running = running
    asked = call("stop", author=ADA)
    assert (await office.registry.run(asked)).text == says
    assert office.stopped == [asked]
