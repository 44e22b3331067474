"""The light sign on a message that waits: our own reaction, put and taken away through REST."""

import aiohttp
import discord
from discord.http import Route

from adapters.discord.limits import REQUEST_SECONDS
from adapters.discord.refusals import FAILURES, translated
from bot.errors import PlatformUnavailable
from bot.vocabulary.reply import ReplyAddress

HOURGLASS = "⏳"
REACTION = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
UNKNOWN_EMOJI = 10014
"""Nobody has reacted with it, so there is nothing to take away (documents, "JSON Error Codes")."""


async def show_waiting(client: discord.Client, address: ReplyAddress, waits: bool) -> None:
    """Put the sign on the message that `address` answers, or take it away; twice is as once. An address of no message is left alone.

    Raises `PlatformRefused` when the message is gone or we may not react there, else `PlatformUnavailable`.
    """
    message = address.data.get("message", "")
    if not message:
        return
    if client.is_closed():  # its session would raise a RuntimeError that says less
        raise PlatformUnavailable("the connection to Discord is closed")
    channel = int(address.data["channel"])
    route = Route("PUT" if waits else "DELETE", REACTION, channel_id=channel, message_id=int(message), emoji=HOURGLASS)
    try:
        await client.http.request(route, timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))
    except FAILURES as error:
        if not waits and isinstance(error, discord.HTTPException) and error.code == UNKNOWN_EMOJI:
            return
        raise translated(error) from error
