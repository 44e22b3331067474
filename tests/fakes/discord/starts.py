"""How many connections a client is asked to open, and how fast it may."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Starts:
    """What /gateway/bot asks of a client. With `every` (seconds) IDENTIFYs that come too fast are refused, as Discord does."""

    shards: int = 1
    at_once: int = 1
    remaining: int = 1000
    reset_after: float = 0.0
    every: float = 0.0
    last: dict[int, float] = field(default_factory=dict)

    def payload(self, url: str) -> dict[str, Any]:
        """The answer."""
        limit = {"total": 1000, "remaining": self.remaining, "reset_after": int(self.reset_after * 1000), "max_concurrency": self.at_once}
        return {"url": url, "shards": self.shards, "session_start_limit": limit}

    def too_soon(self, shard: int) -> bool:
        """Whether this IDENTIFY comes within `every` of the last one of its row."""
        now, row = time.monotonic(), shard % self.at_once
        before, self.last[row] = self.last.get(row, -self.every), now
        return now - before < self.every
