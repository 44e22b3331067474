"""How long to leave a platform alone after it failed."""

from bot.errors import BotError
from bot.vocabulary.clock import Clock

FIRST = 0.5
LONGEST = 30.0
"""Seconds before the first repetition, and at most; each failure in a row doubles the wait, unless the platform names a time."""


class Backoff:
    """The waits of one reply."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._until = float("-inf")
        self._named = False

    @property
    def remaining(self) -> float:
        """Seconds to wait before the next attempt; 0 when it may be made."""
        return max(0.0, self._until - self._clock.monotonic())

    @property
    def until(self) -> float:
        """When the next attempt may be made, by the monotonic clock."""
        return self._until

    def failed(self, error: BotError) -> None:
        """An attempt failed: `error.retry_after` counts where the platform named it."""
        self._named = error.retry_after is not None
        # The exponent is bounded because an outage may last for thousands of attempts.
        wait = error.retry_after if error.retry_after is not None else min(LONGEST, FIRST * 2 ** min(self._failures, 16))
        self._failures += 1
        self._until = self._clock.monotonic() + wait

    def succeeded(self) -> None:
        """An attempt stood."""
        self._failures = 0

    def hasten(self) -> None:
        """Something that matters more is to be sent: only a wait that the platform named still counts."""
        self._failures = 0
        if not self._named:
            self._until = float("-inf")
