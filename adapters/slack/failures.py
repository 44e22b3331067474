"""What went wrong at Slack, in the house's words."""

import json
from collections.abc import Awaitable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.payloads import Json
from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable

PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "timeout"})
"""Error codes that may pass, from the method pages of docs.slack.dev. Every other code is an answer that stays the same."""


async def asked(call: Awaitable[AsyncSlackResponse]) -> Json:
    """The body of a Web API answer. Raises `PlatformUnavailable` (`retry_after` where Slack named it) or `PlatformRefused`.

    A lost connection is `PlatformUnavailable` too: what was asked may have been done.
    """
    response = await answered(call)
    return dict(response.data) if isinstance(response.data, dict) else {}


async def answered(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """As `asked`, with the headers."""
    try:
        return await call
    except SlackApiError as error:
        raise _said(error) from error
    except (aiohttp.ClientError, json.JSONDecodeError, OSError, AttributeError) as error:
        # OSError includes TimeoutError; AttributeError is what the SDK makes of a plain text with status 200, such as a proxy's.
        raise PlatformUnavailable(f"Slack did not answer: {type(error).__name__}") from error


def error_code(error: BaseException) -> str:
    """Slack's own word for it, such as "message_not_found", or empty."""
    cause = error.__cause__ if isinstance(error, PlatformError) else error
    data = getattr(getattr(cause, "response", None), "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _said(error: SlackApiError) -> PlatformError:
    response: Any = error.response  # the SDK's response, or aiohttp's when the body was no JSON
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    code = error_code(error)
    detail = f"Slack answered {code or status or 'nonsense'}"
    if code in PASSING or status == 429 or status >= 500 or not code:
        return PlatformUnavailable(detail, retry_after=_retry_after(getattr(response, "headers", None) or {}))
    return PlatformRefused(detail)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    said = headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else None
