"""A discord.py client for the tests of the local Discord itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord

from tests.fakes.discord.local import DiscordServer, pointed_at

Listener = Callable[..., Coroutine[Any, Any, None]]


class Client(discord.Client):
    """discord.py's own hook sleeps five seconds before each IDENTIFY but the first."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass


@asynccontextmanager
async def connected(server: DiscordServer, *listeners: Listener, **settings: Any) -> AsyncIterator[discord.Client]:
    """A client that is through READY; `listeners` are its event handlers by name."""
    settings.setdefault("intents", discord.Intents.all())
    mentions = discord.AllowedMentions.none()
    client = Client(guild_ready_timeout=0.01, chunk_guilds_at_startup=False, allowed_mentions=mentions, **settings)
    for listener in listeners:
        client.event(listener)
    with pointed_at(server):
        async with client:
            running = asyncio.create_task(client.start(server.token))
            await asyncio.wait([running, asyncio.create_task(client.wait_until_ready())], return_when="FIRST_COMPLETED")
            if running.done():
                await running
            yield client
        with suppress(asyncio.CancelledError):
            await running
