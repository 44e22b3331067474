"""Parley whole: the real engine on a real store, between local platforms and a local model."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.assembly import open_engine
from bot.clock import SystemClock
from bot.engine import Engine
from bot.settings import Settings
from bot.turns.checkpoint import Checkpoint, passed
from bot.vocabulary.clock import Clock
from bot.vocabulary.pace import Budget, Lender, Loan
from tests.fakes.model.server import ModelServer


class QuickClock:
    """`Clock` that passes `speed` times as fast. For a platform's pace; the engine's leases run on the real one."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


class QuickLender:
    """`Lender` over one whose time is the store's, for a clock that passes `speed` times as fast."""

    def __init__(self, lender: Lender, speed: float) -> None:
        self._lender = lender
        self._speed = speed

    async def borrow(self, budget: Budget, *, wanted: int, urgent: bool, used: Sequence[float] = ()) -> Loan:
        times = {name: getattr(budget, name) / self._speed for name in ("interval", "keep", "refill", "window")}
        ages = [age / self._speed for age in used]
        loan = await self._lender.borrow(replace(budget, **times), wanted=wanted, urgent=urgent, used=ages)
        return replace(loan, delay=loan.delay * self._speed, again=loan.again * self._speed, lasts=loan.lasts * self._speed)


def lender_for(clock: Clock, lender: Lender) -> Lender:
    """The one that keeps time with `clock`."""
    return QuickLender(lender, clock.speed) if isinstance(clock, QuickClock) else lender


def settings_for(redis_url: str, model: ModelServer, **more: object) -> Settings:
    """As an operator would set them, with nothing to wait for; `more` by the settings' own names."""
    ours: dict[str, object] = {
        "redis_url": redis_url,
        "openai_base_url": model.base_url,
        "openai_model": "small",
        "model_backoff": 0.01,
        "lease_seconds": 2.0,
        "drain_seconds": 1.0,
        "gather_seconds": 0.0,
    }
    return Settings.model_validate({**ours, **more})


@asynccontextmanager
async def discord_house(settings: Settings, *, clock: Clock | None = None, checkpoint: Checkpoint = passed) -> AsyncIterator[Engine]:
    """Listening and answering on the Discord that the settings point to, as `parley run discord` does."""
    from adapters.discord.opening import open_discord
    from adapters.rendering.pace import Pace

    clock = clock or SystemClock()
    async with (
        open_engine(settings, checkpoint=checkpoint) as engine,
        open_discord(settings, pace=Pace(clock, lender_for(clock, engine.lender)), clock=clock) as discord,
    ):
        engine.plug(discord.platform)
        async with engine.answering(), discord.listening(engine):
            await discord.client.connected.wait()
            yield engine


@asynccontextmanager
async def slack_house(
    settings: Settings, *, clock: Clock | None = None, checkpoint: Checkpoint = passed
) -> AsyncIterator[tuple[Engine, str]]:
    """Listening and answering on the Slack that the settings point to, as `parley run slack` does; with where we must be reached."""
    from adapters.rendering.pace import Pace
    from adapters.slack.app import open_slack
    from adapters.slack.platform import open_platform

    clock = clock or SystemClock()
    async with (
        open_engine(settings, checkpoint=checkpoint) as engine,
        open_platform(settings, pace=Pace(clock, lender_for(clock, engine.lender)), clock=clock) as platform,
    ):
        engine.plug(platform)
        async with engine.answering(), open_slack(settings, engine, platform=platform, clock=clock) as slack:
            yield engine, slack.address
