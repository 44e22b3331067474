"""Processes as an operator starts them: the real command, with its settings in the environment."""

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.settings import Settings
from tests.kills.victim import environment_of

ROOT = Path(__file__).parents[2]
PARLEY = (sys.executable, "-c", "from adapters.console.cli import main; main()")
MODEL = re.compile(r"OPENAI_|MODERATION|PRICE_|BUDGET_")

START = 30.0
"""Seconds: a machine where two cores run four of these and other tests takes its time."""


class Parley:
    """One of them. `said` is its log so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[dict[str, Any]] = []
        self.noise: list[str] = []
        """What it wrote besides its log: tracebacks, warnings."""
        self._more = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def troubles(self) -> list[Any]:
        """Log lines at the level of an error, and whatever else it wrote."""
        return [line for line in self.said if line["level"] in ("error", "critical")] + self.noise

    async def says(self, event: str, *, times: int = 1, within: float = START) -> None:
        """Return once its log has `times` lines of this event. Raises `AssertionError` when it ends before."""
        async with asyncio.timeout(within), self._more:
            while (count := sum(line["event"] == event for line in self.said)) < times:
                assert not self._reading.done(), f"it ended: {self.said[-3:]} {self.noise}"
                await self._more.wait()
            assert count >= times

    def told_to_end(self) -> None:
        """SIGTERM, as from a supervisor."""
        self._process.send_signal(signal.SIGTERM)

    async def ends(self, *, within: float = START) -> int:
        """Its status, once it has ended."""
        async with asyncio.timeout(within):
            await self._reading
            return await self._process.wait()

    async def dies(self) -> None:
        """SIGKILL; it is gone when this returns."""
        if self._process.returncode is None:
            self._process.kill()
        await self.ends()

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            async with self._more:
                try:
                    self.said.append(json.loads(line))
                except ValueError:
                    self.noise.append(line.decode())
                self._more.notify_all()
        async with self._more:
            self._more.notify_all()


@asynccontextmanager
async def running(settings: Settings, folder: Path, *args: str, model: bool = True) -> AsyncIterator[Parley]:
    """`parley ARGS`, once it is ready; killed at the end if it still runs. Without `model` none is set up for it."""
    process = await asyncio.create_subprocess_exec(
        *(*PARLEY, *args),
        cwd=folder,  # no .env there
        env=environment_for(settings, model=model) | {"PYTHONPATH": str(ROOT), "LOG_FORMAT": "json"},
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    parley = Parley(process)
    try:
        await parley.says("ready")
        yield parley
    finally:
        await parley.dies()


def environment_for(settings: Settings, *, model: bool) -> dict[str, str]:
    """The settings as an operator would write them; without `model` nothing of one."""
    written = environment_of(settings)
    return {name: value for name, value in written.items() if model or not MODEL.match(name)}
