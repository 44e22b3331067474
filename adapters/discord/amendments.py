"""What people edit or delete after it was said. Discord tells it once; who is not connected then never hears of it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

import discord
import structlog

from adapters.discord.catch_up import CatchUp
from adapters.discord.channel_order import ChannelOrder
from adapters.discord.inbound import amended_from, guild_id_of
from adapters.discord.intake import Intake
from adapters.discord.places import Whereabouts, whereabouts
from adapters.discord.reading import found_channel
from bot.errors import StoreUnavailable
from bot.vocabulary.door import Door
from bot.vocabulary.inbound import Amended
from bot.vocabulary.tasks import end

log = structlog.get_logger("discord")

PATIENCE = 60.0
"""Seconds that a store which is away is told again."""
FIRST_WAIT, LONGEST_WAIT = 0.25, 4.0
"""Seconds between two tries; doubling, with jitter."""
MOST = 1_000
"""Events that wait at once; what comes beyond them is not kept, as the memory of this process is not the place for it."""


class Amendments:
    """One connection's. Those of a channel are told in order, behind the messages that were said before."""

    def __init__(self, client: discord.Client, door: Door, *, intake: Intake, catch_up: CatchUp) -> None:
        self._client = client
        self._door = door
        self._intake = intake
        self._catch_up = catch_up
        self._order = ChannelOrder()
        self._waiting: set[asyncio.Task[object]] = set()

    async def edited(self, message: discord.Message) -> None:
        """`message` as it reads now; most updates are no edits, such as a preview that was added."""
        me, everything = self._client.user, self._client.intents.message_content
        if me is None or amended_from(message, me, everything=everything) is None:
            return

        async def told() -> Sequence[Amended]:
            await self._intake.locate(message)
            amended = amended_from(message, me, everything=everything)
            return [amended] if amended else []

        await self._in_order(message.channel.id, guild_id_of(message), told)

    async def deleted(self, messages: Iterable[int], *, channel: int, guild: int | None) -> None:
        """Messages of one channel, by their ids. Whose they were Discord does not say."""

        async def told() -> Sequence[Amended]:
            where = await self._where(channel, guild)
            if where is None:
                return ()
            return [Amended(str(message), where.conversation, where.exclusive, None) for message in sorted(messages)]

        await self._in_order(channel, guild, told)

    async def close(self) -> None:
        """Tells nothing more."""
        await end(*self._waiting)

    async def _in_order(self, channel: int, guild: int | None, told: Callable[[], Awaitable[Sequence[Amended]]]) -> None:
        task = asyncio.current_task()
        if task is None or len(self._waiting) >= MOST:
            log.warning("amendment_not_kept", channel=channel)
            return
        self._waiting.add(task)
        try:
            async with self._order.place(channel):
                await self._catch_up.before(channel, guild)
                await self._tell(channel, await told())
        finally:
            self._waiting.discard(task)

    async def _tell(self, channel: int, told: Sequence[Amended]) -> None:
        """What is said next in the channel waits until this was tried once: whoever deletes something and asks again is not reminded."""
        async with self._intake.order.place(channel):
            held = self._intake.held(channel)
            left = told if held else await self._try(told)
        if held:
            await held.wait()
        clock, wait = self._intake.clock, FIRST_WAIT
        until = clock.monotonic() + PATIENCE
        while left and clock.monotonic() < until:
            await clock.sleep(wait * random.uniform(0.75, 1.0))
            wait = min(LONGEST_WAIT, 2 * wait)
            left = await self._try(left)
        if left:
            log.warning("amendments_given_up", channel=channel, count=len(left))

    async def _try(self, told: Sequence[Amended]) -> Sequence[Amended]:
        """What is left to be told, because the store is away."""
        for number, amended in enumerate(told):
            try:
                await self._door.amend(amended)
            except StoreUnavailable as error:
                log.debug("amendment_not_told", message=amended.id, error=str(error))
                return told[number:]
        return ()

    async def _where(self, channel: int, guild_id: int | None) -> Whereabouts | None:
        """None for a direct channel of which Discord does not say with whom."""
        guild = self._client.get_guild(guild_id) if guild_id is not None else None
        known = guild.get_channel_or_thread(channel) if guild is not None else None
        found = known or await found_channel(self._client, channel)
        person = found.recipient.id if isinstance(found, discord.DMChannel) and found.recipient is not None else 0
        if guild_id is None and not person:
            return None
        return whereabouts(found, channel_id=channel, guild=guild, guild_id=guild_id, user_id=person)
