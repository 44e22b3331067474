"""Who may work on a lane: a lease with a fencing epoch, renewed to the very end, and known locally to be held or not."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.errors import LeaseLost, StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import LaneKeys
from bot.turns.ending import to_its_end
from bot.vocabulary.clock import Clock
from bot.vocabulary.lane import Lane
from bot.vocabulary.tasks import end

RENEWALS = 3
"""Renewals per lease: two may fail before it is lost."""

MARGIN = 0.1
"""Part of the lease at its end in which we send nothing: a request under way must land while it is still ours."""

log = structlog.get_logger(__name__)


class Lease:
    """A lane that is ours under `epoch`, as long as `held()`."""

    def __init__(self, lane: Lane, epoch: int, *, clock: Clock, deadline: float) -> None:
        self.lane = lane
        self.epoch = epoch
        self.keys = LaneKeys(lane)
        self.lost = asyncio.Event()
        self.stop = asyncio.Event()
        self.turn = ""
        self._clock = clock
        self._deadline = deadline

    def held(self) -> bool:
        """Whether we may still write: asked immediately before each send."""
        return not self.lost.is_set() and self._clock.monotonic() < self._deadline

    def check(self, allowed: object) -> None:
        """Take the answer of a fenced script. Raises `LeaseLost` when it refused."""
        if not allowed:
            self.lost.set()
            raise LeaseLost(f"epoch {self.epoch} of {self.lane} is over")

    def begin(self, turn: str) -> None:
        """The turn that runs now; a stop that was meant for an earlier one is over."""
        self.turn = turn
        self.stop.clear()

    def ask_to_stop(self, turn: str) -> None:
        """Somebody wants `turn` to stop."""
        if turn and turn == self.turn:
            self.stop.set()

    def extend(self, deadline: float) -> None:
        self._deadline = deadline


class Leases:
    """Takes, renews and releases leases of `seconds` for this process."""

    def __init__(self, store: Store, *, clock: Clock, seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._seconds = seconds
        self._token = secrets.token_hex(8)
        self._running: dict[str, Lease] = {}

    @asynccontextmanager
    async def hold(self, lane: Lane) -> AsyncIterator[Lease | None]:
        """The lane's lease, or None while somebody (we ourselves included) works there. Renewed inside, given back at the end."""
        lease = None if str(lane) in self._running else await self._take(lane)
        if lease is None:
            yield None
            return
        self._running[str(lane)] = lease
        renewal = asyncio.create_task(self._renew(lease), name=f"renew {lane}")
        try:
            yield lease
        finally:
            await to_its_end(self._give_back(lease, renewal))

    def ask_to_stop(self, turn: str) -> None:
        """Pass a stop on to the lane that runs `turn`, if it is ours."""
        for lease in self._running.values():
            lease.ask_to_stop(turn)

    async def _give_back(self, lease: Lease, renewal: asyncio.Task[None]) -> None:
        await end(renewal)
        del self._running[str(lease.lane)]
        with contextlib.suppress(StoreUnavailable):  # it runs out by itself
            await self._store.run("release", [lease.keys.lease], [lease.epoch])

    async def _take(self, lane: Lane) -> Lease | None:
        asked = self._clock.monotonic()
        token = f"{self._token}.{secrets.token_hex(4)}"
        epoch, _ = await self._store.run("take", [LaneKeys(lane).lease], [token, self._milliseconds])
        return Lease(lane, epoch, clock=self._clock, deadline=self._deadline(asked)) if epoch else None

    async def _renew(self, lease: Lease) -> None:
        while not lease.lost.is_set():
            await self._clock.sleep(self._seconds / RENEWALS)
            asked = self._clock.monotonic()
            try:
                held, stop = await self._store.run("renew", [lease.keys.lease, lease.keys.journal], [lease.epoch, self._milliseconds])
            except StoreUnavailable:
                continue  # the local deadline decides
            if not held:
                log.warning("lease lost", lane=str(lease.lane), epoch=lease.epoch)
                lease.lost.set()
                return
            lease.extend(self._deadline(asked))
            lease.ask_to_stop(stop)

    def _deadline(self, asked: float) -> float:
        return asked + self._seconds * (1 - MARGIN)

    @property
    def _milliseconds(self) -> int:
        return int(self._seconds * 1000)
