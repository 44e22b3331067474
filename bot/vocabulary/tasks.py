"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 0.1


async def end(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel tasks and return when all have ended, whatever they raise.

    A library in the middle of a time-out of its own may swallow a cancellation, so it is repeated until it took.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def drain(tasks: "Iterable[asyncio.Future[Any]]", seconds: float) -> None:
    """Let tasks finish for `seconds`, then end what is left."""
    running = list(tasks)
    if running:
        _, late = await asyncio.wait(running, timeout=seconds)
        await end(*late)
