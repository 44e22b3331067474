"""Carries out the faults of a plan, each when its moment has come, and mends what it broke."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from tests.chaos.ground import DurableServer
from tests.chaos.plan import Fault
from tests.chaos.staff import Member, Staff
from tests.chaos.world import World
from tests.fakes.server import Fault as Lost


class Progress:
    """How many questions were asked: the clock by which faults strike."""

    def __init__(self) -> None:
        self._asked = 0
        self._moved = asyncio.Condition()

    async def one_more(self) -> None:
        """Another question was asked."""
        async with self._moved:
            self._asked += 1
            self._moved.notify_all()

    async def reached(self, asked: int) -> None:
        """Return once so many were asked."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._asked >= asked)


class Mischief:
    """`done` counts what was carried out, by kind."""

    def __init__(self, *, staff: Staff, redis: DurableServer, world: World, progress: Progress) -> None:
        self._staff = staff
        self._redis = redis
        self._world = world
        self._progress = progress
        self._redis_lock = asyncio.Lock()
        self.done: Counter[str] = Counter()
        self._carry_out: Mapping[str, Callable[[Fault], Awaitable[None]]] = {
            "worker killed": lambda fault: self._killed(self._worker(fault), fault.lasts),
            "worker frozen": lambda fault: self._frozen(self._worker(fault), fault.lasts),
            "worker cut off": lambda fault: self._cut_off(self._worker(fault), fault.lasts),
            "worker unheard": lambda fault: self._unheard(self._worker(fault), fault.lasts),
            "receiver killed": lambda fault: self._killed(self._staff.receiver, fault.lasts),
            "receiver cut off": lambda fault: self._cut_off(self._staff.receiver, fault.lasts),
            "redis killed": self._redis_killed,
            "gateway dropped": self._gateway_dropped,
            "event again": self._event_again,
            "events swapped": self._events_swapped,
            "reply lost": self._reply_lost,
        }

    async def strike(self, fault: Fault) -> None:
        """Wait for its moment, and carry it out."""
        await self._progress.reached(fault.after)
        await asyncio.sleep(fault.delay)
        await self._carry_out[fault.kind](fault)
        self.done[fault.kind] += 1

    def _worker(self, fault: Fault) -> Member:
        return self._staff.workers[fault.target % len(self._staff.workers)]

    async def _killed(self, member: Member, lasts: float) -> None:
        async with member.lock:
            if member is self._staff.receiver:
                self._world.deaths.append(time.monotonic())
            await self._staff.kill(member)
            await asyncio.sleep(lasts)
            await self._staff.start(member)

    async def _frozen(self, member: Member, lasts: float) -> None:
        async with member.lock:
            await self._staff.send(member, signal.SIGSTOP)
            await asyncio.sleep(lasts)
            await self._staff.send(member, signal.SIGCONT)

    async def _cut_off(self, member: Member, lasts: float) -> None:
        async with member.way_lock:
            await member.way.cut()
            await asyncio.sleep(lasts)
            await member.way.mend()

    async def _unheard(self, member: Member, lasts: float) -> None:
        """Connections stand and say nothing; then what was held back passes."""
        async with member.way_lock:
            member.way.freeze()
            await asyncio.sleep(lasts)
            member.way.thaw()

    async def _redis_killed(self, fault: Fault) -> None:
        async with self._redis_lock:
            await self._redis.dies(fault.lasts)

    async def _gateway_dropped(self, fault: Fault) -> None:
        self._world.deaths.append(time.monotonic())
        await self._world.drop_gateway(4000 if fault.target % 2 else 0)

    async def _event_again(self, fault: Fault) -> None:
        """Twice more: now, and when the fault has lasted."""
        asked = list(self._world.asked.values())
        message = asked[-1 - fault.target % min(len(asked), 10)].message
        self._world.tell_again(message)
        await asyncio.sleep(fault.lasts)
        self._world.tell_again(message)

    async def _events_swapped(self, fault: Fault) -> None:
        self._world.swap_next()

    async def _reply_lost(self, fault: Fault) -> None:
        """A post or an edit is carried out, and its answer never comes."""
        method, path = (("POST", r"/messages$"), ("PATCH", r"/messages/\d+$"))[fault.target % 2]
        self._world.faults.add(match=(method, path), fault=Lost(drop_after=True))
