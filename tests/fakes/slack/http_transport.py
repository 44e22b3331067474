"""Delivery to the bot's own web server, signed (docs.slack.dev/authentication/verifying-requests-from-slack)."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.records import Attempt, Delivery

Signature = Literal["good", "wrong", "old", "none"]
OLD = 400  # seconds; the window is 300
Route = Callable[[Delivery, Attempt], str]
FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: str, body: str) -> str:
    """The X-Slack-Signature of a raw body."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encoded(delivery: Delivery) -> tuple[str, str]:
    """Raw body and content type: events as JSON, commands as a form, presses as JSON in the form field `payload`."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.body), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.body), FORM
    return urlencode({"payload": json.dumps(delivery.body)}), FORM


@dataclass(slots=True)
class HttpTransport:
    url: str
    secret: str
    session: aiohttp.ClientSession
    signature: Signature = "good"

    async def attempt(self, delivery: Delivery, attempt: Attempt, *, timeout: float) -> None:
        body, content_type = encoded(delivery)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0", **self._signed(body)}
        if attempt.retry_num:
            headers |= {"X-Slack-Retry-Num": str(attempt.retry_num)}
            headers |= {"X-Slack-Retry-Reason": attempt.retry_reason or "unknown_error"}
        limit = aiohttp.ClientTimeout(total=timeout)
        try:
            async with self.session.post(self.url, data=body.encode(), headers=headers, timeout=limit) as response:
                await _note(attempt, response)
        except TimeoutError:
            attempt.failure = "http_timeout"
        except aiohttp.ClientError:
            attempt.failure = "connection_failed"

    def _signed(self, body: str) -> dict[str, str]:
        if self.signature == "none":
            return {}
        timestamp = str(int(time.time()) - (OLD if self.signature == "old" else 0))
        secret = self.secret + ("x" if self.signature == "wrong" else "")
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": sign(secret, timestamp, body)}


@dataclass(frozen=True, slots=True)
class Balancer:
    """Several web servers of the bot's behind one address. `route` names the one that gets an attempt."""

    route: Route
    to: Callable[[str], HttpTransport]

    async def attempt(self, delivery: Delivery, attempt: Attempt, *, timeout: float) -> None:
        await self.to(self.route(delivery, attempt)).attempt(delivery, attempt, timeout=timeout)


async def _note(attempt: Attempt, response: aiohttp.ClientResponse) -> None:
    text = await response.text()
    attempt.status, attempt.answered_at = response.status, time.monotonic()
    attempt.answer = json.loads(text) if response.content_type == "application/json" and text else text
    if not attempt.acknowledged:
        attempt.failure = "http_error"
        attempt.no_retry = response.headers.get("X-Slack-No-Retry") == "1"
