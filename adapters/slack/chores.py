"""Work that goes on after Slack was answered: owned, logged when it fails, and finished before we close."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.vocabulary.tasks import drain

log = structlog.get_logger(__name__)


class Chores:
    """Tasks without anybody who awaits them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` run."""
        task = asyncio.create_task(self._watched(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def aclose(self, *, grace: float) -> None:
        """Wait up to `grace` seconds for what runs, then end the rest."""
        await drain(self._running, grace)

    @staticmethod
    async def _watched(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # the border of a task: nobody else would see it
            log.exception("slack.chore_failed")
