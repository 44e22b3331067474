"""Wakes through the work engine: to any process that has a free slot and serves the platform, directly where only this one does."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

import structlog

from bot.store.outage import AWAY
from bot.store.url import parse_url
from bot.store.work_engine import WorkEngineAddress, work_engine_address
from bot.turns.wakes import Full, LocalWakes, Woken, never
from bot.vocabulary.lane import Lane
from bot.vocabulary.tasks import end

if TYPE_CHECKING:
    from docket import Docket

DOCKET = "parley-work"
"""Prefix of the work engine's own keys; each platform has a queue, for processes that serve only some."""

CONNECTIONS = 300
"""Pool of the work engine: above twice its concurrency."""

CONCURRENCY = 64
"""Wakes that one process takes at a time."""

LOOK_SECONDS = 0.05
"""Between two looks of a process for wakes."""

SENDERS = 16
"""Wakes that one process sends at a time: each takes a connection, and when many people write at once, opening those is what costs."""

RESTART_SECONDS = 0.5

WAKE_SECONDS = 2.0
"""Longest that whoever received a message waits for its wake to be sent: it is durable by then, and the sweep finds it."""

AGAIN_SECONDS = 0.05
"""Between two attempts to send a wake while connections are found dead."""

OTHERS_SECONDS = 5.0
"""Between two looks whether other processes answer on a platform: whoever begins to gets no work of ours before that."""

log = structlog.get_logger(__name__)


class _Here:
    """This process as one that answers on a platform; `name`: by which the work engine knows it."""

    def __init__(self, docket: "Docket", name: str, woken: Woken, full: Full, *, seconds: float) -> None:
        self._docket = docket
        self._name = name
        self._woken = woken
        self._full = full
        self._seconds = seconds
        self._local = LocalWakes()
        self._alone = False

    @property
    def takes_all(self) -> bool:
        """Whether no other process answers here, and there is a slot free."""
        return self._alone and not self._full()

    async def wake(self, lane: Lane, after: float) -> None:
        """Without the work engine, whose part in a turn is as long as all else until the first message stands."""
        await self._local.wake(lane, after=after)

    @asynccontextmanager
    async def open(self, platform: str) -> AsyncIterator[None]:
        """Look for others while open."""
        looking = asyncio.create_task(_forever(self._look), name=f"others {platform}")
        try:
            async with self._local.received(self._woken, platforms=(platform,)):
                yield
        finally:
            self._alone = False
            await end(looking)

    async def _look(self) -> None:
        while True:
            names = {worker.name for worker in await self._docket.workers()}
            self._alone = names == {self._name}
            await asyncio.sleep(self._seconds if self._name in names else LOOK_SECONDS)


class DocketWakes:
    """`Wakes` for all processes that share a Redis."""

    def __init__(self, address: WorkEngineAddress, stack: AsyncExitStack, *, others_seconds: float = OTHERS_SECONDS) -> None:
        self._address = address
        self._stack = stack
        self._others_seconds = others_seconds
        self._here: dict[str, _Here] = {}
        self._dockets: dict[str, Docket] = {}
        self._opening = asyncio.Lock()
        self._sending = asyncio.Semaphore(SENDERS)

    async def wake(self, lane: Lane, *, after: float = 0.0) -> None:
        """The wake is sent at once, and whoever gets it waits: the work engine's own schedules are looked at all the time."""
        here = self._here.get(lane.conversation.platform)
        if here is not None and here.takes_all:
            await here.wake(lane, after)
            return
        try:
            async with asyncio.timeout(WAKE_SECONDS):
                await self._send(lane, after)
        except Exception as error:  # noqa: BLE001  # whatever the work engine raises, the sweep will find the lane
            say = log.debug if isinstance(error, AWAY) else log.warning  # the store says that Redis is away, once
            say("wake not sent", lane=str(lane), error=type(error).__name__)

    async def _send(self, lane: Lane, after: float) -> None:
        """Twice and more where connections were lost: of those that rest in the work engine's pool each is noticed by use only."""
        while True:
            try:
                docket = await self._docket(lane.conversation.platform)
                async with self._sending:
                    await docket.add("wake_lane")(str(lane), str(after))
            except AWAY:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    @asynccontextmanager
    async def received(self, woken: Woken, *, platforms: Sequence[str], full: Full = never) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for platform in platforms:
                docket = await self._docket(platform)
                name = await stack.enter_async_context(_received(docket, woken, full))
                here = self._here[platform] = _Here(docket, name, woken, full, seconds=self._others_seconds)
                await stack.enter_async_context(here.open(platform))
            yield

    async def prepare(self) -> None:
        """Have the work engine's library at hand: a process that only sends wakes would load it while its first message waits."""
        await asyncio.to_thread(_docket_class)

    async def _docket(self, platform: str) -> "Docket":
        async with self._opening:
            if platform not in self._dockets:
                self._dockets[platform] = await self._opened(f"{DOCKET}-{platform}")
            return self._dockets[platform]

    async def _opened(self, name: str) -> "Docket":
        kind = await asyncio.to_thread(_docket_class)
        *others, last = self._address.urls
        for url in others:
            with contextlib.suppress(*AWAY):
                return await self._opened_at(kind, name, url)
        return await self._opened_at(kind, name, last)

    async def _opened_at(self, kind: "type[Docket]", name: str, url: str) -> "Docket":
        docket = kind(name=name, url=url, execution_ttl=timedelta(0), credential_provider=self._address.credentials)
        docket.register(wake_lane)
        return await self._stack.enter_async_context(docket)


@asynccontextmanager
async def open_wakes(url: str, *, others_seconds: float = OTHERS_SECONDS) -> AsyncIterator[DocketWakes]:
    """The work engine on the same Redis as the store; its import and connection wait until they are needed.

    `others_seconds`: how often a process that answers looks whether others do, too.
    """
    async with AsyncExitStack() as stack:
        yield DocketWakes(work_engine_address(parse_url(url), connections=CONNECTIONS), stack, others_seconds=others_seconds)


async def wake_lane(lane: str, after: str = "0") -> None:
    """Makes the name known where wakes are only sent; a process that answers registers its own under it."""


def _docket_class() -> "type[Docket]":
    # it logs two lines a task, and a long trace for every second of an outage
    logging.getLogger("docket").setLevel(logging.CRITICAL)
    from docket import Docket  # imported late, and in a thread: it takes a third of a second

    return Docket


@asynccontextmanager
async def _received(docket: "Docket", woken: Woken, full: Full) -> AsyncIterator[str]:
    """Yields the name by which the work engine knows this process."""
    from docket import Worker

    class Patient(Worker):
        """Takes nothing while all slots are taken: docket looks at its concurrency before each reading."""

        @property
        def concurrency(self) -> int:
            return 0 if full() else CONCURRENCY

        @concurrency.setter
        def concurrency(self, _: int) -> None: ...

    async def wake_lane(lane: str, after: str = "0") -> None:
        if full():  # it was read just before the last slot was taken: back, for whoever has one
            await docket.add(wake_lane)(lane, after)
        else:
            await woken(lane, float(after))

    docket.register(wake_lane)
    worker = Patient(
        docket,
        name=token_hex(6),  # its own would be that of another container of the same name
        redelivery_timeout=timedelta(seconds=10),
        reconnection_delay=timedelta(seconds=RESTART_SECONDS),
        minimum_check_interval=timedelta(seconds=LOOK_SECONDS),
        schedule_automatic_tasks=False,
    )
    async with worker:
        task = asyncio.create_task(_forever(worker.run_forever), name=f"work engine {docket.name}")
        try:
            yield worker.name
        finally:
            await end(task)


async def _forever(run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001  # task boundary: it must come back, whatever ended it
            say = log.debug if isinstance(error, AWAY) else log.warning
            say("work engine not reached, trying again", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(RESTART_SECONDS)
