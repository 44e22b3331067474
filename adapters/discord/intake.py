"""What one message goes through on its way to the door: its place in the channel, its conversation, and patience with the store."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

import discord
import structlog

from adapters.discord.apology import Apologies
from adapters.discord.channel_order import ChannelOrder
from adapters.discord.holding import Holding, Means
from adapters.discord.inbound import guild_id_of, inbound_from
from adapters.discord.places import source_of
from adapters.discord.reading import found_channel
from adapters.discord.typing_hint import TypingHint
from adapters.discord.waiting import show_waiting
from bot.errors import StoreUnavailable
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import AttentiveDoor, Receipt
from bot.vocabulary.inbound import Addressed, Inbound

log = structlog.get_logger("discord")

AT_ONCE = 2
"""Messages that are handed over at the same time: of many that come together the first are answered while the last are still taken in,
instead of all being taken in before the first is answered."""
HELD_UP = 0.25
"""Seconds after which a message does not wait for its place among them any more: the store is slow, and that is no reason to wait."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that may concern us, and who we are to it."""

    message: discord.Message
    inbound: Inbound
    me: discord.abc.User


class Intake:
    """Shared by all connections of this process: a message is handed over once and in its channel's order, whoever heard it."""

    def __init__(self, client: discord.Client, door: AttentiveDoor, *, settings: Settings, clock: Clock) -> None:
        self.order = ChannelOrder()
        self.settings = settings
        self.clock = clock
        self._client = client
        self._door = door
        self._operators: Collection[str] = settings.parley_admins
        self._hint = TypingHint(client, clock)
        self._few = asyncio.Semaphore(AT_ONCE)
        apologies = Apologies(client, clock)

        async def sign(inbound: Inbound, waits: bool) -> None:
            await show_waiting(client, inbound.address, waits)

        self._holding = Holding(
            Means(self._receive, sign, apologies.say), clock=clock, most=settings.hold_messages, seconds=settings.hold_seconds
        )

    def opened(self, message: discord.Message, me: discord.abc.User) -> Mail | None:
        """Nothing where it does not concern us. Our own messages show people that something is under way."""
        if message.author.id == me.id:
            self._seen_own(message)
            return None
        inbound = inbound_from(message, me, operators=self._operators)
        return Mail(message, inbound, me) if inbound else None

    async def take(self, mail: Mail) -> None:
        """Returns when it was handed over, or given up with a word."""
        # one at a time per channel: two requests to the store at once may overtake each other
        async with self.order.place(mail.message.channel.id), self._among_few():
            over = await self.deliver(mail)
        if over:
            await over.wait()

    async def deliver(self, mail: Mail) -> asyncio.Event | None:
        """For whoever has the channel's place. When the store is away the message is held, and the event tells when that is over."""
        inbound, channel, person = await self._placed(mail), mail.message.channel.id, mail.message.author.id
        if self._holding.holds(str(channel)):
            return await self._holding.hold(inbound)
        self._hint.expect(channel, person)
        try:
            receipt = await self._receive(inbound)
        except StoreUnavailable:
            self._hint.visible(channel, person)
            return await self._holding.hold(inbound)
        if receipt is not Receipt.JOINED:
            self._hint.visible(channel, person)
        return None

    def held(self, channel: int) -> asyncio.Event | None:
        """For whoever has the channel's place: tells when all that waits there for the store is over with; None where nothing waits."""
        return self._holding.last(str(channel))

    async def locate(self, message: discord.Message) -> bool:
        """Whether the channel of `message` was not known, and is now."""
        if not isinstance(message.channel, discord.PartialMessageable) or guild_id_of(message) is None:
            return False
        channel = await found_channel(self._client, message.channel.id)
        if isinstance(channel, discord.abc.Messageable):
            message.channel = channel  # type: ignore[assignment]  # a message of ours came in it
            return True
        return False

    async def close(self) -> None:
        """Nobody is left with an hourglass."""
        await self._hint.close()
        await self._holding.close()

    @asynccontextmanager
    async def _among_few(self) -> AsyncIterator[None]:
        placed = await self._placed_among_few()
        try:
            yield
        finally:
            if placed:
                self._few.release()

    async def _placed_among_few(self) -> bool:
        if not self._few.locked():
            return await self._few.acquire()
        try:
            return await asyncio.wait_for(self._few.acquire(), HELD_UP)
        except TimeoutError:
            return False

    async def _receive(self, inbound: Inbound) -> Receipt:
        receipt = await self._door.receive(inbound)
        if inbound.addressed is Addressed.DIRECT:
            await self._remember(inbound)
        return receipt

    async def _remember(self, inbound: Inbound) -> None:
        """Where to look for direct messages after a pause: Discord does not list the channels they come in."""
        channel = inbound.address.data["channel"]
        try:
            await self._door.attendance.remember_direct(source_of(self._client), channel)
        except StoreUnavailable as error:
            log.debug("direct_channel_not_remembered", channel=channel, error=str(error))

    async def _placed(self, mail: Mail) -> Inbound:
        """A channel that we do not know yet, such as an old thread, is asked for: a thread is a conversation of its own."""
        if not await self.locate(mail.message):
            return mail.inbound
        return inbound_from(mail.message, mail.me, operators=self._operators) or mail.inbound

    def _seen_own(self, message: discord.Message) -> None:
        origin = message.reference.resolved if message.reference is not None else None
        if isinstance(origin, discord.Message):
            self._hint.visible(message.channel.id, origin.author.id)
