"""Live messages that wait for what was missed keep their order, also against one that comes in the moment the wait is over."""

import asyncio
from types import SimpleNamespace
from typing import cast

import discord

from adapters.discord.catch_up import DIRECT, CatchUp
from adapters.discord.heard import Heard
from adapters.discord.intake import Intake
from bot.clock import SystemClock
from bot.settings import load_settings
from tests.adapters.discord.door import Door, Register


async def test_who_comes_when_the_wait_is_over_does_not_pass_those_who_waited() -> None:
    client, clock = discord.Client(intents=discord.Intents.none()), SystemClock()
    intake = Intake(client, Door(), settings=load_settings(), clock=clock)
    catch_up = CatchUp(client, intake, Heard(Register(), clock), Register())
    over = catch_up._coming[DIRECT] = asyncio.Event()
    passed: list[str] = []

    async def comes(name: str) -> None:
        await catch_up.before(cast("discord.Message", SimpleNamespace(guild=None, channel=SimpleNamespace(id=7))))
        passed.append(name)

    async with asyncio.TaskGroup() as together:
        together.create_task(comes("first"))
        together.create_task(comes("second"))
        await asyncio.sleep(0)
        together.create_task(comes("third"))  # read from the line together with what ends the wait
        del catch_up._coming[DIRECT]
        over.set()
    assert passed == ["first", "second", "third"]
    await intake.close()
