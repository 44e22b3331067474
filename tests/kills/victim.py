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
    """A process that listens to the same platform as we do, in its own interpreter. `address`: where it must be reached, or empty."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.address = address
        self._process = process

    def kill(self) -> None:
        """At once, from outside."""
        self._process.kill()

    def freeze(self) -> None:
        """It stands still, and knows nothing of it."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood."""
        self._process.send_signal(signal.SIGCONT)

    async def dies(self, *, within: float = 15.0) -> None:
        """Returns once it was killed, and fails when it ended in any other way."""
        async with asyncio.timeout(within):
            assert await self._process.wait() == -signal.SIGKILL


@asynccontextmanager
async def victim(settings: Settings, folder: Path, *, step: str = "", time: int = 1, platform: str = "discord") -> AsyncIterator[Victim]:
    """Listening, or dead already. It kills itself at the `time`-th passing of `step`; its complaints come out beside the test's."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kills.mortal", step, str(time), platform),
        cwd=folder,  # no .env there
        env=environment_of(settings) | {"PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said, _, address = (await process.stdout.readline()).decode().strip().partition(" ")
        assert said in (READY, ""), "it may find work and die before it listens"
        yield Victim(process, address)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings that are not at their defaults, as an operator would write them."""
    return {name.upper(): _written(getattr(settings, name)) for name in settings.model_fields_set}


def _written(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
