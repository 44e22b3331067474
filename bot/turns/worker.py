"""Works on lanes: by wake, and by a sweep that finds what no wake reached and what a dead process left."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from bot.errors import LeaseLost, PlatformUnavailable, StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import STOP_CHANNEL
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.journal import Journal
from bot.turns.lease import Lease, Leases
from bot.turns.mailbox import Mailbox, first_turn
from bot.turns.refusals import Refusals
from bot.turns.turn import MOST_ATTEMPTS, Turn
from bot.turns.wakes import Wakes
from bot.turns.walk import while_held
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Platform
from bot.vocabulary.tasks import end

RunTurn = Callable[[Turn, Lease], Awaitable[None]]

OUTAGE_PAUSE = 0.5
"""Seconds between two looks while Redis is away."""

log = structlog.get_logger(__name__)


class Worker:
    """Runs turns of any lane in this process, `slots` at a time."""

    def __init__(
        self,
        *,
        store: Store,
        mailbox: Mailbox,
        journal: Journal,
        leases: Leases,
        run: RunTurn,
        is_order: Callable[[Inbound], bool],
        clock: Clock,
        slots: int,
        sweep_seconds: float,
        platforms: Mapping[str, Platform],
        checkpoint: Checkpoint = passed,
    ) -> None:
        self._store = store
        self._mailbox = mailbox
        self._journal = journal
        self._leases = leases
        self._run = run
        self._is_order = is_order
        self._clock = clock
        self._slots = asyncio.Semaphore(slots)
        self._sweep_seconds = sweep_seconds
        self._platforms = platforms
        self._checkpoint = checkpoint
        self._refusals = Refusals(mailbox, platforms)
        self._working: dict[Lane, asyncio.Task[None]] = {}
        self._again: set[Lane] = set()
        self._closing = asyncio.Event()

    async def woken(self, lane: str) -> None:
        """A wake: take a slot, start the work in a task of its own, return."""
        await self._start(Lane.parse(lane))

    async def refuse(self, inbound: Inbound, lane: Lane) -> None:
        """Tell people that a message found no place in its lane. Raises `StoreUnavailable`."""
        await self._refusals.refuse(inbound, lane)

    @asynccontextmanager
    async def working(self, wakes: Wakes, *, drain_seconds: float) -> AsyncIterator[None]:
        """Answer while open. At the end running turns may finish for `drain_seconds`; what is left goes to others."""
        self._closing.clear()
        tasks = [asyncio.create_task(self._sweep(), name="sweep"), asyncio.create_task(self._hear_stops(), name="stops")]
        try:
            async with wakes.received(self.woken, platforms=tuple(self._platforms)):
                yield
                self._closing.set()
        finally:
            self._closing.set()
            await self._drain(drain_seconds)
            await end(*tasks)

    async def _start(self, lane: Lane) -> None:
        if self._closing.is_set() or lane.conversation.platform not in self._platforms:
            return
        if lane in self._working:
            self._again.add(lane)  # its task may be past its last look into the mailbox
            return
        await self._slots.acquire()
        if self._closing.is_set() or lane in self._working:
            self._slots.release()
            return
        self._working[lane] = asyncio.create_task(self._work(lane), name=f"lane {lane}")

    async def _work(self, lane: Lane) -> None:
        try:
            while True:
                self._again.discard(lane)
                await self._attend(lane)
                if lane not in self._again or self._closing.is_set():
                    return
        finally:
            self._again.discard(lane)
            del self._working[lane]
            self._slots.release()

    async def _attend(self, lane: Lane) -> None:
        """Everything that waits in one lane, if nobody else is at it."""
        try:
            async with self._leases.hold(lane) as lease:
                while lease and not self._closing.is_set() and await self._one_turn(lease):
                    pass
        except LeaseLost as lost:
            log.warning("lane left to its new owner", lane=str(lane), reason=str(lost))
        except (StoreUnavailable, PlatformUnavailable) as away:
            log.warning("lane interrupted, it will be taken up again", lane=str(lane), reason=str(away))
        except Exception:  # task boundary: one lane's trouble must not end the worker; the sweep tries again
            log.exception("lane failed, it will be taken up again", lane=str(lane))

    async def _one_turn(self, lease: Lease) -> int:
        """Answer the head of the mailbox; returns how many messages wait after it."""
        waiting = await self._mailbox.head(lease.lane)
        if not waiting:
            await self._mailbox.drop_unreadable(lease)
            return await self._journal.finish(lease, "")
        await self._checkpoint("taken")
        turn = await self._journal.begin(lease, waiting, first_turn(waiting, self._is_order))
        await self._checkpoint("begun")
        try:
            await while_held(self._run(turn, lease), lease)
        except (LeaseLost, StoreUnavailable, PlatformUnavailable):
            raise  # not the turn's own fault: it is taken up again until it is over
        except Exception as error:  # noqa: BLE001  # turn boundary: the third time it is the turn's own fault, and others wait behind it
            return await self._broke(lease, turn, error)
        left = await self._journal.finish(lease, turn.id)
        await self._checkpoint("finished")
        return left

    async def _broke(self, lease: Lease, turn: Turn, error: Exception) -> int:
        """An attempt raised. After the third the next only apologises; when even that raises, the turn is dropped."""
        raised = turn.progress.raised + 1
        await self._journal.raised(lease, raised)
        if raised < MOST_ATTEMPTS:
            raise error
        event = "turn buried" if raised == MOST_ATTEMPTS else "buried turn dropped without a word"
        log.error(event, turn=turn.id, raised=raised, exc_info=error)
        return 1 if raised == MOST_ATTEMPTS else await self._journal.finish(lease, turn.id)

    async def _sweep(self) -> None:
        while True:
            try:
                for lane in await self._mailbox.waiting_lanes():
                    if lane not in self._working:
                        await self._start(lane)
            except StoreUnavailable as away:
                log.debug("sweep postponed", reason=str(away))
                await self._clock.sleep(OUTAGE_PAUSE)
                continue
            except Exception:  # task boundary: without the sweep messages would wait for ever
                log.exception("sweep failed")
            await self._clock.sleep(self._sweep_seconds)

    async def _hear_stops(self) -> None:
        while True:
            try:
                async for turn in self._store.listen(STOP_CHANNEL):
                    self._leases.ask_to_stop(turn)
            except StoreUnavailable as away:
                log.debug("stops not heard, renewals bring them", reason=str(away))
            except Exception:  # task boundary: it must come back
                log.exception("stops not heard, renewals bring them")
            await self._clock.sleep(OUTAGE_PAUSE)

    async def _drain(self, seconds: float) -> None:
        tasks = list(self._working.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            await end(*late)
        await self._refusals.drain(seconds)
