"""The workspace that installed us, and the client that speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked
from bot.settings import Settings

ANSWER_WITHIN = 30.0  # seconds for one Web API call; the SDK's own default


@dataclass(frozen=True, slots=True)
class Workspace:
    """Who we are there. `team` is the installing team: the server of every conversation, whoever writes in it."""

    team: str
    name: str
    bot_user: str
    bot_id: str
    bot_name: str


async def who_are_we(client: AsyncWebClient) -> Workspace:
    """Ask auth.test. Raises `PlatformRefused` for a token that is not (or no longer) good, `PlatformUnavailable` when Slack is away."""
    said = await asked(client.auth_test())
    return Workspace(said["team_id"], said.get("team", ""), said["user_id"], said.get("bot_id", ""), said.get("user", ""))


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """A Web API client on one shared session (the SDK alone opens a new connection for every call).

    Without retry handlers: the SDK's default sends a post again that may have arrived, and any wait inside the client would pass
    by the lease, which must be asked immediately before each send. Whoever calls repeats.
    """
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)) as session:
        yield AsyncWebClient(token, base_url=api_url(settings), session=session, retry_handlers=[])


def api_url(settings: Settings) -> str:
    """Where the Web API is."""
    return settings.slack_api_url or AsyncWebClient.BASE_URL
