"""Parley whole: the real engine on a real store, between local platforms and a local model."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.assembly import open_engine
from bot.clock import SystemClock
from bot.engine import Engine
from bot.settings import Settings
from bot.turns.checkpoint import Checkpoint, passed
from bot.vocabulary.clock import Clock
from tests.fakes.model.server import ModelServer


class QuickClock:
    """`Clock` that passes `speed` times as fast. For a platform's pace; the engine's leases run on the real one."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


def settings_for(redis_url: str, model: ModelServer, **more: object) -> Settings:
    """As an operator would set them, with nothing to wait for; `more` by the settings' own names."""
    ours: dict[str, object] = {
        "redis_url": redis_url,
        "openai_base_url": model.base_url,
        "openai_model": "small",
        "model_backoff": 0.01,
        "lease_seconds": 2.0,
        "drain_seconds": 1.0,
    }
    return Settings.model_validate({**ours, **more})


@asynccontextmanager
async def discord_house(settings: Settings, *, clock: Clock | None = None, checkpoint: Checkpoint = passed) -> AsyncIterator[Engine]:
    """Listening and answering on the Discord that the settings point to, as `parley run discord` does."""
    from adapters.discord.opening import open_discord
    from adapters.rendering.pace import Pace

    clock = clock or SystemClock()
    async with open_engine(settings, checkpoint=checkpoint) as engine, open_discord(settings, pace=Pace(clock), clock=clock) as discord:
        engine.plug(discord.platform)
        async with engine.answering(), discord.listening(engine):
            await discord.client.connected.wait()
            yield engine
