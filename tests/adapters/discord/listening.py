"""A whole Discord of ours on the local one, with a door that a test holds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from adapters.discord.opening import Discord, open_discord
from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.reply import Answered, TextDelta
from tests.adapters.discord.door import Door, Journal
from tests.fakes.discord import DiscordServer


@asynccontextmanager
async def listening(server: DiscordServer, settings: Settings, door: Door, clock: Clock | None = None) -> AsyncIterator[Discord]:
    """Logged in, connected, leading to `door`."""
    door.changed = server.changed
    async with open_discord(settings, pace=Pace(SystemClock()), clock=clock or SystemClock()) as opened, opened.listening(door):
        await opened.client.connected.wait()
        yield opened


def answering(discord: Discord, *words: str) -> Callable[[Inbound], Awaitable[None]]:
    """A turn: a placeholder, growing text, the end."""

    async def turn(inbound: Inbound) -> None:
        surface = discord.platform.surface(inbound.address, log=Journal(inbound.id), resume=(), pending="")
        await surface.open()
        for word in words:
            surface.show(TextDelta(word))
        await surface.settle(Answered("".join(words)))

    return turn
