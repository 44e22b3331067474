"""Who may work on a lane: a lease with a fencing epoch, renewed to the very end, and known locally to be held or not."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from bot.errors import LeaseLost, StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import JOURNAL_SECONDS, LEASE_SECONDS, ConversationKeys, LaneKeys
from bot.turns.begun import turn_from
from bot.turns.ending import to_its_end
from bot.turns.turn import Turn
from bot.vocabulary.clock import Clock
from bot.vocabulary.lane import Lane
from bot.vocabulary.tasks import end

RENEWALS = 3
"""Renewals per lease: two may fail before it is lost."""

AGAIN_SECONDS = 0.3
"""Pause between renewals while Redis is away, with jitter: they come before anybody looks for lanes that nobody works on."""

MARGIN = 0.1
"""Part of the lease at its end in which we send nothing: a request under way must land while it is still ours."""

BATCH = 20
"""Messages of one author that at most become one turn."""

STEER, DELETED = "steer", "deleted"
"""Why a turn is stopped, unless somebody just wants it so: its author went on writing; its question was deleted."""

log = structlog.get_logger(__name__)


class Lease:
    """A lane that is ours under `epoch`, as long as `may_write` does not raise."""

    def __init__(self, lane: Lane, token: str, *, clock: Clock) -> None:
        self.lane = lane
        self.token = token
        self.epoch = 0
        self.keys = LaneKeys(lane)
        self.lost = asyncio.Event()
        self.stop = asyncio.Event()
        self.why = ""
        """Why the turn was stopped: `STEER`, `DELETED`, or empty."""
        self.turn = ""
        self._clock = clock
        self._deadline = 0.0

    def may_write(self) -> None:
        """Asked immediately before each send. Raises `LeaseLost`, or `StoreUnavailable` while a renewal is overdue."""
        self.check(not self.lost.is_set())
        if self._clock.monotonic() >= self._deadline:
            raise StoreUnavailable(f"the lease of {self.lane} could not be renewed in time")

    def check(self, allowed: object) -> None:
        """Take the answer of a fenced script. Raises `LeaseLost` when it refused."""
        if not allowed:
            self.lost.set()
            raise LeaseLost(f"epoch {self.epoch} of {self.lane} is over")

    def begin(self, turn: Turn, *, epoch: int) -> None:
        """The turn that runs now; a stop that was meant for an earlier one is over."""
        self.turn, self.epoch = turn.id, epoch
        self.stop.clear()
        self.why = ""
        if turn.progress.stop:
            self.ask_to_stop(turn.id, turn.progress.why)

    def ask_to_stop(self, turn: str, why: str = "") -> None:
        """Somebody wants `turn` to stop."""
        if turn and turn == self.turn and not self.stop.is_set():
            self.why = why
            self.stop.set()

    def rest(self) -> None:
        """It was given back together with its last turn."""
        self.epoch = 0

    def extend(self, deadline: float) -> None:
        self._deadline = deadline


@dataclass(frozen=True, slots=True)
class Early:
    """The lane's next turn still gathers messages, for so many seconds."""

    seconds: float


class Leases:
    """Takes, renews and releases leases of `seconds` for this process.

    `gather_seconds`: how long a direct message waits for what its author says next. `past`: exchanges a turn is told of.
    """

    def __init__(self, store: Store, *, clock: Clock, seconds: float, gather_seconds: float = 0.0, past: int = 20) -> None:
        self._store = store
        self._clock = clock
        self.seconds = seconds
        self._gather_seconds = gather_seconds
        self._past = past
        self._process = secrets.token_hex(8)
        self._running: dict[str, Lease] = {}

    @asynccontextmanager
    async def hold(self, lane: Lane) -> AsyncIterator[Lease | None]:
        """A lease to begin turns under, or None while we ourselves work there. Given back at the end."""
        if str(lane) in self._running:
            yield None
            return
        lease = self._running[str(lane)] = Lease(lane, secrets.token_hex(8), clock=self._clock)
        renewal = asyncio.create_task(self._renew(lease), name=f"renew {lane}")
        try:
            yield lease
        finally:
            await to_its_end(self._give_back(lease, renewal))

    async def next_turn(self, lease: Lease) -> Turn | Early | None:
        """Take or keep the lane and begin what stands at the head of its mailbox; None when nothing does, or somebody else is at it."""
        asked, keys = self._clock.monotonic(), lease.keys
        shared = ConversationKeys(lease.lane.conversation)
        epoch, *begun = await self._store.run(
            "start",
            [keys.lease, keys.journal, keys.mailbox, shared.pending, shared.generation, shared.history, shared.order, keys.signs],
            [
                *(lease.token, self._process, *self._milliseconds, str(lease.lane), int(self._gather_seconds * 1000)),
                *(BATCH, JOURNAL_SECONDS, self._past),
            ],
        )
        if not epoch:
            lease.epoch = 0
            return Early(begun[0] / 1000) if begun[0] else None
        turn = turn_from(lease.lane, *begun)
        lease.begin(turn, epoch=epoch)
        lease.extend(self._deadline(asked))
        return turn

    def ask_to_stop(self, turn: str, why: str = "") -> None:
        """Pass a stop on to the lane that runs `turn`, if it is ours."""
        for lease in self._running.values():
            lease.ask_to_stop(turn, why)

    async def _give_back(self, lease: Lease, renewal: asyncio.Task[None]) -> None:
        await end(renewal)
        del self._running[str(lease.lane)]
        if lease.epoch and not lease.lost.is_set():
            with contextlib.suppress(StoreUnavailable):  # it runs out by itself
                await self._store.run("release", [lease.keys.lease, lease.keys.journal], [lease.epoch])

    async def _renew(self, lease: Lease) -> None:
        pause = self.seconds / RENEWALS
        while not lease.lost.is_set():
            await self._clock.sleep(pause)
            pause = self.seconds / RENEWALS
            if not lease.epoch:
                continue
            asked, epoch = self._clock.monotonic(), lease.epoch
            try:
                held, stop, why = await self._ask_for_more(lease)
            except StoreUnavailable:  # the local deadline decides until Redis is back
                pause = min(pause, AGAIN_SECONDS * random.uniform(0.5, 1.0))
                continue
            if lease.epoch != epoch:  # given back, or taken anew, while we asked
                continue
            if not held:
                log.warning("lease lost", lane=str(lease.lane), epoch=lease.epoch)
                lease.lost.set()
                await to_its_end(self._live(lease))  # whoever works here ends at once now, and this task with them
                return
            lease.extend(self._deadline(asked))
            lease.ask_to_stop(stop, why)

    async def _live(self, lease: Lease) -> None:
        """Whoever took the lane thinks that we died over its turn."""
        with contextlib.suppress(StoreUnavailable):
            await self._store.run("alive", [lease.keys.journal], [lease.turn, self._process])

    async def _ask_for_more(self, lease: Lease) -> Any:
        return await self._store.run("renew", [lease.keys.lease, lease.keys.journal], [lease.epoch, *self._milliseconds])

    def _deadline(self, asked: float) -> float:
        return asked + self.seconds * (1 - MARGIN)

    @property
    def _milliseconds(self) -> tuple[int, int]:
        """How long the lease lasts, and how long its key lives."""
        return int(self.seconds * 1000), int((2 * self.seconds + LEASE_SECONDS) * 1000)
