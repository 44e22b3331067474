"""How many turns a process answers at the same time, and who comes next when all are taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heapify, heappop, heappush
from itertools import count


class _Asker:
    def __init__(self, rank: tuple[int, int], *, alone: bool) -> None:
        self.rank = rank
        self.alone = alone
        self.called = asyncio.get_running_loop().create_future()

    def __lt__(self, other: "_Asker") -> bool:
        return self.rank < other.rank


class Slots:
    """`number` of them. Who is overdue comes first, then who asked first."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._taken = 0
        self._closed = False
        """Whether somebody runs alone."""
        self._asking: list[_Asker] = []
        self._serial = count()

    @property
    def full(self) -> bool:
        """Whether the next one has to wait."""
        return self._closed or self._taken >= self._number or bool(self._asking)

    async def take(self, *, overdue: bool = False) -> None:
        """Return with a slot. Cancelling gives up one's place."""
        await self._ask(overdue=overdue, alone=False)

    def give(self) -> None:
        """Back, for whoever waits."""
        self._taken -= 1
        self._call()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """For who has a slot: inside, no other is taken. Those that run are waited for; those that ask meanwhile wait."""
        self.give()
        try:
            await self._ask(overdue=True, alone=True)
        except BaseException:
            self._taken += 1  # whoever has a slot gives it back
            raise
        try:
            yield
        finally:
            self._closed = False
            self._call()

    async def _ask(self, *, overdue: bool, alone: bool) -> None:
        me = _Asker((not overdue, next(self._serial)), alone=alone)
        heappush(self._asking, me)
        self._call()
        try:
            await me.called
        except asyncio.CancelledError:
            if me in self._asking:
                self._asking.remove(me)
                heapify(self._asking)
            elif me.called.done() and not me.called.cancelled():  # called, and cancelled before it heard
                self._closed &= not me.alone
                self._taken -= 1
            self._call()
            raise

    def _call(self) -> None:
        while self._asking and not self._closed and self._taken < (1 if self._asking[0].alone else self._number):
            asker = heappop(self._asking)
            self._taken += 1
            self._closed = asker.alone
            asker.called.set_result(None)
