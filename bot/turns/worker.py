"""Works on lanes: by wake, and by a sweep that finds what no wake reached and what a dead process left."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog

from bot.errors import LeaseLost, PlatformUnavailable, StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import STOP_CHANNEL
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.journal import Journal
from bot.turns.lease import BATCH, Early, Lease, Leases
from bot.turns.mailbox import Mailbox, Waiting
from bot.turns.signs import Signs
from bot.turns.slots import Slots
from bot.turns.sweep import Sweep
from bot.turns.turn import MOST_RAISED, Turn
from bot.turns.wakes import Wakes
from bot.turns.walk import while_held
from bot.vocabulary.clock import Clock
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Platform
from bot.vocabulary.tasks import drain, end

RunTurn = Callable[[Turn, Lease], Awaitable[None]]

OUTAGE_PAUSE = 0.5
"""Seconds between two looks while Redis is away."""

SIGNED = 20
"""Lanes of a sweep whose messages get a sign that they wait, in a process that is full."""

log = structlog.get_logger(__name__)


class _Suspect(Exception):
    """Processes died in this turn's company: it must run alone."""


class Worker:
    """Runs turns of any lane in this process, `slots` at a time. A lane that waits `overdue_seconds` comes before newer ones."""

    def __init__(
        self,
        *,
        store: Store,
        mailbox: Mailbox,
        journal: Journal,
        leases: Leases,
        run: RunTurn,
        signs: Signs,
        clock: Clock,
        slots: int,
        sweep_seconds: float,
        overdue_seconds: float,
        platforms: Mapping[str, Platform],
        checkpoint: Checkpoint = passed,
    ) -> None:
        self._store = store
        self._mailbox = mailbox
        self._journal = journal
        self._leases = leases
        self._run = run
        self._signs = signs
        self._clock = clock
        self._slots = Slots(slots)
        self._overdue_seconds = overdue_seconds
        self._sweep = Sweep(store, mailbox, self._look_after, clock=clock, seconds=sweep_seconds)
        self._platforms = platforms
        self._checkpoint = checkpoint
        self._working: dict[Lane, asyncio.Task[None]] = {}
        self._again: set[Lane] = set()
        self._later: dict[Lane, asyncio.Task[None]] = {}
        """Lanes whose messages are still gathered, or that ask for a slot before others."""
        self._closing = asyncio.Event()

    async def woken(self, lane: str, after: float = 0.0) -> None:
        """A wake: take a slot, start the work in a task of its own, return. `after` so many seconds: return at once."""
        if after:
            self._start_later(Lane.parse(lane), after)
        else:
            await self._start(Lane.parse(lane))

    @asynccontextmanager
    async def working(self, wakes: Wakes, *, drain_seconds: float) -> AsyncIterator[None]:
        """Answer while open. At the end running turns may finish for `drain_seconds`; what is left goes to others."""
        self._closing.clear()
        tasks = [asyncio.create_task(self._sweep.run(), name="sweep"), asyncio.create_task(self._hear_stops(), name="stops")]
        try:
            async with wakes.received(self.woken, platforms=tuple(self._platforms), full=lambda: self._slots.full):
                yield
                self._closing.set()
        finally:
            self._closing.set()
            await end(*self._later.values())
            await drain(self._working.values(), drain_seconds)
            await end(*tasks)

    async def _start(self, lane: Lane, *, overdue: bool = False) -> None:
        if self._closing.is_set() or lane.conversation.platform not in self._platforms:
            return
        if lane in self._working:
            self._again.add(lane)  # its task may be past its last look into the mailbox
            return
        await self._slots.take(overdue=overdue)
        if self._closing.is_set() or lane in self._working:
            self._slots.give()
            return
        self._working[lane] = asyncio.create_task(self._work(lane), name=f"lane {lane}")

    async def _work(self, lane: Lane) -> None:
        try:
            while True:
                self._again.discard(lane)
                if await self._attend(lane):
                    async with self._slots.alone():
                        await self._attend(lane, alone=True)
                if lane not in self._again or self._closing.is_set():
                    return
        finally:
            self._again.discard(lane)
            del self._working[lane]
            self._slots.give()

    async def _attend(self, lane: Lane, *, alone: bool = False) -> bool:
        """Everything that waits in one lane, if nobody else is at it. True: the next turn must run `alone`, and nobody holds the lane."""
        try:
            async with self._leases.hold(lane) as lease:
                while lease and not self._closing.is_set() and await self._one_turn(lease, alone=alone):
                    pass
        except _Suspect as turn:
            log.warning("turn runs alone", turn=str(turn))
            return True
        except LeaseLost as lost:
            log.warning("lane left to its new owner", lane=str(lane), reason=str(lost))
        except StoreUnavailable as away:
            log.debug("lane interrupted, it will be taken up again", lane=str(lane), reason=str(away))
        except PlatformUnavailable as away:
            log.warning("lane interrupted, it will be taken up again", lane=str(lane), reason=str(away))
        except Exception:  # task boundary: one lane's trouble must not end the worker; the sweep tries again
            log.exception("lane failed, it will be taken up again", lane=str(lane))
        return False

    async def _one_turn(self, lease: Lease, *, alone: bool) -> int:
        """Answer the head of the mailbox; returns how many messages wait after it that can be answered now. Raises `_Suspect`."""
        self._again.discard(lease.lane)  # whoever joined before this look is seen by it
        turn = await self._leases.next_turn(lease)
        if isinstance(turn, Early):
            self._start_later(lease.lane, turn.seconds)
        if not isinstance(turn, Turn):
            return 0
        await self._checkpoint("begun")
        if not turn.messages:
            return await self._journal.finish(lease, turn)
        if turn.progress.suspect and not alone:
            raise _Suspect(turn.id)
        self._signs.take_away(turn.signed)
        try:
            await while_held(self._run(turn, lease), lease)
        except (LeaseLost, StoreUnavailable, PlatformUnavailable):
            raise  # not the turn's own fault: it is taken up again until it is over
        except Exception as error:  # noqa: BLE001  # turn boundary: the third time it is the turn's own fault, and others wait behind it
            return await self._broke(lease, turn, error)
        left = await self._journal.finish(lease, turn)
        await self._checkpoint("finished")
        return left

    async def _broke(self, lease: Lease, turn: Turn, error: Exception) -> int:
        """An attempt raised. After the third the next only apologises; when even that raises, the turn is dropped."""
        raised = turn.progress.raised + 1
        await self._journal.raised(lease, raised)
        if raised < MOST_RAISED:
            raise error
        event = "turn buried" if raised == MOST_RAISED else "buried turn dropped without a word"
        log.error(event, turn=turn.id, raised=raised, exc_info=error)
        return 1 if raised == MOST_RAISED else await self._journal.finish(lease, turn)

    def _start_later(self, lane: Lane, seconds: float, *, overdue: bool = False) -> None:
        if lane in self._later or self._closing.is_set():
            return

        async def start() -> None:
            await self._clock.sleep(seconds)
            await self._start(lane, overdue=overdue)

        task = self._later[lane] = asyncio.create_task(start(), name=f"later {lane}")
        task.add_done_callback(lambda _: self._later.pop(lane, None))

    async def _look_after(self, waiting: Sequence[Waiting]) -> None:
        """Start what nobody works on; in a full process, who is overdue asks before others, and who waits sees it."""
        signed = 0
        for each in waiting:
            if each.lane in self._working or each.lane.conversation.platform not in self._platforms:
                continue
            overdue = self._clock.now() - each.since / 1000 >= self._overdue_seconds
            if not self._slots.full:
                await self._start(each.lane, overdue=overdue)
            elif overdue:
                self._start_later(each.lane, 0.0, overdue=True)
            if self._slots.full and signed < SIGNED:
                signed += 1
                for inbound in await self._mailbox.head(each.lane, BATCH):
                    self._signs.put_up(inbound, each.lane)

    async def _hear_stops(self) -> None:
        while True:
            try:
                async for stop in self._store.listen(STOP_CHANNEL):
                    turn, _, why = stop.partition(" ")
                    self._leases.ask_to_stop(turn, why)
            except StoreUnavailable as away:
                log.debug("stops not heard, renewals bring them", reason=str(away))
            except Exception:  # task boundary: it must come back
                log.exception("stops not heard, renewals bring them")
            await self._clock.sleep(OUTAGE_PAUSE)
