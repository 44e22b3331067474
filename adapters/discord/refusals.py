"""Discord's failures as the house names them."""

import aiohttp
import discord

from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable

FAILURES = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""What a request may raise; a `TimeoutError` is an `OSError`."""

NO_HISTORY = 160002
"""A reply needs Read Message History. This and the codes below: documents, "JSON Error Codes"."""

WORDS = {
    30046: "This answer is too old to be changed. Please ask again.",
    40005: "This file is too large for Discord, so I cannot attach it here.",
    50007: "I cannot write to you: your privacy settings do not allow it.",
    50083: "This thread is archived, so I cannot write here.",
    160005: "This thread is locked, so I cannot write here.",
}
ACKNOWLEDGED = 40060
"""The interaction has a first response already."""

PASSING = (408, 429)


def taken_elsewhere(error: Exception) -> bool:
    """Whether another process answers this interaction: while one takes over from another, both hear it."""
    return isinstance(error, discord.HTTPException) and error.code == ACKNOWLEDGED


def translated(error: Exception) -> PlatformError:
    """`PlatformUnavailable` for what may pass, with `retry_after` in seconds where Discord named it; else `PlatformRefused`."""
    if isinstance(error, discord.RateLimited):
        return PlatformUnavailable("rate limit of Discord beyond patience", retry_after=error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return PlatformUnavailable(f"Discord is not reachable: {type(error).__name__}")
    detail = f"Discord answered {error.status}" + (f", code {error.code} ({error.text})" if error.code else "")
    if error.status in PASSING or error.status >= 500:
        return PlatformUnavailable(detail, retry_after=_retry_after(error))
    return PlatformRefused(detail, user_text=WORDS.get(error.code))


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "")))
    except ValueError:
        return None
