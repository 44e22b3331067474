"""Reading a channel back through REST."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import discord

from adapters.discord.heard import said_at
from adapters.discord.limits import REQUEST_SECONDS
from adapters.discord.refusals import FAILURES, translated

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""Channels of a server in which people write, and whose messages can be listed."""


def readable_channels(guild: discord.Guild) -> Iterator[Readable]:
    """Channels and open threads; Discord does not list archived threads."""
    return (channel for channel in (*guild.channels, *guild.threads) if isinstance(channel, Readable))


def may_read(channel: Readable, us: int) -> bool:
    """As far as we, whose id is `us`, know without asking: a request that is refused counts against us."""
    me = channel.guild.get_member(us)
    try:
        rights = channel.permissions_for(me) if me is not None else None
    except discord.ClientException:  # a thread whose channel we do not know
        return True
    return rights is None or (rights.view_channel and rights.read_message_history)


async def read_back(channel: Readable | discord.PartialMessageable, *, since: float, most: int) -> list[discord.Message]:
    """The newest messages said after `since` (Unix seconds), at most `most` (1 to 100), oldest first. Raises `PlatformError`."""
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            after = datetime.fromtimestamp(since, UTC)
            first = [message async for message in channel.history(limit=most, after=after, oldest_first=True)]
            if len(first) < most:
                return first
            newest = [message async for message in channel.history(limit=most)]
    except FAILURES as error:
        raise translated(error) from error
    return [message for message in reversed(newest) if said_at(message.id) > since]


async def found_channel(client: discord.Client, channel: int) -> object | None:
    """A channel that we do not know yet, such as an old thread or a direct one, as Discord tells it; None where it does not."""
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            return await client.fetch_channel(channel)
    except (*FAILURES, discord.InvalidData):
        return None


async def complete(message: discord.Message) -> None:
    """Adds what REST leaves out and the gateway tells: the author's name and rights on the server, where Discord gives them."""
    if message.guild is None or isinstance(message.author, discord.Member):
        return
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            message.author = await message.guild.fetch_member(message.author.id)
    except FAILURES:
        return
