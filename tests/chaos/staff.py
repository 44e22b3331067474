"""The processes of a chaos run: a receiver and some workers, each with a way to Redis of its own that can be cut."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.process import RECEIVER, WORKER
from tests.fakes.frozen import FreezingProxy

ROOT = Path(__file__).parents[2]
END_SECONDS = 15.0
LOOK_SECONDS = 0.02


class Nurse:
    """Gives orders to a nursery process, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one = asyncio.Lock()

    async def asked(self, *order: object) -> Any:
        """What the nursery answers."""
        assert self._process.stdin is not None
        async with self._one:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            return await self.heard()

    async def heard(self) -> Any:
        """Its next line. Raises `EOFError` when it has ended."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise EOFError("the nursery has ended; its last words are above")
        return json.loads(line)


@asynccontextmanager
async def nursery(folder: Path) -> AsyncIterator[Nurse]:
    """Ready to bear processes, whose working directory is `folder`: no .env there."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.nursery"),
        cwd=folder,
        env=_clean(os.environ) | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    nurse = Nurse(process)
    try:
        assert await nurse.heard() == "ready"
        yield nurse
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@dataclass(slots=True)
class Member:
    """One place in the staff: whoever holds it may die and be replaced. The locks: one fault of its life, and one of its way, at a time."""

    name: str
    role: str
    way: FreezingProxy
    environment: Mapping[str, str]
    log: Path
    pid: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    way_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Staff:
    """Everybody who works here."""

    def __init__(self, nurse: Nurse, members: list[Member]) -> None:
        self._nurse = nurse
        self.receiver, *self.workers = members

    @property
    def members(self) -> list[Member]:
        return [self.receiver, *self.workers]

    async def start(self, member: Member) -> None:
        """A new process takes the place."""
        environment = dict(member.environment) | {"REDIS_URL": f"redis://{member.way.address}/0"}
        member.pid = await self._nurse.asked("bear", member.role, environment, str(member.log))

    async def send(self, member: Member, number: signal.Signals) -> None:
        """A signal to whoever holds the place now."""
        await self._nurse.asked("send", member.pid, number)

    async def kill(self, member: Member) -> None:
        """SIGKILL, and gone when this returns. Raises when it was gone before: nothing of ours may die by itself."""
        await self.send(member, signal.SIGKILL)
        code = await self.gone(member)
        if code != -signal.SIGKILL:
            raise AssertionError(f"{member.name} ended by itself with {code}: see {member.log}")

    async def end(self) -> dict[str, int]:
        """SIGTERM to all; their exit codes by name. Who does not end in time is killed."""
        for member in self.members:
            await self.send(member, signal.SIGTERM)
        return {member.name: await self._ended(member) for member in self.members}

    async def _ended(self, member: Member) -> int:
        try:
            async with asyncio.timeout(END_SECONDS):
                return await self.gone(member)
        except TimeoutError:
            await self.send(member, signal.SIGKILL)
            return await self.gone(member)

    async def gone(self, member: Member) -> int:
        """Its exit code, once it has one."""
        while True:
            code = await self.look(member)
            if code is not None:
                return code
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, member: Member) -> int | None:
        """Its exit code; None while it lives."""
        code = await self._nurse.asked("look", member.pid)
        return None if code is None else int(code)


@asynccontextmanager
async def staff(socket: Path, environment: Mapping[str, str], folder: Path, *, workers: int) -> AsyncIterator[Staff]:
    """A receiver and so many workers, started; `environment` is what all of them are told."""
    names = [RECEIVER, *(f"{WORKER} {number}" for number in range(workers))]
    async with AsyncExitStack() as stack:
        members = []
        for name in names:
            way = await stack.enter_async_context(FreezingProxy(socket))
            members.append(Member(name, name.partition(" ")[0], way, environment, folder / f"{name}.log".replace(" ", "-")))
        everybody = Staff(await stack.enter_async_context(nursery(folder)), members)
        for member in members:
            await everybody.start(member)
        yield everybody


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what an operator's own settings would change here."""
    return {name: value for name, value in environment.items() if name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH")}
