"""One connection to Discord's gateway: its events go where they are understood."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import structlog

from adapters.discord.amendments import Amendments
from adapters.discord.catch_up import CatchUp
from adapters.discord.heard import Heard
from adapters.discord.identify import IdentifyTurns
from adapters.discord.inbound import guild_id_of
from adapters.discord.intake import Intake
from adapters.discord.limits import PATIENCE_SECONDS
from adapters.discord.orders import Orders
from adapters.discord.presses import Presses

log = structlog.get_logger("discord")


@dataclass(frozen=True, slots=True)
class Ears:
    """Who listens to the events of one connection."""

    intake: Intake
    orders: Orders
    presses: Presses
    heard: Heard
    catch_up: CatchUp
    amendments: Amendments


class ParleyClient(discord.Client):
    """Logged in, it is enough for outlets; with ears and a gateway it also listens. `restarts` counts gateway loops that broke.

    Keeps no messages and no members: an event brings what we need, and a large server would cost memory for nothing.
    """

    def __init__(self, *, message_content: bool, turns: IdentifyTurns, http_trace: aiohttp.TraceConfig | None = None) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # Parley writes; what speaking needs is not missed
        super().__init__(
            intents=intents_for(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=PATIENCE_SECONDS,
            http_trace=http_trace or aiohttp.TraceConfig(),
        )
        self.connected = asyncio.Event()
        """Set once the gateway has greeted us; `wait_until_ready` waits two seconds longer for stragglers."""
        self.restarts = 0
        self.turns = turns
        self._ears: Ears | None = None
        self._make_of_edits = self._connection.parsers["MESSAGE_UPDATE"]
        self._connection.parsers["MESSAGE_UPDATE"] = self._edit_arrived

    def _edit_arrived(self, data: Any) -> None:
        """Each edit of ours comes back as an event; what discord.py would make of it nobody reads, and costs a tenth of the edit."""
        if self.user is None or (data.get("author") or {}).get("id") != str(self.user.id):
            self._make_of_edits(data)

    async def beside(self, shard: int) -> "ParleyClient":
        """One more connection of this bot, logged in as this one is: both speak through one REST, and so keep the same rate limits."""
        other = ParleyClient(message_content=self.intents.message_content, turns=self.turns)
        other.http = other._connection.http = self.http  # discord.py has no public way to share what counts the requests
        other._connection.user, other._connection.application_id = self.user, self.application_id
        await other._async_setup_hook()
        other.becomes(shard, of=self.shard_count or 1)
        return other

    def becomes(self, shard: int, *, of: int) -> None:
        """From its next IDENTIFY on it hears only the servers of one shard; the first hears direct messages, too."""
        self.shard_id, self.shard_count = shard, of
        self._connection.shard_count = of

    def listen_for(self, ears: Ears) -> None:
        """From here on events go to `ears`."""
        self._ears = ears

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py would sleep five seconds before each IDENTIFY but the first, whatever Discord allows."""
        if not initial:  # whoever connected anew has waited for its turn before
            await self.turns.take(shard_id or 0)
        self.turns.taken(shard_id or 0)

    async def on_connect(self) -> None:
        """The gateway greeted us: a new session, which does not tell what was said before."""
        if self._ears is not None:
            self._ears.catch_up.begin()
        self.connected.set()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server that the new session announced, or one whose outage is over."""
        if self._ears is not None:
            self._ears.catch_up.arrived(guild)

    async def on_message(self, message: discord.Message) -> None:
        """A message anywhere; most are not for us."""
        if self.user is None or self._ears is None:
            return
        with self._ears.heard.taking(message.id):
            if mail := self._ears.intake.opened(message, self.user):
                await self._ears.catch_up.before(message.channel.id, guild_id_of(message))
                await self._ears.intake.take(mail)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message changed; most changes are not for us."""
        if self._ears is not None:
            await self._ears.amendments.edited(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        if self._ears is not None:
            await self._ears.amendments.deleted([payload.message_id], channel=payload.channel_id, guild=payload.guild_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many are, such as those of somebody who was banned."""
        if self._ears is not None:
            await self._ears.amendments.deleted(payload.message_ids, channel=payload.channel_id, guild=payload.guild_id)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A slash command, a button or a form: each is for one of the two."""
        if self._ears is not None:
            await self._ears.orders.take(interaction)
            await self._ears.presses.take(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """One event failed; the next ones do not care."""
        log.error("event_failed", event_name=event_method, exc_info=True)  # noqa: LOG014 - discord.py calls this while it handles the exception


def intents_for(*, message_content: bool) -> discord.Intents:
    """Servers, and messages there and in DMs; the content of others' talk only where the operator asks for it (privileged)."""
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = True
    intents.message_content = message_content
    return intents
