"""The quiet line while a model thinks and nothing has come."""

import math

from adapters.rendering.line import TOLERANCE
from bot.vocabulary.clock import Clock

FIRST = 3.0
"""Seconds without text before the line stands."""

EVERY = 5.0
"""Seconds between two renewals at least, so that what people see does not flicker."""


class Thinking:
    """What the line says, and when it is to be said anew. Before `begin` never."""

    def __init__(self, clock: Clock) -> None:
        self.line = ""
        self._clock = clock
        self._began = self._renewed = math.inf

    def begin(self) -> None:
        """Seconds count from now."""
        self._began, self._renewed = self._clock.monotonic(), -math.inf

    @property
    def due(self) -> float:
        """Seconds until the line is to be renewed."""
        return max(0.0, max(self._began + FIRST, self._renewed + EVERY) - self._clock.monotonic())

    def renew(self) -> None:
        """Let the line say how long it has been, once it has been long enough."""
        now = self._clock.monotonic()
        if now + TOLERANCE >= self._began + FIRST:
            self._renewed = now
            self.line = f"thinking… {now - self._began:.0f} s"
