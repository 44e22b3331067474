"""Orders that other processes hand on: the side that carries them out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from bot.errands.errand import errands, forms, replies
from bot.errors import BotError, StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import ERRANDS_SECONDS, ErrandKeys
from bot.vocabulary.clock import Clock
from bot.vocabulary.commands import CommandReply, Orders
from bot.vocabulary.platform import Platform
from bot.vocabulary.tasks import drain, end

AT_ONCE = 16
"""Orders that one process carries out side by side; the rest stays for others. They take no slot of a turn."""

LOOK_SECONDS = 2.0
"""Longest single wait for an order, so that a connection which died unseen is noticed."""

OUTAGE_PAUSE = 0.5
"""Seconds between two looks while Redis is away."""

LAST_SECONDS = 3.0
"""Orders in work get so long when we close: enough for all but one that waits for a slow moderation."""

log = structlog.get_logger(__name__)


class Bearer:
    """Carries out what was ordered on the platforms that this process has plugged."""

    def __init__(self, store: Store, orders: Orders, *, platforms: Mapping[str, Platform], clock: Clock) -> None:
        self._store = store
        self._orders = orders
        self._platforms = platforms
        self._clock = clock
        self._room = asyncio.Semaphore(AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take orders up while open; at the end those in work are finished, for `LAST_SECONDS` at most."""
        listening = [asyncio.create_task(self._listen(name), name=f"orders {name}") for name in self._platforms]
        try:
            yield
        finally:
            await end(*listening)
            await drain(self._working, LAST_SECONDS)

    async def _listen(self, platform: str) -> None:
        while True:
            await self._room.acquire()
            name = None
            try:
                name = await self._store.pop(ErrandKeys.waiting(platform), seconds=LOOK_SECONDS)
            except StoreUnavailable as away:
                log.debug("orders not heard", reason=str(away))
                await self._clock.sleep(OUTAGE_PAUSE)
            except Exception:  # task boundary: it must come back
                log.exception("orders not heard")
                await self._clock.sleep(OUTAGE_PAUSE)
            finally:
                if name is None:
                    self._room.release()
            if name is not None:
                self._start(ErrandKeys(name))

    def _start(self, keys: ErrandKeys) -> None:
        task = asyncio.create_task(self._carry_out(keys), name=f"order {keys.id}")
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._room.release()

    async def _carry_out(self, keys: ErrandKeys) -> None:
        """Once, and only while somebody waits for it: whoever takes the order away from its key has it."""
        try:
            written = await self._store.take(keys.errand)
            if written is not None:
                await self._store.push(keys.reply, await self._reply(written), ttl=ERRANDS_SECONDS)
        except StoreUnavailable as away:
            log.warning("reply to an order not delivered", reason=str(away))
        except Exception:  # task boundary: nobody waits for this task
            log.exception("order not carried out")

    async def _reply(self, written: str) -> str:
        errand = errands.load(written)
        if errand is None:
            log.error("order of another version, not carried out")
            return replies.dump(CommandReply(BotError.user_text))
        if errand.form:
            return forms.dump(dict(await self._orders.prefill(errand.call)))
        return replies.dump(await self._orders.run(errand.call))
