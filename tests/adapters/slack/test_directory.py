"""Names and rights are asked for once in a while, and once only."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from adapters.rendering.pace import Pace
from adapters.slack.directory import FAILURE_KEPT_FOR, KEPT_FOR, Directory
from adapters.slack.workspace import open_client, who_are_we
from bot.vocabulary.conversation import Authority
from tests.adapters.slack.conftest import settings_for
from tests.fakes.bank import Bank
from tests.fakes.clock import VirtualClock
from tests.fakes.server import Fault
from tests.fakes.slack.server import SlackServer


@dataclass
class Office:
    """A directory and the clock it goes by."""

    directory: Directory
    clock: VirtualClock


@pytest.fixture
async def office(server: SlackServer) -> AsyncIterator[Office]:
    clock = VirtualClock()
    async with open_client(settings_for(server)) as client:
        directory = Directory(client, await who_are_we(client), admins=(), clock=clock, pace=Pace(clock, Bank(clock).lender("here")))
        yield Office(directory, clock)
        await directory.aclose()


async def test_many_who_ask_at_once_ask_slack_once(server: SlackServer, office: Office) -> None:
    asha = server.add_user("asha", display_name="  Asha \n Rao ")
    authors = await asyncio.gather(*(office.directory.author(asha.id) for _ in range(20)))
    assert {author.name for author in authors} == {"Asha Rao"}
    assert len(server.calls("users.info")) == 1


async def test_more_names_than_slack_tells_in_a_minute_are_done_without(server: SlackServer, office: Office) -> None:
    asha = server.add_user("asha")
    rooms = [server.add_channel(f"room{number}", members=[asha]) for number in range(60)]
    asking = asyncio.gather(*(office.directory.place(room.id) for room in rooms))
    await office.clock.run_until(asking)
    places = await asking
    assert 40 <= len(server.calls("conversations.info")) <= 50
    assert server.limits.refused == {}
    assert {place.channel for place in places} < {"", *(room.name for room in rooms)}
    await office.clock.advance(70.0)
    await office.clock.run_until(later := asyncio.ensure_future(office.directory.place(rooms[-1].id)))
    assert (await later).channel == rooms[-1].name


async def test_a_right_that_was_taken_away_is_gone_after_a_while(server: SlackServer, office: Office) -> None:
    boss = server.add_user("boss", admin=True)
    assert (await office.directory.author(boss.id)).authority is Authority.ADMIN
    server.world.users[boss.id] = replace(boss, admin=False)
    await office.clock.advance(KEPT_FOR + 1)
    assert (await office.directory.author(boss.id)).authority is Authority.MEMBER


async def test_a_failure_is_remembered_for_a_short_time_only(server: SlackServer, office: Office) -> None:
    asha = server.add_user("asha", display_name="Asha")
    server.faults.add(match=("*", "users.info"), fault=Fault(status=429, retry_after=30))
    names = [(await office.directory.author(asha.id)).name for _ in range(3)]
    assert names == [asha.id] * 3
    assert len(server.calls("users.info")) == 1
    await office.clock.advance(FAILURE_KEPT_FOR + 1)
    assert (await office.directory.author(asha.id)).name == "Asha"


async def test_closing_ends_what_is_still_being_asked(server: SlackServer, office: Office) -> None:
    server.faults.add(match=("*", "users.info"), fault=Fault(delay=30.0))
    asha = server.add_user("asha")
    assert (await office.directory.author(asha.id)).name == asha.id
    async with asyncio.timeout(1.0):
        await office.directory.aclose()


@pytest.mark.parametrize(
    ("told", "home", "authority"),
    [
        ({}, "", Authority.ADMIN),
        ({"team_id": "T0FAR"}, "", Authority.MEMBER),
        ({"is_stranger": True}, "", Authority.MEMBER),
        ({}, "T0FAR", Authority.MEMBER),
        ({}, "E0GRID", Authority.ADMIN),
        ({"team_id": "E0GRID", "enterprise_user": {"teams": ["ours"]}}, "", Authority.ADMIN),
        ({"is_admin": False, "is_owner": True}, "", Authority.ADMIN),
        ({"is_admin": False}, "", Authority.MEMBER),
    ],
)
async def test_each_sign_of_a_stranger_suffices(
    server: SlackServer, office: Office, told: dict[str, object], home: str, authority: Authority
) -> None:
    """Fields of users.info: docs.slack.dev/reference/objects/user-object; `enterprise_user` on Enterprise Grid."""
    user: dict[str, object] = {"id": "U1", "name": "boss", "team_id": "ours", "is_admin": True, **told}
    body = json.loads(json.dumps({"ok": True, "user": user}).replace('"ours"', f'"{server.team.id}"'))
    server.faults.add(match=("*", "users.info"), fault=Fault(status=200, body=body))
    assert (await office.directory.author("U1", home=home)).authority is authority
