"""Opening the moderation endpoint. Importing this module costs nothing; opening imports openai."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.moderation.endpoint import ModerationEndpoint

if TYPE_CHECKING:
    from openai import AsyncOpenAI

NO_KEY = "none"
"""The openai client insists on a key; local endpoints have none."""

RETRIES = 2
"""The verdict is needed before anything else can happen, and asking again is free."""


@asynccontextmanager
async def open_endpoint(*, base_url: str, api_key: str, model: str, seconds: float) -> AsyncIterator[ModerationEndpoint]:
    """The endpoint at `base_url` (empty: OpenAI's own), until the block is left."""
    # the import and the TLS store take half a second of CPU: in a thread, so that platforms connect meanwhile
    client = await asyncio.to_thread(_made, base_url or None, api_key or NO_KEY, seconds)
    async with client:
        yield ModerationEndpoint(client, model=model, seconds=seconds)


def _made(base_url: str | None, api_key: str, seconds: float) -> "AsyncOpenAI":
    import openai

    transport = openai.DefaultAioHttpClient(timeout=seconds)
    client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, http_client=transport, max_retries=RETRIES)
    _ = client.moderations  # openai imports this part at its first use: here, and not on the loop during the first check
    return client
