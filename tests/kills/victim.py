"""A process of ours that is going to die, as its test sees it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings
from tests.kills.mortal import READY

ROOT = Path(__file__).parents[2]


class Victim:
    """A process that listens to the same Discord as we do, in its own interpreter."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def kill(self) -> None:
        """At once, from outside."""
        self._process.kill()

    async def dies(self, *, within: float = 15.0) -> None:
        """Returns once it was killed, and fails when it ended in any other way."""
        async with asyncio.timeout(within):
            assert await self._process.wait() == -signal.SIGKILL


@asynccontextmanager
async def victim(settings: Settings, folder: Path, *, step: str = "", time: int = 1) -> AsyncIterator[Victim]:
    """Listening, or dead already. It kills itself at the `time`-th passing of `step`; its complaints come out beside the test's."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kills.mortal", step, str(time)),
        cwd=folder,  # no .env there
        env=_environment(settings) | {"PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert (await process.stdout.readline()).decode() in (READY, ""), "it may find work and die before it listens"
        yield Victim(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _environment(settings: Settings) -> dict[str, str]:
    """The settings that are not at their defaults, as an operator would write them."""
    return {name.upper(): _written(getattr(settings, name)) for name in settings.model_fields_set}


def _written(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
