"""Opening the one client that a process has for its model endpoint. Importing this module costs nothing; opening imports openai."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

from bot.llm.capabilities import OPENAI_URL, Profile, Profiles, profile_for
from bot.vocabulary.clock import Clock

if TYPE_CHECKING:
    from bot.llm.client import ChatClient

NO_KEY = "none"
"""The openai client insists on a key; local endpoints have none."""


@asynccontextmanager
async def open_client(
    *, base_url: str, api_key: str, clock: Clock, streaming: bool = True, profile: Profile | None = None
) -> AsyncIterator["ChatClient"]:
    """A client for `base_url` (empty: OpenAI's own) until the block is left. `profile`: instead of what is known of the host."""
    # the import and the TLS store take half a second of CPU: in a thread, so that platforms connect meanwhile
    client = await asyncio.to_thread(
        _made, base_url or OPENAI_URL, api_key or NO_KEY, Profiles(profile or profile_for(base_url)), clock, streaming
    )
    async with aclosing(client):
        yield client


def _made(base_url: str, api_key: str, profiles: Profiles, clock: Clock, streaming: bool) -> "ChatClient":
    import httpx2
    import openai

    from bot.llm.client import ChatClient

    timeout = httpx2.Timeout(60, connect=5)
    api = openai.AsyncOpenAI(
        base_url=base_url, api_key=api_key, http_client=openai.DefaultAioHttpClient(timeout=timeout), max_retries=0, timeout=timeout
    )
    _ = api.chat.completions  # openai imports this part at its first use: here, and not on the loop during the first answer
    return ChatClient(api, profiles=profiles, clock=clock, streaming=streaming)
