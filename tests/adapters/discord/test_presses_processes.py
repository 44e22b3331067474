"""Presses that two processes hear, that a new one hears of an old one's buttons, or that come too late."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.opening import Discord
from bot.settings import Settings
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from tests.adapters.discord.door import Door
from tests.adapters.discord.listening import listening
from tests.adapters.discord.pressing import answered, pressed
from tests.fakes.discord import Channel, DiscordServer, User
from tests.fakes.server import Fault


@pytest.fixture
async def open_door(server: DiscordServer, rest: Discord, door: Door) -> AsyncIterator[Door]:
    """The gateway is open and leads to this door."""
    door.changed = server.changed
    async with rest.listening(door):
        await rest.client.connected.wait()
        yield door
        door.wait.set()


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_channel("general")


@pytest.fixture
def ana(server: DiscordServer) -> User:
    return server.add_user("ana", nick="Ana")


async def test_a_new_process_answers_for_buttons_of_the_old(server: DiscordServer, settings: Settings, channel: Channel, ana: User) -> None:
    button = Button(PressKind.RATE, "turn", str(ana.id), BAD)
    old, new = Door(), Door()
    async with listening(server, settings, old) as discord:
        message = await answered(discord, channel, button, server=server)
        asked = await pressed(server, ana, message, button)
    async with listening(server, settings, new):
        sent = await server.submit_modal(asked, {"reason": "It lied."})
        await server.wait_for(lambda: new.pressed)
        again = await pressed(server, ana, message, button)
        await server.wait_for(lambda: len(new.pressed) == 2)
    assert [press.id for press in old.pressed] == [str(asked.id)]
    assert [(press.id, press.text) for press in new.pressed] == [(str(sent.id), "It lied."), (str(again.id), "")]


async def test_of_two_processes_that_hear_a_press_one_hands_it_on(
    server: DiscordServer, settings: Settings, channel: Channel, ana: User
) -> None:
    button = Button(PressKind.REGENERATE, "turn", str(ana.id))
    one, other = Door(), Door()
    async with listening(server, settings, one) as discord, listening(server, settings, other):
        message = await answered(discord, channel, button, server=server)
        await pressed(server, ana, message, button)
        await server.wait_for(lambda: len([r for r in server.requests if r.path.endswith("/callback") and r.status]) == 2)
        await server.wait_for(lambda: one.pressed or other.pressed)
    assert len(one.pressed) + len(other.pressed) == 1


@pytest.mark.parametrize(("kind", "carried_out"), [(PressKind.STOP, True), (PressKind.RATE, True), (PressKind.REGENERATE, False)])
async def test_a_press_that_cannot_be_acknowledged_is_carried_out_only_where_twice_is_as_once(
    server: DiscordServer, rest: Discord, open_door: Door, channel: Channel, ana: User, kind: PressKind, carried_out: bool
) -> None:
    button = Button(kind, "turn", str(ana.id), GOOD if kind is PressKind.RATE else "")
    message = await answered(rest, channel, button, server=server)
    refused = Fault(404, body={"message": "Unknown interaction", "code": 10062})
    server.faults.add(match=("POST", "/callback$"), fault=refused)
    asked = await server.press(ana, message, str(button))
    await server.wait_for(lambda: any(request.status == 404 for request in server.requests))
    later = await pressed(server, ana, message, button)
    await server.wait_for(lambda: str(later.id) in [press.id for press in open_door.pressed])
    assert (str(asked.id) in [press.id for press in open_door.pressed]) is carried_out
    assert not asked.answered
