"""Parley on Discord in several processes that share one Redis: each hears, answers, or does both, inside the test's own interpreter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from adapters.discord.opening import open_discord
from adapters.discord.waiting import HOURGLASS
from adapters.rendering.pace import Pace
from bot.assembly import open_engine
from bot.engine import Engine
from bot.receiving import open_reception
from tests.fakes.discord import Message
from tests.scenarios.discord_house import SPEED, Home
from tests.scenarios.house import QuickClock, lender_for

PATIENCE = 20.0
"""Seconds: two cores may be shared with processes that start."""

LONG = 60.0
"""Seconds of a lease: no renewal, no sweep and no successor comes while a test runs, so what happens came by a wake or a call."""


@dataclass(slots=True)
class Steps:
    """Steps of turns that a process passed. Whoever comes to one in `gates` waits there until it is opened."""

    passed: list[str] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)

    async def __call__(self, step: str) -> None:
        self.passed.append(step)
        if step in self.gates:
            await self.gates[step].wait()


@asynccontextmanager
async def receiver(home: Home, **more: object) -> AsyncIterator[Engine]:
    """As `parley run discord --receive-only`; `more` by the settings' names."""
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_reception(home.settings(**more)))
        await _on_discord(home, engine, stack, listens=True, **more)
        yield engine


@asynccontextmanager
async def worker(home: Home, **more: object) -> AsyncIterator[Steps]:
    """As `parley worker`; yields what it does."""
    async with _answering(home, listens=False, **more) as steps:
        yield steps


@asynccontextmanager
async def whole(home: Home, **more: object) -> AsyncIterator[Steps]:
    """As `parley run discord`; yields what it does."""
    async with _answering(home, listens=True, **more) as steps:
        yield steps


@asynccontextmanager
async def _answering(home: Home, *, listens: bool, **more: object) -> AsyncIterator[Steps]:
    steps = Steps()
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_engine(home.settings(**more), checkpoint=steps))
        await _on_discord(home, engine, stack, listens=listens, **more)
        yield steps


async def _on_discord(home: Home, engine: Engine, stack: AsyncExitStack, *, listens: bool, **more: object) -> None:
    clock = QuickClock(SPEED)
    pace = Pace(clock, lender_for(clock, engine.lender))
    discord = await stack.enter_async_context(open_discord(home.settings(**more), pace=pace, clock=clock))
    engine.plug(discord.platform)
    await stack.enter_async_context(engine.answering())
    if listens:
        await stack.enter_async_context(discord.listening(engine))
        await discord.client.connected.wait()


async def signed(home: Home, *asked: Message, signs: bool = True) -> None:
    """Returns once each of these messages shows an hourglass of ours, or none does."""
    await home.discord.wait_for(lambda: all((home.discord.bot.id in one.reacted(HOURGLASS)) is signs for one in asked), PATIENCE)


def told(home: Home, message: Message) -> int:
    """How many gateway sessions heard of a message."""
    sessions = home.discord.gateway.sessions.values()
    return sum(any(f["t"] == "MESSAGE_CREATE" and f["d"]["id"] == str(message.id) for f in session.sent) for session in sessions)
