"""What the tests of the local servers share."""

import warnings
from collections.abc import AsyncIterator

import pytest

with warnings.catch_warnings():
    # discord.py imports `audioop`, which Python 3.11 and 3.12 announce as deprecated; that is not ours to mend
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    from tests.fakes.discord import DiscordServer


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A Discord with one guild, which judged every request at the end. Slack's tests have a `server` of their own."""
    async with DiscordServer() as server:
        server.add_guild("Home")
        yield server
    server.assert_clean()
