"""The client: gateway events go to the door, each channel's in the order they came."""

import asyncio
import secrets
from collections.abc import Collection
from typing import Any
from weakref import WeakValueDictionary

import discord
import structlog

from adapters.discord.inbound import guild_id_of, inbound_from
from adapters.discord.limits import PATIENCE_SECONDS
from adapters.discord.orders import Orders
from adapters.discord.outlet import DiscordOutlet
from adapters.discord.places import PLATFORM
from adapters.discord.refusals import FAILURES
from adapters.discord.typing_hint import TypingHint
from bot.errors import PlatformError, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import Door, Receipt
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.reply import ReplyAddress

log = structlog.get_logger("discord")

APOLOGY_SECONDS = 60.0
"""Least time between two messages in one channel saying that nothing can be kept now."""


class ParleyClient(discord.Client):
    """Logged in, it is enough for outlets; with a door and a gateway it also listens. `restarts` counts gateway loops that broke.

    Keeps no messages and no members: an event brings what we need, and a large server would cost memory for nothing.
    """

    def __init__(self, *, message_content: bool, operators: Collection[str], clock: Clock) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # Parley writes; what speaking needs is not missed
        super().__init__(
            intents=intents_for(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=PATIENCE_SECONDS,
        )
        self.connected = asyncio.Event()
        """Set once the gateway has greeted us; `wait_until_ready` waits two seconds longer for stragglers."""
        self.restarts = 0
        self._operators = operators
        self._clock = clock
        self._door: Door | None = None
        self._orders: Orders | None = None
        self._hint = TypingHint(self, clock)
        self._order: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._apologised: dict[int, float] = {}

    def listen_for(self, door: Door) -> None:
        """From here on events go to `door`."""
        self._door = door
        self._orders = Orders(door, operators=self._operators)

    async def on_connect(self) -> None:
        """The gateway greeted us."""
        self.connected.set()

    async def on_message(self, message: discord.Message) -> None:
        """A message anywhere; most are not for us."""
        if self.user is None or self._door is None:
            return
        if message.author.id == self.user.id:
            self._seen_own(message)
        elif inbound := inbound_from(message, self.user, operators=self._operators):
            # one at a time per channel: two requests to the store at once may overtake each other
            async with self._order.setdefault(message.channel.id, asyncio.Lock()):
                await self._hand_over(self._door, inbound, message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A slash command or a form."""
        if self._orders is not None:
            await self._orders.take(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """One event failed; the next ones do not care."""
        log.error("event_failed", event_name=event_method, exc_info=True)  # noqa: LOG014 - discord.py calls this while it handles the exception

    async def close(self) -> None:
        """Ends the gateway, if there is one, and the session."""
        await self._hint.close()
        await super().close()

    async def _hand_over(self, door: Door, inbound: Inbound, message: discord.Message) -> None:
        inbound = await self._placed(inbound, message)
        self._hint.expect(message.channel.id, message.author.id)
        try:
            receipt = await door.receive(inbound)
        except StoreUnavailable as error:
            self._hint.visible(message.channel.id, message.author.id)
            log.error("message_not_kept", message=inbound.id, error=str(error))  # noqa: TRY400 - its cause is logged by the store
            if inbound.addressed is not Addressed.AMBIENT:
                await self._apologise(message, error)
        else:
            if receipt is not Receipt.JOINED:
                self._hint.visible(message.channel.id, message.author.id)

    async def _placed(self, inbound: Inbound, message: discord.Message) -> Inbound:
        """A channel that we do not know yet, such as an old thread, is asked for: a thread is a conversation of its own."""
        if self.user is None or not isinstance(message.channel, discord.PartialMessageable) or guild_id_of(message) is None:
            return inbound
        try:
            channel = await self.fetch_channel(message.channel.id)
        except (*FAILURES, discord.InvalidData):
            return inbound
        if isinstance(channel, discord.abc.Messageable):
            message.channel = channel
        return inbound_from(message, self.user, operators=self._operators) or inbound

    async def _apologise(self, message: discord.Message, error: StoreUnavailable) -> None:
        """Not as a reply to the message: that is how an answer is recognised after a crash."""
        now, channel = self._clock.monotonic(), message.channel.id
        self._apologised = {known: at for known, at in self._apologised.items() if now - at < APOLOGY_SECONDS}
        if channel in self._apologised:
            return
        self._apologised[channel] = now
        address = ReplyAddress(PLATFORM, {"channel": str(channel)})
        try:
            await DiscordOutlet(self, address).post(error.user_text, nonce=secrets.token_hex(8), after=None)
        except PlatformError as refused:
            log.warning("apology_not_posted", channel=channel, error=str(refused))

    def _seen_own(self, message: discord.Message) -> None:
        origin = message.reference.resolved if message.reference is not None else None
        if isinstance(origin, discord.Message):
            self._hint.visible(message.channel.id, origin.author.id)


def intents_for(*, message_content: bool) -> discord.Intents:
    """Servers, and messages there and in DMs; the content of others' talk only where the operator asks for it (privileged)."""
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = True
    intents.message_content = message_content
    return intents
