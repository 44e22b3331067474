"""The composition root: which platforms run in this process, started bottom-up and ended in reverse.

Platforms are imported only where they are used: a terminal needs neither discord.py nor bolt.
"""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.clock import SystemClock
from bot.errors import SettingsInvalid
from bot.settings import Settings
from bot.telemetry.logs import configure_logs
from bot.vocabulary.door import AttentiveDoor, Door
from bot.vocabulary.finding import Finding
from bot.vocabulary.pace import Lender
from bot.vocabulary.platform import Platform

if TYPE_CHECKING:
    from bot.engine import Engine

log = structlog.get_logger(__name__)

NO_TOKENS = "No platform has tokens: set DISCORD_BOT_TOKEN, or SLACK_BOT_TOKEN with SLACK_APP_TOKEN or SLACK_SIGNING_SECRET."
NO_MODEL = "No model is set: set OPENAI_API_KEY, or OPENAI_BASE_URL for any OpenAI-compatible endpoint."
SIGNALS = (signal.SIGTERM, signal.SIGINT)

YOUNG = 5_000
"""New objects after which the collector looks for garbage. With Python's 700 it took 3 % of what 200 answers at once take (measured)."""

Listen = Callable[[AttentiveDoor], AbstractAsyncContextManager[asyncio.Task[None] | None]]
"""Hands what people write to a door while open; a task that it yields ends only by raising."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A platform that can already answer, and how to hear people there."""

    platform: Platform
    listen: Listen


@asynccontextmanager
async def _discord(settings: Settings, lender: Lender) -> AsyncIterator[Connection]:
    from adapters.discord.opening import open_discord
    from adapters.rendering.pace import Pace

    clock = SystemClock()
    async with open_discord(settings, pace=Pace(clock, lender), clock=clock) as discord:
        yield Connection(discord.platform, discord.listening)


@asynccontextmanager
async def _slack(settings: Settings, lender: Lender) -> AsyncIterator[Connection]:
    from adapters.rendering.pace import Pace
    from adapters.slack.app import open_slack
    from adapters.slack.platform import open_platform

    clock = SystemClock()
    async with open_platform(settings, pace=Pace(clock, lender), clock=clock) as platform:

        @asynccontextmanager
        async def listen(door: Door) -> AsyncIterator[None]:
            async with open_slack(settings, door, platform=platform, clock=clock):
                yield

        yield Connection(platform, listen)


CONNECT: Mapping[str, Callable[[Settings, Lender], AbstractAsyncContextManager[Connection]]] = {"discord": _discord, "slack": _slack}


async def serve(settings: Settings, *, receive: Sequence[str], receive_only: bool = False) -> None:
    """Hear people on the platforms in `receive` and answer there, until SIGTERM or Ctrl-C.

    Nothing to receive makes it a worker, which answers on all platforms that have tokens; `receive_only`: what it
    hears is left to workers. Raises `SettingsInvalid` before anything is started, or whatever a platform refuses at its start.
    """
    check(settings, receive, receive_only=receive_only)
    configure_logs(level=settings.log_level, style=settings.log_format)
    told, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(_serve(settings, receive, receive_only=receive_only, ready=ready, told=told), name="serving")

    def end() -> None:
        told.set()
        if not ready.is_set():
            serving.cancel()  # a start that hangs must not hold us

    with _signals(end):
        try:
            await serving
        except asyncio.CancelledError:
            if not told.is_set():
                raise


def check(settings: Settings, receive: Sequence[str], *, receive_only: bool = False) -> None:
    """Raises `SettingsInvalid` when there is no platform to answer on, none with tokens to hear, or no model to answer with."""
    if not settings.platforms:
        raise SettingsInvalid(NO_TOKENS)
    missing = [name for name in receive if name not in settings.platforms]
    if missing:
        raise SettingsInvalid(" ".join(f"{name.capitalize()} cannot run: {name.upper()}_BOT_TOKEN is not set." for name in missing))
    if not receive_only and not settings.model_is_set:
        raise SettingsInvalid(NO_MODEL)


async def _serve(settings: Settings, receive: Sequence[str], *, receive_only: bool, ready: asyncio.Event, told: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        with _collector_resting():
            engine = await stack.enter_async_context(_engine(settings, receive_only=receive_only))
            opening = {name: CONNECT[name](settings, engine.lender) for name in receive or settings.platforms}
            connections = {name: await stack.enter_async_context(platform) for name, platform in opening.items()}
            for connection in connections.values():
                engine.plug(connection.platform)
            await stack.enter_async_context(engine.answering())
            listening = [await stack.enter_async_context(connections[name].listen(engine)) for name in receive]
        ready.set()
        log.info("ready", receiving=list(receive), answering=[] if receive_only else list(connections))
        await _until(told, [task for task in listening if task])
        log.info("ending")


def _engine(settings: Settings, *, receive_only: bool) -> "AbstractAsyncContextManager[Engine]":
    if receive_only:
        from bot.receiving import open_reception  # it answers nothing, so it does without the model's libraries

        return open_reception(settings)
    from bot.assembly import open_engine

    return open_engine(settings)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """No garbage collection inside, and what stands at the end is left alone for good.

    The libraries are some 150,000 objects that stay: each full collection that goes through them stops everything for a tenth of a
    second, twice at a start and once more in the midst of the first answers (measured).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()


async def _until(told: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    waiting = asyncio.create_task(told.wait())
    try:
        done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    for task in done - {waiting}:
        task.result()


@contextmanager
def _signals(end: Callable[[], None]) -> Iterator[None]:
    """`end` is called at the first signal; a second one is the system's and ends at once."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        _forget()
        end()

    def _forget() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, first)
    try:
        yield
    finally:
        _forget()


@asynccontextmanager
async def open_terminal(settings: Settings, platform: Platform) -> AsyncIterator[Door]:
    """The engine, answering on one platform of this process: the terminal."""
    from bot.assembly import open_engine

    async with AsyncExitStack() as stack:
        with _collector_resting():
            engine = await stack.enter_async_context(open_engine(settings, local=True))
            engine.plug(platform)
            await stack.enter_async_context(engine.answering())
        yield engine


async def look(settings: Settings) -> list[Finding]:
    """Everything `parley doctor` looks at; platforms only where there are tokens."""
    from bot.assembly import examine

    findings = await examine(settings)
    if "discord" in settings.platforms:
        from adapters.discord import checks as discord

        findings += await discord.check(settings)
    if "slack" in settings.platforms:
        from adapters.slack import checks as slack

        findings += await slack.check(settings)
    return findings


async def discord_invitation(settings: Settings) -> str:
    """The link by which a server's admin adds the bot. Raises `SettingsInvalid`, `PlatformError`."""
    from adapters.discord.checks import invitation

    return await invitation(settings)


def slack_manifest(url: str) -> Mapping[str, Any]:
    """The app manifest: for Socket Mode, or for HTTP at the public https:// address `url`. Raises `SettingsInvalid`."""
    from adapters.slack.manifest import manifest

    try:
        return manifest(mode="http" if url else "socket", url=url)
    except ValueError as error:
        raise SettingsInvalid(str(error)) from None
