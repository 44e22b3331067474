"""Time as a port, so that tests can own it."""

from typing import Protocol


class Clock(Protocol):
    """What the house may know of time."""

    def now(self) -> float:
        """Unix time in seconds: for what is stored or shown."""

    def monotonic(self) -> float:
        """Seconds that never go back: for durations and deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` (at once when not positive)."""
