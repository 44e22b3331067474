"""Each shape of an event, with Slack away: what an event means is in the event; only names and rights are asked for."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from adapters.rendering.pace import Pace
from adapters.slack.directory import Directory
from adapters.slack.inbound import inbound_from
from adapters.slack.payloads import MessageEvent
from adapters.slack.workspace import Workspace, open_client
from bot.clock import SystemClock
from bot.vocabulary.conversation import Authority
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.reply import ReplyAddress
from tests.adapters.slack import payloads
from tests.adapters.slack.conftest import settings_for
from tests.fakes.slack.server import SlackServer

WORKSPACE = Workspace("T0ACME", "Acme", "UPARLEY", "BPARLEY", "parley")


@pytest.fixture
async def directory(server: SlackServer) -> AsyncIterator[Directory]:
    """Of a workspace whose people Slack does not know."""
    async with open_client(settings_for(server)) as client:
        directory = Directory(client, WORKSPACE, admins=("slack:T0FAR:UFAR",), clock=SystemClock(), pace=Pace(SystemClock()))
        yield directory
        await directory.aclose()


async def read(event: dict[str, Any], directory: Directory) -> Inbound | None:
    return await inbound_from(cast("MessageEvent", event), workspace=WORKSPACE, directory=directory)


async def test_both_events_of_a_mention_say_the_same(directory: Directory) -> None:
    mention, message = await read(payloads.APP_MENTION, directory), await read(payloads.MESSAGE, directory)
    assert mention == message
    assert mention is not None
    assert mention.id == "T0ACME:C123ABC456:1515449522.000016"
    assert mention.text == "is it everything a river should be?"
    assert mention.address == ReplyAddress(
        "slack",
        {
            "team": "T0ACME",
            "channel": "C123ABC456",
            "thread": "1515449522.000016",
            "ts": "1515449522.000016",
            "user": "U061F7AUR",
            "user_team": "T0ACME",
        },
    )


@pytest.mark.parametrize(
    ("event", "addressed"),
    [
        (payloads.APP_MENTION, Addressed.MENTION),
        (payloads.DIRECT, Addressed.DIRECT),
        (payloads.DIRECT | {"thread_ts": "1355517000.000001"}, Addressed.DIRECT),
        (payloads.BROADCAST, Addressed.MENTION),
        (payloads.BROADCAST | {"text": "anybody?"}, Addressed.AMBIENT),
        (payloads.FILE_SHARE, Addressed.DIRECT),
        (payloads.MESSAGE | {"channel_type": "mpim", "channel": "G1"}, Addressed.MENTION),
        (payloads.MESSAGE | {"text": "to nobody"}, None),
        (payloads.MESSAGE | {"text": "to nobody", "thread_ts": payloads.MESSAGE["ts"]}, None),
        (payloads.MESSAGE | {"text": "about <@UPARLEY2>"}, None),
        (payloads.CHANGED, None),
        (payloads.DELETED, None),
        (payloads.JOINED, None),
        (payloads.BOT, None),
        (payloads.MESSAGE | {"bot_id": "B1"}, None),
        (payloads.MESSAGE | {"user": "UPARLEY"}, None),
        (payloads.DIRECT | {"user": "USLACKBOT"}, None),
        (payloads.DIRECT | {"subtype": "assistant_app_thread"}, None),
        (payloads.DIRECT | {"subtype": "me_message"}, None),
        (payloads.DIRECT | {"hidden": True}, None),
        ({"type": "message", "channel": "C1", "ts": "1.1"}, None),
    ],
)
async def test_who_is_addressed(event: dict[str, Any], addressed: Addressed | None, directory: Directory) -> None:
    inbound = await read(event, directory)
    assert (inbound.addressed if inbound else None) is addressed


async def test_files_are_carried_along(directory: Directory) -> None:
    inbound = await read(payloads.FILE_SHARE, directory)
    assert inbound is not None
    (file,) = inbound.attachments
    assert (file.id, file.name, file.kind, file.size) == ("F2147483862", "dramacat.gif", "image/gif", 43518)
    assert file.url == "https://files.slack.com/x"


async def test_the_server_is_the_installing_team_whoever_writes(directory: Directory) -> None:
    inbound = await read(payloads.STRANGER, directory)
    assert inbound is not None
    assert (inbound.conversation.server, inbound.address.data["user_team"]) == ("T0ACME", "T0FAR")
    assert inbound.author.authority is Authority.OPERATOR  # named with the team that is really theirs


async def test_a_team_somebody_only_claims_by_being_here_is_not_theirs(directory: Directory) -> None:
    inbound = await read(payloads.STRANGER | {"user_team": "T0OTHER"}, directory)
    assert inbound is not None
    assert inbound.author.authority is Authority.MEMBER
