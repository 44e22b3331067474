"""Parley on Discord that kills itself: `python -m tests.kills.mortal STEP TIME`, with its settings in the environment.

SIGKILL at the TIME-th passing of STEP, which is one of `bot.turns.checkpoint.STEPS`. It says READY once it listens.
"""

import asyncio
import gc
import os
import signal
import sys

from bot.settings import load_settings
from bot.telemetry.logs import configure_logs
from tests.scenarios.discord_house import SPEED
from tests.scenarios.house import QuickClock, discord_house

READY = "ready\n"


class Death:
    """A checkpoint that nobody passes for the `time`-th time at `step`."""

    def __init__(self, step: str, time: int) -> None:
        self._step = step
        self._left = time

    async def __call__(self, step: str) -> None:
        self._left -= step == self._step
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(step: str, time: int) -> None:
    settings = load_settings()
    configure_logs(level=settings.log_level, style="text")
    async with discord_house(settings, clock=QuickClock(SPEED), checkpoint=Death(step, time)):
        sys.stdout.write(READY)
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    gc.disable()  # it does not live long enough to pay for a collection
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
