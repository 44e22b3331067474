"""What was missed and what comes meanwhile: nobody passes those who wait, and a store that is away at the start is asked again."""

import asyncio

import discord

from adapters.discord.catch_up import DIRECT, CatchUp
from adapters.discord.heard import Heard
from adapters.discord.intake import Intake
from bot.clock import SystemClock
from bot.errors import StoreUnavailable
from bot.settings import Settings, load_settings
from tests.adapters.discord.door import Door, Register
from tests.adapters.discord.listening import listening
from tests.fakes.discord import DiscordServer


async def test_who_comes_when_the_wait_is_over_does_not_pass_those_who_waited() -> None:
    client, clock = discord.Client(intents=discord.Intents.none()), SystemClock()
    intake = Intake(client, Door(), settings=load_settings(), clock=clock)
    catch_up = CatchUp(client, intake, Heard(Register(), clock), Register())
    over = catch_up._coming[DIRECT] = asyncio.Event()
    passed: list[str] = []

    async def comes(name: str) -> None:
        await catch_up.before(7, None)
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


async def test_direct_messages_that_were_missed_are_read_back_once_the_store_tells_where(
    server: DiscordServer, settings: Settings, door: Door
) -> None:
    ada = server.add_user("ada")
    await server.dm(ada, "said while nobody listened")
    door.attendance.directs[str(server.dm_with(ada).id)] = str(server.bot.id)
    door.attendance.fails = StoreUnavailable("away")
    async with listening(server, settings, door):
        await asyncio.sleep(0.1)
        assert not door.received
        await server.dm(ada, "said since")
        door.attendance.fails = None
        await server.wait_for(lambda: len(door.received) > 1)
    texts = dict.fromkeys(inbound.text for inbound in door.received)  # what came live was read back as well: one id
    assert list(texts) == ["said while nobody listened", "said since"]
