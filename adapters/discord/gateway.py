"""The gateway kept open: a loop that breaks is begun again, one that never can is explained."""

import random

import discord
import structlog

from adapters.discord.client import ParleyClient
from bot.errors import SettingsInvalid
from bot.vocabulary.clock import Clock

log = structlog.get_logger("discord")

LONGEST_WAIT = 120.0
"""Seconds between two attempts at most: 720 a day, and Discord allows 1,000 IDENTIFY in 24 h before it resets the token (documents)."""
STEADY_SECONDS = 300.0
"""A loop that ran this long counts as healthy: the next wait is short again."""

LOGIN_REFUSED = "Discord does not accept DISCORD_BOT_TOKEN: copy it anew from your application's Bot page at discord.com/developers."
INTENT_REFUSED = (
    "Discord does not grant the message-content intent: switch it on at discord.com/developers (your application, Bot, Message Content"
    " Intent), or set DISCORD_MESSAGE_CONTENT=off."
)
CLOSINGS = {
    4004: LOGIN_REFUSED,
    4010: "Discord refused our shard number (close code 4010).",
    4011: "This bot has outgrown its connections (close code 4011): start Parley again, it then asks Discord how many it needs.",
    4012: "Discord no longer speaks this version of its gateway (close code 4012): please update Parley.",
    4013: "Discord does not know one of the intents we ask for (close code 4013): please update Parley.",
    4014: INTENT_REFUSED,
}
"""Closings after which trying again is useless (documents, "Gateway Close Event Codes")."""


async def keep_connected(client: ParleyClient, clock: Clock) -> None:
    """Returns when the client was closed. Raises `SettingsInvalid`, with the remedy, when Discord will never let us in.

    discord.py goes over network errors by itself, but an exception while it reads an event ends its loop.
    """
    failures = 0
    while not client.is_closed():
        await client.turns.take(client.shard_id or 0)
        began = clock.monotonic()
        try:
            await client.connect()
        except (discord.PrivilegedIntentsRequired, discord.ConnectionClosed) as error:
            code = error.code if isinstance(error, discord.ConnectionClosed) else 4014
            raise SettingsInvalid(CLOSINGS.get(code, f"Discord closed the gateway with code {code}.")) from error
        except Exception:  # the border to discord.py: whatever broke its loop must not end Parley
            failures = 1 if clock.monotonic() - began >= STEADY_SECONDS else failures + 1
            client.restarts += 1
            wait = min(LONGEST_WAIT, 2.0 ** (failures - 1)) * random.uniform(0.75, 1.0)
            log.exception("gateway_broke", shard=client.shard_id or 0, restarts=client.restarts, again_in=round(wait, 2))
            await hang_up(client, code=4000)
            await clock.sleep(wait)


async def hang_up(client: ParleyClient, *, code: int = 1000) -> None:
    """Closes the websocket and its heartbeat; REST goes on. 1000 ends the session, 4000 leaves it."""
    client.connected.clear()
    websocket: discord.gateway.DiscordWebSocket | None = client.ws
    if websocket is not None and websocket.open:
        await websocket.close(code=code)
