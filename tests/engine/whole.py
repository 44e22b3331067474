"""The whole engine on a local model and a real store, answering in a room in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.assembly import open_engine
from bot.engine import Engine
from bot.settings import Settings
from tests.engine.turns.platform import RoomPlatform
from tests.fakes.model.server import ModelServer


@dataclass(frozen=True, slots=True)
class Whole:
    """An engine at work."""

    engine: Engine
    platform: RoomPlatform
    model: ModelServer

    async def rests(self) -> bool:
        """Whether nothing waits in any lane."""
        return not await self.engine.mailbox.waiting()


def settings_for(redis_url: str, base_url: str, **more: object) -> Settings:
    """Settings with nothing to wait for; `more` by the settings' own names."""
    ours: dict[str, object] = {"redis_url": redis_url, "openai_base_url": base_url, "openai_model": "test-model", "model_backoff": 0.01}
    return Settings.model_validate({**ours, "lease_seconds": 2.0, "drain_seconds": 1.0, **more})


@asynccontextmanager
async def whole(redis_url: str, model: ModelServer, **more: object) -> AsyncIterator[Whole]:
    """Answering while open."""
    platform = RoomPlatform()
    async with open_engine(settings_for(redis_url, model.base_url, **more), local=True) as engine:
        engine.plug(platform)
        async with engine.answering():
            yield Whole(engine, platform, model)
