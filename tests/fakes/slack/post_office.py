"""Hands payloads to the bot over the chosen transport, and again while nobody acknowledges.

Numbers: three seconds to acknowledge, then up to three redeliveries, at once, after a minute and after five
(docs.slack.dev/apis/events-api, "Error handling"). Only events are redelivered; commands and presses come once.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from tests.fakes.slack.records import Attempt, Delivery

ACK_TIMEOUT = 3.0  # seconds
RETRY_DELAYS = (0.0, 60.0, 300.0)  # seconds before each redelivery


class Transport(Protocol):
    async def attempt(self, delivery: Delivery, attempt: Attempt, *, timeout: float) -> None:
        """Hands over once and waits for the answer; writes status, failure and answer into `attempt`, raises nothing."""


class PostOffice:
    """`deliveries` is everything ever sent. Times in seconds; there are as many redeliveries as `retry_delays`.

    `loses`: of which attempts the acknowledgement is lost on its way, as if it came too late."""

    def __init__(self, *, ack_timeout: float, retry_delays: tuple[float, ...], changed: Callable[[], None]) -> None:
        self.deliveries: list[Delivery] = []
        self.ack_timeout = ack_timeout
        self.retry_delays = retry_delays
        self.loses: Callable[[Attempt], bool] = lambda attempt: False
        self._changed = changed
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, delivery: Delivery, transport: Transport, *, retry_num: int = 0, reason: str | None = None) -> None:
        """Starts at once and returns; `delivery.first` and `delivery.done` tell how far it came."""
        if delivery not in self.deliveries:
            self.deliveries.append(delivery)
        delivery.done.clear()
        task = asyncio.create_task(self._deliver(delivery, transport, retry_num, reason))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Ends what is still under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, delivery: Delivery, transport: Transport, retry_num: int, reason: str | None) -> None:
        last = max(len(self.retry_delays), retry_num) if delivery.kind == "events_api" else retry_num
        try:
            for num in range(retry_num, last + 1):
                if num > retry_num:
                    await asyncio.sleep(self.retry_delays[num - 1])
                attempt = Attempt(time.monotonic(), num, reason)
                delivery.attempts.append(attempt)
                await transport.attempt(delivery, attempt, timeout=self.ack_timeout)
                if attempt.acknowledged and self.loses(attempt):
                    attempt.status, attempt.failure = None, "http_timeout"
                delivery.first.set()
                self._changed()
                if attempt.acknowledged or attempt.no_retry:
                    break
                reason = attempt.failure
        finally:
            delivery.first.set()
            delivery.done.set()
            self._changed()
