"""Slack's rate limits: per method and workspace, and for posts per channel. See docs.slack.dev/apis/web-api/rate-limits."""

import math
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60.0

# Calls per minute. The tiers' numbers are Slack's ("20+", "50+", "100+"). Tier 1 is "1+" with bursts tolerated; opening
# Socket Mode connections needs the burst, since an app may hold ten of them.
TIERS: dict[int, int] = {1: 10, 2: 20, 3: 50, 4: 100}

# Which method is in which tier: its page in docs.slack.dev/reference/methods; streams as reported from live use.
METHOD_TIERS: dict[str, int] = {
    "agents.sessions.setStatus": 3,
    "apps.connections.open": 1,
    "assistant.threads.setSuggestedPrompts": 4,
    "bots.info": 3,
    "chat.appendStream": 4,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.replies": 3,
    "reactions.add": 3,
    "reactions.remove": 2,
    "team.info": 3,
    "users.info": 4,
    "views.open": 4,
    "views.publish": 4,
    "views.update": 4,
}


@dataclass(slots=True)
class RateLimits:
    """`time_scale` shortens Slack's minute and second (0.01: a minute is 0.6 s). `per_minute` overrides single methods."""

    enabled: bool = True
    time_scale: float = 1.0
    per_minute: dict[str, int] = field(default_factory=dict)
    posts_burst: int = 3  # posts to one channel at once; then one per second
    clock: Callable[[], float] = time.monotonic
    refused: Counter[str] = field(default_factory=Counter)
    _calls: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def wait(self, method: str, team: str, channel: str = "") -> int | None:
        """None: the call may pass and is counted. Else the whole seconds that Retry-After names, at least 1."""
        if not self.enabled:
            return None
        if method == "chat.postMessage":
            return self._take(method, f"{team}/{channel}", allowed=self.posts_burst, window=float(self.posts_burst))
        allowed = self.per_minute.get(method) or TIERS.get(METHOD_TIERS.get(method, 0), 0)
        return self._take(method, team, allowed=allowed, window=MINUTE) if allowed else None

    def _take(self, method: str, owner: str, *, allowed: int, window: float) -> int | None:
        now, length = self.clock(), window * self.time_scale
        calls = self._calls.setdefault((method, owner), deque())
        while calls and calls[0] <= now - length:
            calls.popleft()
        if len(calls) < allowed:
            calls.append(now)
            return None
        self.refused[method] += 1
        return max(1, math.ceil(calls[0] + length - now))
