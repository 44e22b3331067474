"""How a lane's work finds a process. The turn itself is ours; a lost wake costs one sweep, so sending never raises."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.store.outage import AWAY
from bot.store.url import parse_url
from bot.store.work_engine import WorkEngineAddress, work_engine_address
from bot.vocabulary.lane import Lane
from bot.vocabulary.tasks import end

if TYPE_CHECKING:
    from docket import Docket

Woken = Callable[[str, float], Awaitable[None]]
"""Called with a lane, and the seconds to wait before its first look. It returns as soon as the work has a slot and a task of its own."""

Full = Callable[[], bool]
"""Whether this process has no slot for another lane: then the wakes are left to others."""

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

log = structlog.get_logger(__name__)


def never() -> bool:
    """There is always room."""
    return False


class Wakes(Protocol):
    """Tells some process that a lane has work."""

    async def wake(self, lane: Lane, *, after: float = 0.0) -> None:
        """Whoever is woken first looks at the lane `after` so many seconds. Never raises."""

    def received(self, woken: Woken, *, platforms: Sequence[str], full: Full = never) -> contextlib.AbstractAsyncContextManager[None]:
        """Call `woken` for the lanes of `platforms` while open, but not while `full`."""


class LocalWakes:
    """Within one process: for the terminal, whose answers can appear nowhere else."""

    def __init__(self) -> None:
        self._woken: Woken | None = None
        self._waiting: set[asyncio.Task[None]] = set()

    async def wake(self, lane: Lane, *, after: float = 0.0) -> None:
        if self._woken:
            task = asyncio.create_task(_waking(self._woken, lane, after))  # it may have to wait for a slot
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    @asynccontextmanager
    async def received(self, woken: Woken, *, platforms: Sequence[str], full: Full = never) -> AsyncIterator[None]:
        """Also while `full`: there is nobody else, so a wake waits for its slot here."""
        self._woken = woken
        try:
            yield
        finally:
            self._woken = None
            await end(*self._waiting)


class DocketWakes:
    """Through the work engine, to any process that has a free slot and serves the platform."""

    def __init__(self, address: WorkEngineAddress, stack: AsyncExitStack) -> None:
        self._address = address
        self._stack = stack
        self._dockets: dict[str, Docket] = {}
        self._opening = asyncio.Lock()
        self._sending = asyncio.Semaphore(SENDERS)

    async def wake(self, lane: Lane, *, after: float = 0.0) -> None:
        """The wake is sent at once, and whoever gets it waits: the work engine's own schedules are looked at all the time."""
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
                await stack.enter_async_context(_received(await self._docket(platform), woken, full))
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


async def _waking(woken: Woken, lane: Lane, after: float) -> None:
    await woken(str(lane), after)


@asynccontextmanager
async def open_wakes(url: str) -> AsyncIterator[DocketWakes]:
    """The work engine on the same Redis as the store; its import and connection wait until they are needed."""
    async with AsyncExitStack() as stack:
        yield DocketWakes(work_engine_address(parse_url(url), connections=CONNECTIONS), stack)


async def wake_lane(lane: str, after: str = "0") -> None:
    """Makes the name known where wakes are only sent; a process that answers registers its own under it."""


def _docket_class() -> "type[Docket]":
    # it logs two lines a task, and a long trace for every second of an outage
    logging.getLogger("docket").setLevel(logging.CRITICAL)
    from docket import Docket  # imported late, and in a thread: it takes a third of a second

    return Docket


@asynccontextmanager
async def _received(docket: "Docket", woken: Woken, full: Full) -> AsyncIterator[None]:
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
        redelivery_timeout=timedelta(seconds=10),
        reconnection_delay=timedelta(seconds=RESTART_SECONDS),
        minimum_check_interval=timedelta(seconds=LOOK_SECONDS),
        schedule_automatic_tasks=False,
    )
    async with worker:
        task = asyncio.create_task(_forever(worker.run_forever), name=f"work engine {docket.name}")
        try:
            yield
        finally:
            await end(task)


async def _forever(run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001  # task boundary: it must come back, whatever ended it
            say = log.debug if isinstance(error, AWAY) else log.warning
            say("work engine ended, starting it again", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(RESTART_SECONDS)
