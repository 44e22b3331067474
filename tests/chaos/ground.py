"""The Redis of a chaos run: a server process that writes every command to disk before it answers, and can be killed."""

import asyncio
import os
import signal
from pathlib import Path

from bot.store.embedded import EmbeddedServer


class DurableServer(EmbeddedServer):
    """With `appendfsync always`: what was answered survives. (With `everysec`, the default of our own server, a killed process loses
    nothing either, since the system has the written pages; only a machine that loses its power may lose a second.)"""

    def __init__(self, folder: Path) -> None:
        binary = os.environ.get("PARLEY_TEST_SERVER")
        super().__init__(folder, binary=Path(binary) if binary else None)

    async def dies(self, seconds: float) -> None:
        """SIGKILL, and after so many seconds another process on the same folder."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        await asyncio.sleep(seconds)
        for _ in self._until_it_answers():
            await asyncio.sleep(0.005)

    def _arguments(self) -> list[str]:
        return [argument if argument != "everysec" else "always" for argument in super()._arguments()]
