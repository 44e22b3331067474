"""`parley run` and `parley worker` as processes: they serve, and end in order when they are told to."""

import asyncio
import signal
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # discord.py imports `audioop`, which Python 3.11 and 3.12 announce as deprecated; that is not ours to mend
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    from tests.fakes.discord import DiscordServer

from tests.adapters.console.conftest import PARLEY, environment
from tests.fakes.model.server import ModelServer


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        server.add_guild("Home")
        yield server
    server.assert_clean()


@pytest.fixture
def settings(discord: DiscordServer, endpoint: dict[str, str]) -> dict[str, str]:
    tokens = {"DISCORD_BOT_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url}
    return {**endpoint, **tokens, "LOG_FORMAT": "json"}


@asynccontextmanager
async def serving(home: Path, settings: dict[str, str], *args: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process, once it has said that it is ready."""
    process = await asyncio.create_subprocess_exec(
        *PARLEY,
        *args,
        cwd=home,
        env=environment(home, settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = b""
    try:
        async with asyncio.timeout(30):
            while b'"event": "ready"' not in said:
                line = await process.stderr.readline()
                assert line, f"it ended before it was ready:\n{said.decode()}"
                said += line
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize(("args", "told"), [((), signal.SIGTERM), (("run", "discord"), signal.SIGINT)])
async def test_it_answers_on_discord_until_it_is_told_to_end(
    discord: DiscordServer, model: ModelServer, settings: dict[str, str], tmp_path: Path, args: tuple[str, ...], told: signal.Signals
) -> None:
    channel, ada = discord.add_channel("general"), discord.add_user("ada")
    model.says("Hello ", "Ada.")
    async with serving(tmp_path, settings, *args) as parley:
        await discord.wait_for(lambda: discord.gateway.sessions, timeout=15)
        await discord.user_says(channel, ada, f"{discord.bot.mention} hello")
        await discord.wait_for(lambda: any(message.content == "Hello Ada." for message in discord.messages(channel)), timeout=15)
        parley.send_signal(told)
        out, err = await asyncio.wait_for(parley.communicate(), 20)
    assert parley.returncode == 0, err.decode()
    assert out == b""
    assert b"Traceback" not in err


async def test_a_worker_hears_nobody_and_ends_when_told(
    discord: DiscordServer, model: ModelServer, settings: dict[str, str], tmp_path: Path
) -> None:
    async with serving(tmp_path, settings, "worker") as worker:
        assert not discord.gateway.sessions
        worker.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(worker.communicate(), 20)
    assert worker.returncode == 0, err.decode()
    assert b"Traceback" not in err


async def test_a_token_that_discord_refuses_is_one_sentence_and_status_2(
    discord: DiscordServer, settings: dict[str, str], tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *PARLEY,
        "run",
        cwd=tmp_path,
        env=environment(tmp_path, {**settings, "DISCORD_BOT_TOKEN": "no-such-secret"}),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert b"Traceback" not in err
    assert b"no-such-secret" not in err
    assert b"DISCORD_BOT_TOKEN" in err.splitlines()[-1]
