"""Opening the moderation endpoint. Importing this module costs nothing; opening imports openai."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from bot.moderation.endpoint import ModerationEndpoint

NO_KEY = "none"
"""The openai client insists on a key; local endpoints have none."""

RETRIES = 2
"""The verdict is needed before anything else can happen, and asking again is free."""


@asynccontextmanager
async def open_endpoint(*, base_url: str, api_key: str, model: str, seconds: float) -> AsyncIterator[ModerationEndpoint]:
    """The endpoint at `base_url` (empty: OpenAI's own), until the block is left."""
    openai = await asyncio.to_thread(import_module, "openai")  # half a second of CPU that must not hold up the platforms
    transport = openai.DefaultAioHttpClient(timeout=seconds)
    key = api_key or NO_KEY
    async with openai.AsyncOpenAI(base_url=base_url or None, api_key=key, http_client=transport, max_retries=RETRIES) as client:
        yield ModerationEndpoint(client, model=model, seconds=seconds)
