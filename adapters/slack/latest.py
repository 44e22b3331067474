"""A value for each thread at Slack, where only the newest matters: set one after the other, and what is outdated is left out."""

import asyncio
from collections.abc import Awaitable, Callable

Thread = tuple[str, str]
"""A channel, and the message that its thread hangs on."""


class Latest:
    """`send` brings a value to a thread; it raises nothing. Nobody waits for it."""

    def __init__(self, send: Callable[[Thread, str], Awaitable[None]]) -> None:
        self._send = send
        self._wanted: dict[Thread, str] = {}
        self._running: dict[Thread, asyncio.Task[None]] = {}

    def put(self, thread: Thread, value: str) -> None:
        """Let `value` stand soon; one that waits to be sent is left out."""
        self._wanted[thread] = value
        if thread not in self._running:
            task = self._running[thread] = asyncio.create_task(self._work(thread))
            task.add_done_callback(lambda _: self._running.pop(thread, None))

    def busy(self, thread: Thread) -> bool:
        """Whether a value is being sent there right now, or waits for it."""
        return thread in self._running

    async def aclose(self) -> None:
        """Waits for what is being sent; each call is bounded by the client's timeout."""
        await asyncio.gather(*self._running.values())

    async def _work(self, thread: Thread) -> None:
        while thread in self._wanted:
            await self._send(thread, self._wanted.pop(thread))
