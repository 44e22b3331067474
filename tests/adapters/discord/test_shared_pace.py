"""Two workers answer in one channel of a Discord that counts, through real discord.py clients and one real store."""

import asyncio
import time
from contextlib import AsyncExitStack

from adapters.discord.opening import Discord, open_discord
from adapters.launch import CONNECT
from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.pacing.lender import SharedLender
from bot.store.connection import open_store
from bot.vocabulary.reply import Answered, ReplyAddress, TextDelta
from tests.adapters.discord.conftest import settings_for
from tests.adapters.discord.door import Journal
from tests.fakes.bank import Bank
from tests.fakes.discord import Channel, DiscordServer

WORDS = 60


async def worker(stack: AsyncExitStack, server: DiscordServer, redis_url: str) -> Discord:
    """A process that answers: a login, a store and a pace of its own."""
    clock = SystemClock()
    store = await stack.enter_async_context(open_store(redis_url))
    pace = Pace(clock, SharedLender(store, clock=clock))
    return await stack.enter_async_context(open_discord(settings_for(server), pace=pace, clock=clock))


async def answer(discord: Discord, server: DiscordServer, channel: Channel, name: str) -> float:
    """Somebody asks and gets an answer, a word every tenth of a second; returns seconds from its end to the final text."""
    question = await server.user_says(channel, server.owner, f"{server.bot.mention} {name}?")
    address = ReplyAddress("discord", {"channel": str(channel.id), "message": str(question.id), "guild": ""})
    surface = discord.platform.surface(address, log=Journal(), resume=(), pending="")
    await surface.open()
    for number in range(WORDS):
        surface.show(TextDelta(f"{name}{number} "))
        await asyncio.sleep(0.1)
    settling = asyncio.create_task(surface.settle(Answered(f"{name} is the whole answer.")))
    ended = time.monotonic()
    await server.wait_for(lambda: shown(server, channel, name), timeout=20)
    shown_after = time.monotonic() - ended
    await settling
    return shown_after


def shown(server: DiscordServer, channel: Channel, name: str) -> bool:
    return any(message.content == f"{name} is the whole answer." for message in server.messages(channel))


async def test_two_workers_in_one_channel_never_meet_a_limit(server: DiscordServer, redis_url: str) -> None:
    channel = server.add_channel("general")
    async with AsyncExitStack() as stack:
        workers = [await worker(stack, server, redis_url) for _ in range(2)]
        async with asyncio.timeout(50):
            waits = await asyncio.gather(
                *(answer(one, server, channel, name) for one, name in zip(workers, ("left", "right"), strict=True)),
            )
    assert server.limits.refused == 0
    assert max(waits) < 12
    for message in server.messages(channel):
        if message.author == server.bot:
            assert len(message.texts) >= 4, "it grew in front of its reader"


async def test_a_process_that_is_launched_borrows_for_what_it_sends(server: DiscordServer) -> None:
    bank = Bank(SystemClock())
    channel = server.add_channel("general")
    question = await server.user_says(channel, server.owner, f"{server.bot.mention} hello")
    address = ReplyAddress("discord", {"channel": str(channel.id), "message": str(question.id), "guild": ""})
    async with CONNECT["discord"](settings_for(server), bank.lender("here")) as connection:
        surface = connection.platform.surface(address, log=Journal(), resume=(), pending="")
        await surface.open()
        await surface.settle(Answered("The answer."))
    assert set(bank.buckets) == {f"discord:{channel.id}/post", f"discord:{channel.id}/edit", "discord/all"}
