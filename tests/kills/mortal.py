"""Parley that kills itself: `python -m tests.kills.mortal STEP TIME PLATFORM`, with its settings in the environment.

SIGKILL at the TIME-th passing of STEP, which is one of `bot.turns.checkpoint.STEPS`. It says READY once it listens, with the
address where Slack must reach it over HTTP.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings, load_settings
from bot.telemetry.logs import configure_logs
from tests.scenarios.house import QuickClock, discord_house, slack_house

READY = "ready"


class Death:
    """A checkpoint that nobody passes for the `time`-th time at `step`."""

    def __init__(self, step: str, time: int) -> None:
        self._step = step
        self._left = time

    async def __call__(self, step: str) -> None:
        self._left -= step == self._step
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(step: str, time: int, platform: str) -> None:
    settings = load_settings()
    configure_logs(level=settings.log_level, style="text")
    async with listening(platform, settings, Death(step, time)) as address:
        sys.stdout.write(f"{READY} {address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


@asynccontextmanager
async def listening(platform: str, settings: Settings, death: Death) -> AsyncIterator[str]:
    """What the other platform needs is not imported: a start takes long enough."""
    if platform == "discord":
        from tests.scenarios.discord_house import SPEED

        async with discord_house(settings, clock=QuickClock(SPEED), checkpoint=death):
            yield ""
    else:
        from tests.scenarios.slack_house import SPEED

        async with slack_house(settings, clock=QuickClock(SPEED), checkpoint=death) as (_, address):
            yield address


if __name__ == "__main__":
    gc.disable()  # it does not live long enough to pay for a collection
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
