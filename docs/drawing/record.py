"""Let Parley answer on a local Discord and a local Slack at the platforms' own pace, and keep each version people could see."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from adapters.slack.standing import standing
from bot.store.embedded import EmbeddedServer
from docs.drawing.answer import CHUNK_SECONDS, FIRST_WORD_SECONDS, QUESTION, chunks
from docs.drawing.recording import Button, Recording, Shown, Version
from tests.fakes.discord import DiscordServer
from tests.fakes.model.sayings import Manner, Piece
from tests.fakes.model.server import ModelServer
from tests.fakes.slack.server import SlackServer
from tests.scenarios.house import discord_house, settings_for, slack_house

PATIENCE = 30.0
"""Seconds: an answer that does not stand by then is a fault."""

QUIET_SECONDS = 2.5
"""Once nothing has changed for so long, nothing will: longer than a platform makes an edit wait."""

LOOK_SECONDS = 0.01


async def record_discord(haste: float = 1.0) -> Recording:
    """The answer to a mention in a channel, by a model that is so many times as fast. Raises `TimeoutError` when none comes."""
    with _redis() as url:
        async with DiscordServer() as discord, _model(haste) as model:
            guild = discord.add_guild("Home")
            general = discord.add_channel("general", guild=guild)
            ada = discord.add_user("ada", display="Ada", guild=guild)
            ours = {"discord_bot_token": discord.token, "discord_api_url": discord.api_url, "discord_gateway_url": discord.gateway_url}

            def look() -> list[Shown]:
                written = [message for message in discord.messages(general) if message.author is discord.bot]
                return [Shown(one.content, tuple(_discord_buttons(one.components))) for one in written]

            async with discord_house(settings_for(url, model, **ours)):
                asked = time.monotonic()
                await discord.user_says(general, ada, f"<@{discord.bot.id}> {QUESTION}")
                versions = await _watched(look, asked)
        discord.assert_clean()
    return Recording("discord", QUESTION, versions)


async def record_slack(haste: float = 1.0) -> Recording:
    """As `record_discord`; the answer comes in the thread."""
    with _redis() as url:
        async with SlackServer() as slack, _model(haste) as model:
            ada = slack.add_user("ada", display_name="Ada")
            general = slack.add_channel("general", members=[ada])
            ours = {"slack_bot_token": slack.bot_token, "slack_app_token": slack.app_token, "slack_api_url": slack.api_url}

            def look() -> list[Shown]:
                written = [message for message in slack.from_bot(general) if not message.deleted]
                return [_slack_shown(one.text, one.blocks, status=_status(slack)) for one in written]

            async with slack_house(settings_for(url, model, **ours)):
                await slack.wait_for(lambda: slack.sockets.connections)
                asked = time.monotonic()
                await slack.says(ada, general, f"<@{slack.team.bot_user}> {QUESTION}")
                versions = await _watched(look, asked)
        slack.assert_clean()
    return Recording("slack", QUESTION, versions)


async def _watched(look: Callable[[], list[Shown]], asked: float) -> tuple[Version, ...]:
    """Every state that `look` saw, until the answer has ended and nothing has changed for a while. Raises `TimeoutError`."""
    versions: list[Version] = []
    changed = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while len(versions) < 2 or time.monotonic() - changed < QUIET_SECONDS:
            state = tuple(look())
            if state and (not versions or state != versions[-1].messages):
                changed = time.monotonic()
                versions.append(Version(round(changed - asked, 2), state))
            await asyncio.sleep(LOOK_SECONDS)
    return tuple(versions)


def _discord_buttons(components: Iterable[Any]) -> Iterator[Button]:
    """Of the rows under a message (documents, "Component Reference")."""
    for part in components:
        if part["type"] == 2:
            words = ((part.get("emoji") or {}).get("name"), part.get("label"))
            yield Button(" ".join(filter(None, words)), {1: "primary", 3: "success", 4: "danger"}.get(part.get("style"), ""))
        yield from _discord_buttons(part.get("components", ()))


def _slack_shown(text: str, blocks: Sequence[Any], *, status: str) -> Shown:
    """Where a native stream has no text yet, Slack shows the status of the thread."""
    actions = (element for block in blocks if block["type"] == "actions" for element in block["elements"])
    buttons = tuple(Button(element["text"]["text"], element.get("style", "")) for element in actions)
    return Shown(standing({"text": text, "blocks": blocks}) or f"*{status}*", buttons)


def _status(slack: SlackServer) -> str:
    """What Slack was told to show at last, in the one thread there is."""
    told = [status for statuses in slack.world.statuses.values() for status in statuses if status]
    return told[-1] if told else "…"


@asynccontextmanager
async def _model(haste: float) -> AsyncIterator[ModelServer]:
    """One that says the answer."""
    async with ModelServer() as model:
        model.answers(lambda _: _spoken(FIRST_WORD_SECONDS / haste), manner=Manner(delay=CHUNK_SECONDS / haste))
        yield model
    model.assert_clean()


def _spoken(after: float) -> Iterable[Piece]:
    thought = asyncio.Event()
    asyncio.get_running_loop().call_later(after, thought.set)
    yield thought
    yield from chunks()


@contextmanager
def _redis() -> Iterator[str]:
    """A server of our own for one recording."""
    folder = Path(tempfile.mkdtemp(prefix="parley-pictures-"))
    server = EmbeddedServer(folder)
    server.start_and_wait()
    try:
        yield server.url
    finally:
        server.stop_and_wait()
        shutil.rmtree(folder, ignore_errors=True)
