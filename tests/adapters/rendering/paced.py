"""Processes that freeze, wake and die, each with a pace of its own, before one lender of the bot's overall budget."""

import asyncio
from bisect import bisect_left
from collections.abc import Coroutine, Sequence
from typing import Any

from adapters.discord.limits import OVERALL
from adapters.rendering.pace import Pace
from bot.vocabulary.pace import Budget, Lender, Loan
from tests.fakes.bank import Bank
from tests.fakes.clock import VirtualClock

FIFTY, SECOND = 50, 1.0
"""What Discord takes of one bot."""


class Process:
    """A `Pace` of its own, which stands still while it is frozen: then its time goes on, and nothing of it runs."""

    def __init__(self, clock: VirtualClock, lender: Lender, sent: list[float]) -> None:
        self._clock = clock
        self._lender = lender
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._pace = Pace(self, self)
        self._sent = sent
        self.served = 0

    def now(self) -> float:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._thawed.wait()

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool, used: Sequence[float] = ()) -> Loan:
        try:
            return await self._lender.borrow(budget, wanted=wanted, urgent=urgent, used=used)
        finally:
            await self._thawed.wait()

    def send(self, *, urgent: bool, bucket: Budget = OVERALL) -> None:
        """Begin to wait for a turn, and take it."""
        self._run(self.sends(urgent=urgent, bucket=bucket))

    def stream(self) -> None:
        """Sends for ever, whenever it may."""

        async def stream() -> None:
            while True:
                await self.sends(urgent=False)
                await self.sleep(0.03)

        self._run(stream())

    async def sends(self, *, urgent: bool, bucket: Budget = OVERALL) -> None:
        await self._thawed.wait()
        await self._pace.turn([bucket], urgent=urgent)
        assert self._thawed.is_set()
        if bucket is not OVERALL:
            return
        self.served += 1
        self._sent.append(self._clock.elapsed)

    def _run(self, sends: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(sends))

    def freeze(self) -> None:
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    async def die(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class House:
    """Processes before one lender."""

    def __init__(self, processes: int, *, takes: float = 0.001) -> None:
        self.clock = VirtualClock()
        self.bank = Bank(self.clock)
        self.sent: list[float] = []
        self.processes = [Process(self.clock, self.bank.lender(str(number), takes=takes), self.sent) for number in range(processes)]

    async def end(self) -> None:
        for process in self.processes:
            process.thaw()
            await process.die()

    @property
    def most(self) -> int:
        """The most sends that any second holds."""
        times = sorted(self.sent)
        return max((bisect_left(times, begin + SECOND - 1e-9) - place for place, begin in enumerate(times)), default=0)
