"""What was said while nobody listened: read back, oldest first, and handed on as if it had just come.

Discord lists open threads with the servers; archived ones it does not, so what was said there is not found.
"""

import asyncio
from collections.abc import Coroutine, Sequence

import discord
import structlog

from adapters.discord.channel_order import ChannelOrder, Place
from adapters.discord.heard import Heard, said_at
from adapters.discord.intake import Intake, Mail
from adapters.discord.places import source_of
from adapters.discord.reading import Readable, complete, may_read, read_back, readable_channels
from bot.errors import PlatformError, StoreUnavailable
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import Attendance
from bot.vocabulary.inbound import Addressed
from bot.vocabulary.tasks import end

log = structlog.get_logger("discord")

MARGIN_SECONDS = 10.0
"""Read back beyond the stamp: Discord tells of different servers at different speeds."""
ARRIVAL_SECONDS = 30.0
"""Longest wait for the servers that a new session announced; one that comes later is read back then."""
DIRECT_SECONDS = 7 * 86_400.0
"""Direct channels that were silent longer are not asked: each costs a request, as Discord does not say what is new there."""
AGAIN_SECONDS = 0.5
"""Between two questions to a store that is away."""
AT_ONCE = 4
"""Channels read at the same time: answers need Discord as well."""
DIRECT = 0
"""Stands for the direct channels where a server's id is meant."""


class CatchUp:
    """Reads back for one connection: begun when a session is new, not when one was resumed.

    Live messages of a channel wait until what was missed there has been handed over.
    """

    def __init__(self, client: discord.Client, intake: Intake, heard: Heard, attendance: Attendance) -> None:
        self._client = client
        self._intake = intake
        self._heard = heard
        self._attendance = attendance
        self._coming: dict[int, asyncio.Event] = {}
        self._arrivals = ChannelOrder()
        self._late: set[int] = set()
        self._since: asyncio.Task[float | None] | None = None
        self._reading: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._channels = self._messages = self._skipped = 0
        self._clock: Clock = intake.clock
        self._settings: Settings = intake.settings

    def begin(self) -> None:
        """A new session: its servers are announced and come one by one."""
        known = self._heard.missed()
        if not self._settings.catch_up_minutes:
            self._heard.complete()
            return
        if self._ending is not None:
            self._ending.cancel()
        self._let_pass()
        self._coming = {guild.id: asyncio.Event() for guild in self._client.guilds}
        self._since = asyncio.create_task(self._find_since(known), name="stamp")
        if not self._client.shard_id:  # the first connection hears all direct messages
            coming = self._coming[DIRECT] = asyncio.Event()
            self._read(self._directs(coming))
        self._ending = asyncio.create_task(self._end(), name="catch-up")

    def arrived(self, guild: discord.Guild) -> None:
        """A server of the new session is here; one that we have just joined, or that had an outage, is not read back."""
        coming = self._coming.pop(guild.id, None)
        if coming is None and guild.id not in self._late:
            return
        self._late.discard(guild.id)
        bound = self._bound()
        for channel in readable_channels(guild):
            last = channel.last_message_id
            if last is None:
                continue
            self._heard.saw(last)
            if said_at(last) > bound:
                self._read(self._channel(channel, last, self._intake.order.place(channel.id)))
        if coming is not None:
            coming.set()

    async def before(self, channel: int, guild: int | None) -> None:
        """Returns once everything that was missed in `channel` has its place before what comes live. `guild` is None in DMs."""
        async with self._arrivals.place(channel):  # who comes when the wait is over must not pass those who wake up from it
            while coming := self._coming.get(DIRECT if guild is None else guild):
                await coming.wait()

    async def close(self) -> None:
        """Reads no further."""
        self._let_pass()
        tasks = [*self._reading, *(task for task in (self._ending, self._since) if task is not None)]
        await end(*tasks)

    def _read(self, work: Coroutine[None, None, None]) -> None:
        self._reading.add(task := asyncio.create_task(work, name="read back"))
        task.add_done_callback(self._reading.discard)

    def _let_pass(self) -> None:
        coming, self._coming = self._coming, {}
        self._late = set(coming) - {DIRECT}
        for event in coming.values():
            event.set()

    def _bound(self) -> float:
        return self._clock.now() - 60 * self._settings.catch_up_minutes

    async def _find_since(self, known: float | None) -> float | None:
        """None where nobody has listened before; when the store does not tell, all that the bound allows is read."""
        try:
            since = await self._attendance.heard_until(source_of(self._client)) if known is None else known
        except StoreUnavailable:
            since = 0.0
        return None if since is None else max(since - MARGIN_SECONDS, self._bound())

    async def _directs(self, coming: asyncio.Event) -> None:
        for channel in map(int, await self._direct_channels(coming)):
            self._read(self._channel(self._client.get_partial_messageable(channel), None, self._intake.order.place(channel)))
        if self._coming.get(DIRECT) is coming:
            del self._coming[DIRECT]
        coming.set()

    async def _direct_channels(self, coming: asyncio.Event) -> Sequence[str]:
        """Asked for until the store is back, or until nobody waits any longer: no one else will tell what was said there."""
        while True:
            try:
                return await self._attendance.direct_channels(source_of(self._client), self._clock.now() - DIRECT_SECONDS)
            except StoreUnavailable as error:
                if coming.is_set():
                    log.warning("direct_channels_unknown", error=str(error))
                    return ()
            await self._clock.sleep(AGAIN_SECONDS)

    async def _channel(self, channel: Readable | discord.PartialMessageable, last: int | None, place: Place) -> None:
        held: list[asyncio.Event] = []
        async with place:
            since = await self._since if self._since is not None else None
            if since is None or (last is not None and said_at(last) <= since):
                return
            for mail in await self._missed(channel, since):
                try:
                    over = await self._intake.deliver(mail)
                except Exception:  # one message's defect must not cost the others their answer
                    log.exception("event_failed", event_name="message read back")
                else:
                    held += [over] if over else []
        for over in held:
            await over.wait()

    async def _missed(self, channel: Readable | discord.PartialMessageable, since: float) -> list[Mail]:
        us = self._client.user
        if us is not None and not isinstance(channel, discord.PartialMessageable) and not may_read(channel, us.id):
            self._skipped += 1
            return []
        async with self._at_once:
            try:
                messages = await read_back(channel, since=since, most=self._settings.catch_up_messages)
            except PlatformError as error:
                log.debug("channel_not_read_back", channel=channel.id, error=str(error))
                self._skipped += 1
                return []
            found = [mail for message in messages if (mail := await self._mail(message))]
        self._channels += 1
        self._messages += len(found)
        return found

    async def _mail(self, message: discord.Message) -> Mail | None:
        """Without the content intent nobody's talk is read, as the gateway would not have shown it either."""
        me = self._client.user
        mail = self._intake.opened(message, me) if me is not None else None
        if me is None or mail is None:
            return None
        if mail.inbound.addressed is Addressed.AMBIENT and not self._client.intents.message_content:
            return None
        await complete(message)
        return self._intake.opened(message, me)

    async def _all_here(self) -> None:
        while self._coming:
            await next(iter(self._coming.values())).wait()

    async def _end(self) -> None:
        waiting = [asyncio.create_task(self._all_here()), asyncio.create_task(self._clock.sleep(ARRIVAL_SECONDS))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*waiting)
        self._let_pass()
        while self._reading:
            await asyncio.wait(set(self._reading))
        self._heard.complete()
        await self._heard.stamp(source_of(self._client))
        if self._channels or self._skipped:
            log.info("caught_up", channels=self._channels, messages=self._messages, skipped=self._skipped, shard=self._client.shard_id or 0)
        self._channels = self._messages = self._skipped = 0
