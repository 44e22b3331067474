"""A write that shall outlive its server waits until replicas have it, and never for long."""

from typing import Any

import structlog
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

WAIT_SECONDS = 1.0
"""Longest wait for the replicas: platforms give a message that nobody acknowledged three seconds."""

SPELL_SECONDS = 0.05
"""Longest wait after the replicas were found wanting, until they are seen again: people are not to pay for it each time."""


class Replicas:
    """How many of them must have a write, and whether they do. `patience`: the client's own time-out, which the wait stays below."""

    def __init__(self, wanted: int, *, patience: float) -> None:
        self.wanted = wanted
        self._patience = patience
        self._fewer = False

    @property
    def command(self) -> tuple[str | int, ...]:
        """Goes over the same connection, right behind the write."""
        seconds = SPELL_SECONDS if self._fewer else WAIT_SECONDS
        return ("WAIT", self.wanted, int(1000 * min(seconds, self._patience / 2)))

    def answered(self, reply: Any) -> None:
        """`reply`: how many have it, or the error that the question met. Fewer than wanted is worth a line, once a spell."""
        have = 0 if isinstance(reply, RedisError) else int(reply)
        fewer = have < self.wanted
        if fewer and not self._fewer:
            reason = f"{type(reply).__name__}" if isinstance(reply, RedisError) else "no answer in time"
            log.warning("fewer replicas than wanted have what was written", wanted=self.wanted, have=have, reason=reason)
        elif self._fewer and not fewer:
            log.info("replicas have what is written again", wanted=self.wanted)
        self._fewer = fewer
