"""Parley as its users start it: the installed program, in a folder and an environment of its own."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.model.server import ModelServer
from tests.fakes.server import Recorded

ROOT = Path(__file__).resolve().parents[1]
PARLEY = str(Path(sys.executable).parent / "parley")
OURS = re.compile(
    r"(DISCORD|SLACK|OPENAI|MODERATION|REDIS|PARLEY|LOG|HISTORY|MODEL|LEASE|DRAIN)_|DATA_DIR|STREAMING|SLOTS|GATHER|OVERDUE|MAILBOX|HOLD"
)
END_SECONDS = 15.0
START_SECONDS = 60.0


class Model(ModelServer):
    """The scripted model without its judge, whose time would be counted as Parley's."""

    def judge(self, request: Recorded) -> list[str]:
        return []


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The caller's, without our settings and without what keeps Python from keeping compiled modules."""
    kept = {name: value for name, value in os.environ.items() if not OURS.match(name) and name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "DATA_DIR": str(home / "data"), **more}


def model_settings(model: ModelServer) -> dict[str, str]:
    """A model endpoint that moderates, too."""
    return {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "test-model"}


@asynccontextmanager
async def home() -> AsyncIterator[Path]:
    """An empty folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class Running:
    """One process of ours in a folder of its own; its log is read as it comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._tail: list[str] = []
        self._ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def ready(self) -> None:
        """Return once it says so. Raises RuntimeError with its last words when it ends before."""
        said = asyncio.create_task(self._ready.wait())
        await asyncio.wait({said, self._reading}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        said.cancel()
        if not self._ready.is_set():
            raise RuntimeError(f"it did not start: {''.join(self._tail[-5:])}")

    def kill(self) -> float:
        """SIGKILL; returns when (monotonic seconds)."""
        at = time.monotonic()
        self._process.kill()
        return at

    @property
    def rss(self) -> float:
        """Megabytes in memory now, shared pages included."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return float(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def cpu(self) -> float:
        """Seconds of CPU time that its threads have used, to the nanosecond; those of threads that ended are not in it."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="utf-8").split()[0]) for task in tasks) / 1e9

    @property
    def last_words(self) -> str:
        """What it logged last."""
        return "".join(self._tail)

    async def end(self) -> None:
        """SIGTERM, unless it is gone, and its end."""
        await _ended(self._process)
        await self._reading

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._tail = [*self._tail[-20:], line.decode(errors="replace")]
            if b'"event": "ready"' in line or b'"event":"ready"' in line:
                self._ready.set()


@asynccontextmanager
async def running(*command: str, settings: Mapping[str, str]) -> AsyncIterator[Running]:
    """`parley <command>`, once it is ready; `settings` name the Redis server. At the end it is told to end."""
    async with program(PARLEY, *command, settings=settings) as process:
        yield process


@asynccontextmanager
async def program(*command: str, settings: Mapping[str, str]) -> AsyncIterator[Running]:
    """Any that says on standard error when it is ready, as ours does."""
    async with home() as folder:
        env = environment(folder, {"DRAIN_SECONDS": "0", "LOG_FORMAT": "json", **settings})
        process = Running(
            await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        )
        try:
            await process.ready()
            yield process
        finally:
            await process.end()


@asynccontextmanager
async def serving(*command: str, settings: Mapping[str, str]) -> AsyncIterator[float]:
    """`parley <command>` on an embedded server of its own. Yields when it was started (monotonic seconds)."""
    async with home() as folder:
        env = environment(folder, {"DRAIN_SECONDS": "0", "LOG_FORMAT": "json", **settings})
        with (folder / "log").open("wb") as log:
            began = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                PARLEY, *command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield began
        except TimeoutError:
            print((folder / "log").read_text(errors="replace")[-3000:], file=sys.stderr)
            raise
        finally:
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
