"""Rate limits with Discord's headers: fixed windows per route and major parameter, and one over everything."""

import hashlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.server import json_answer


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in `per` seconds, counted from the first."""

    limit: int
    per: float


# Community figures; Discord's documents say that limits are to be read from the headers.
RULES: Mapping[str, Window] = {
    "POST /channels/{channel_id}/messages": Window(5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": Window(5, 5.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me": Window(1, 0.25),
    "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me": Window(1, 0.25),
    "webhook": Window(5, 2.0),
}
DEFAULT = Window(50, 1.0)
OVERALL = Window(50, 1.0)


@dataclass(slots=True)
class _Count:
    opened: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_after` (seconds) when refused; the headers go on every answer."""

    headers: dict[str, str]
    retry_after: float | None = None
    overall: bool = False

    def refusal(self) -> web.Response:
        """The 429; discord.py takes one without `Via` for a ban."""
        scope = "global" if self.overall else "user"
        headers = self.headers | {"Via": "1.1 google", "X-RateLimit-Scope": scope}
        headers["Retry-After"] = f"{math.ceil(self.retry_after or 0)}"
        if self.overall:
            headers["X-RateLimit-Global"] = "true"
        return json_answer(limited(self.retry_after or 0, overall=self.overall), status=429, headers=headers)


def limited(retry_after: float, *, overall: bool = False) -> dict[str, Any]:
    """The body of a 429."""
    return {"message": "You are being rate limited.", "retry_after": retry_after, "global": overall}


@dataclass(slots=True)
class RateLimits:
    """`rules` by "METHOD /template"; webhook and interaction routes share the rule "webhook".

    `time_scale` multiplies every window: 0.1 makes five seconds half a second. `refused` counts the 429s.
    """

    rules: dict[str, Window] = field(default_factory=lambda: dict(RULES))
    default: Window = DEFAULT
    overall: Window = OVERALL
    time_scale: float = 1.0
    refused: int = 0
    _counts: dict[tuple[str, str], _Count] = field(default_factory=dict)

    def take(self, route: str, major: str, *, webhook: bool = False) -> Verdict:
        """Counts one request. Webhooks and interactions are outside the overall limit (documents)."""
        if not webhook and (wait := self._counted(("", ""), self.overall)[1]) is not None:
            self.refused += 1
            return Verdict({}, wait, overall=True)
        rule = self.rules.get(route) or (self.rules.get("webhook", self.default) if webhook else self.default)
        remaining, wait, reset = self._counted((route, major), rule)
        self.refused += wait is not None
        bucket = hashlib.sha256(route.encode()).hexdigest()[:32]
        headers = {"X-RateLimit-Limit": str(rule.limit), "X-RateLimit-Remaining": str(remaining)}
        headers |= {"X-RateLimit-Reset-After": f"{reset:.3f}", "X-RateLimit-Bucket": bucket}
        return Verdict(headers | {"X-RateLimit-Reset": f"{time.time() + reset:.3f}"}, wait)

    def _counted(self, key: tuple[str, str], rule: Window) -> tuple[int, float | None, float]:
        now, length = time.monotonic(), rule.per * self.time_scale
        count = self._counts.get(key)
        if count is None or now >= count.opened + length:
            count = self._counts[key] = _Count(now)
        left = math.ceil((count.opened + length - now) * 1000) / 1000
        if count.used >= rule.limit:
            return 0, left, left
        count.used += 1
        return rule.limit - count.used, None, left
