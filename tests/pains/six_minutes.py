"""An answer that takes the model six minutes, a hundred and twenty times as fast: for the platform, for our pace, and for whoever waits."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.opening import open_discord
from adapters.rendering.pace import Pace
from adapters.slack.platform import open_platform
from bot.assembly import open_engine
from bot.settings import Settings
from bot.turns.checkpoint import Checkpoint
from tests.fakes.model.sayings import Manner
from tests.scenarios.discord_house import Home
from tests.scenarios.house import QuickClock, discord_house, lender_for, slack_house
from tests.scenarios.slack_house import Acme

HASTE = 120.0
"""So many seconds pass in one."""
MINUTES = 6
WORDS = [f"Word {number} of a slow answer.{chr(10) * 2 if number % 6 == 5 else ' '}" for number in range(180)]
"""An answer that fits into one message of Slack's, and into three of Discord's."""
SLOWLY = Manner(delay=MINUTES * 60 / HASTE / len(WORDS))
"""One of them each two seconds."""
LEASE = 1.0
"""Seconds of a lane's lease, by the wall: it would run out three times."""
PATIENCE = 20.0


class Begun:
    """How often a turn was begun, by whichever process."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, step: str) -> None:
        self.times += step == "begun"


@asynccontextmanager
async def slack_in_haste(acme: Acme, **more: object) -> AsyncIterator[Begun]:
    """Parley on Slack, and a second process which would take over a lane that is let go."""
    acme.slack.limits.time_scale = 1 / HASTE
    acme.slack.streams.clock = lambda: time.monotonic() * HASTE
    settings, begun = acme.settings(lease_seconds=LEASE, **more), Begun()
    async with slack_house(settings, clock=QuickClock(HASTE), checkpoint=begun), _slack_worker(settings, begun):
        await acme.slack.wait_for(lambda: len(acme.slack.sockets.connections) == settings.slack_connections)
        yield begun


@asynccontextmanager
async def discord_in_haste(home: Home, **more: object) -> AsyncIterator[Begun]:
    """The same on Discord."""
    home.discord.limits.time_scale = 1 / HASTE
    settings, begun = home.settings(lease_seconds=LEASE, **more), Begun()
    async with discord_house(settings, clock=QuickClock(HASTE), checkpoint=begun), _discord_worker(settings, begun):
        yield begun


@asynccontextmanager
async def _slack_worker(settings: Settings, checkpoint: Checkpoint) -> AsyncIterator[None]:
    clock = QuickClock(HASTE)
    async with (
        open_engine(settings, checkpoint=checkpoint) as engine,
        open_platform(settings, pace=Pace(clock, lender_for(clock, engine.lender)), clock=clock) as platform,
    ):
        engine.plug(platform)
        async with engine.answering():
            yield


@asynccontextmanager
async def _discord_worker(settings: Settings, checkpoint: Checkpoint) -> AsyncIterator[None]:
    clock = QuickClock(HASTE)
    async with (
        open_engine(settings, checkpoint=checkpoint) as engine,
        open_discord(settings, pace=Pace(clock, lender_for(clock, engine.lender)), clock=clock) as discord,
    ):
        engine.plug(discord.platform)
        async with engine.answering():
            yield
