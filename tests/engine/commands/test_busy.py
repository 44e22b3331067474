"""`busy`: what a new message does while Parley answers."""

from dataclasses import replace

import pytest

from bot.commands.busy import BUSY
from bot.commands.reading import read
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import Author, Authority, ConversationKey
from bot.vocabulary.manners import Busy
from tests.engine.commands.conftest import Office
from tests.engine.samples import ADA, ADMIN, CHANNEL, DIRECT, SLACK_DIRECT, call


async def order(office: Office, mode: str = "", *, of: CommandCall | None = None) -> str:
    asked = of or call("busy")
    return (await office.registry.run(replace(asked, args={"mode": mode} if mode else {}))).text


async def test_without_a_word_it_shows_what_is_set_and_what_both_mean(office: Office) -> None:
    said = await order(office)
    assert "**queue**: a new message waits until I have finished the answer before it (in use)" in said
    assert "**steer**: a new message of the same person stops the answer I am writing" in said
    await order(office, "steer")
    said = await order(office)
    assert said.count("(in use)") == 1
    assert "(in use)" in next(line for line in said.splitlines() if "steer" in line)


@pytest.mark.parametrize("mode", ["steer", "Queue"])
async def test_it_sets_this_server_and_no_other(office: Office, mode: str) -> None:
    busy = Busy(mode.lower())
    await office.manners.set_busy(CHANNEL.server_key, Busy.QUEUE if busy is Busy.STEER else Busy.STEER)
    assert "in force from the next message" in await order(office, mode)
    assert await office.manners.busy(CHANNEL.server_key) is busy
    assert await office.manners.busy(DIRECT.server_key) is Busy.QUEUE


async def test_another_word_changes_nothing(office: Office) -> None:
    assert await order(office, "shout") == "Choose one of: queue, steer."
    assert await office.manners.busy(CHANNEL.server_key) is Busy.QUEUE


@pytest.mark.parametrize(
    ("author", "where", "may"),
    [
        (ADMIN, CHANNEL, True),
        (Author("m", "Mod", Authority.MODERATOR), CHANNEL, False),
        (ADA, CHANNEL, False),
        (ADA, DIRECT, True),
        (ADA, SLACK_DIRECT, False),
        (ADMIN, SLACK_DIRECT, True),
    ],
)
async def test_admins_may_and_anybody_in_a_dm_of_their_own(office: Office, author: Author, where: ConversationKey, may: bool) -> None:
    said = await order(office, "steer", of=call("busy", author=author, conversation=where, direct=where is not CHANNEL))
    assert (await office.manners.busy(where.server_key) is Busy.STEER) is may
    assert may or said == "Only admins of this server can use `busy` here."


@pytest.mark.parametrize(
    ("text", "args"), [("busy", {}), ("/busy steer", {"mode": "steer"}), ("busy bee facts, please", None), ("busy today?", None)]
)
def test_only_what_fits_exactly_is_an_order(text: str, args: dict[str, str] | None) -> None:
    assert read([BUSY], text) == (None if args is None else ("busy", args))
