"""Real processes that stream at the same time under what the platforms document: no limit is met, also when one of them dies."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.fakes.discord import DiscordServer, Message
from tests.fakes.model.sayings import Manner
from tests.fakes.model.server import ModelServer
from tests.kills.victim import victim
from tests.scenarios.discord_house import Home
from tests.scenarios.slack_house import Acme
from tests.topologies.processes import running

PATIENCE = 25.0
FAIR = 2 * 2 * 1.3
"""Seconds between versions of a message, where two answers share a channel that takes an edit each 1.3 s: twice the fair share."""

FIFTY = 50
STORY = "Once upon a time " + "there was a story, and " * 10 + "it ended."


@pytest.fixture
async def unhurried() -> AsyncIterator[DiscordServer]:
    """A Discord whose windows are as long as they are said to be."""
    async with DiscordServer() as server:
        yield server
    server.assert_clean()


@pytest.fixture
def house(unhurried: DiscordServer, model: ModelServer, redis_url: str) -> Home:
    guild = unhurried.add_guild("Home")
    return Home(unhurried, model, redis_url, guild, unhurried.add_channel("general", guild=guild))


async def grows(home: Home, message: Message) -> float:
    """How long people waited for its next version."""
    seen, began = len(message.texts), time.monotonic()
    await home.discord.wait_for(lambda: len(message.texts) > seen, PATIENCE)
    return time.monotonic() - began


async def next_to_grow(home: Home, messages: Sequence[Message]) -> Message:
    """Whichever changes first from here on."""
    before = [len(message.texts) for message in messages]

    def grown() -> list[Message]:
        return [message for message, seen in zip(messages, before, strict=True) if len(message.texts) > seen]

    await home.discord.wait_for(grown, PATIENCE)
    return grown()[0]


async def test_two_processes_stream_in_one_channel_and_one_of_them_dies(house: Home, tmp_path: Path) -> None:
    gate = asyncio.Event()
    house.model.answers(lambda _: (STORY[:-1], gate, STORY[-1]), manner=Manner(chunk=len(STORY) // 90, delay=0.06))
    settings = house.settings(lease_seconds=1.5, slots=1)
    async with (
        running(settings, tmp_path, "worker") as one,
        running(settings, tmp_path, "worker") as other,
        running(settings, tmp_path, "run", "discord", "--receive-only", model=False),
    ):
        await house.discord.wait_for(lambda: house.discord.gateway.connections, PATIENCE)
        for name in ("Ada", "Bob"):
            await house.asks(house.person(name), "tell me a story")
        await house.discord.wait_for(lambda: [text[:4] for text in house.answers()] == ["Once"] * 2, PATIENCE)
        stories = house.written()
        assert max(await asyncio.gather(*(grows(house, story) for story in stories))) <= FAIR
        house.model.answers(lambda _: "The end.")
        await one.dies()
        began = time.monotonic()
        await next_to_grow(house, stories)
        assert time.monotonic() - began <= FAIR, "what the dead one borrowed holds nobody up"
        gate.set()
        await house.discord.wait_for(lambda: sorted(house.answers()) == sorted([STORY, "The end."]), PATIENCE)
        assert other.troubles == []
    assert house.discord.limits.refused == 0
    assert house.written() == stories


async def test_fifty_answers_of_two_processes_in_one_workspace_and_one_of_them_dies(acme: Acme, tmp_path: Path) -> None:
    asha = acme.slack.add_user("asha")
    rooms = [acme.slack.add_channel(f"room{number}", members=[asha]) for number in range(FIFTY)]
    acme.model.answers(lambda _: STORY, manner=Manner(chunk=len(STORY) // 16, delay=0.05))
    settings = acme.settings(lease_seconds=1.5)
    async with victim(settings, tmp_path, platform="slack") as one, victim(settings, tmp_path, platform="slack"):
        await acme.slack.wait_for(lambda: len(acme.slack.sockets.connections) == 2 * settings.slack_connections, PATIENCE)
        for room in rooms:
            await acme.asks(asha, room, "tell me a story")
        await acme.slack.wait_for(lambda: sum(bool(acme.written(room)) for room in rooms) == FIFTY, PATIENCE)
        await asyncio.sleep(0.5)
        one.kill()
        await one.dies()
        await acme.slack.wait_for(lambda: all(acme.answers(room) == [STORY] for room in rooms), PATIENCE)
    assert acme.slack.limits.refused == {}
    assert len(acme.model.asked) > FIFTY, "some were begun by the dead one and told anew"
