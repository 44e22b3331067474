"""A process of its own that goes through every failure we can provoke, with secrets and people's words wherever they may be.

`python -m tests.engine.telemetry.provoking REDIS_SOCKET`: its logs are on standard error, as a real process's are.
"""

import asyncio
import contextlib
import sys
from dataclasses import replace
from pathlib import Path

from bot.assembly import open_engine
from bot.engine import Engine
from bot.errors import PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.offline.api_error import ApiError
from bot.telemetry.logs import configure_logs
from bot.vocabulary.conversation import Author, Place
from bot.vocabulary.inbound import Quoted
from tests.adapters.rendering.room import Trouble
from tests.engine.samples import ADMIN, call
from tests.engine.turns.crew import message, until
from tests.engine.turns.platform import RoomPlatform
from tests.engine.whole import settings_for
from tests.fakes.frozen import FreezingProxy
from tests.fakes.model.server import ModelServer

WORDS = "MARZIPAN"
"""Stands in everything that people write."""

KEY, PASSWORD = "sk-proj-QUINCE0123456789", "QUINCE0987"
"""Both hold the word that no log may hold."""

TURNS = 15
"""Log lines "turn" at the end."""


class Talk:
    """One message after another, each waited for."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.count = 0

    async def says(self, text: str = WORDS, **more: object) -> None:
        self.count += 1
        said = replace(message(f"{text} {self.count}", author=Author("eve", WORDS)), place=Place(WORDS, WORDS), **more)  # type: ignore[arg-type]
        await self.engine.receive(said)
        await until(self._rests)

    async def _rests(self) -> bool:
        with contextlib.suppress(StoreUnavailable):
            return not await self.engine.mailbox.waiting()
        return False


async def main(socket: Path) -> None:
    defects = 0

    async def defect(step: str) -> None:
        nonlocal defects
        if step == "briefed" and defects:
            defects -= 1
            raise RuntimeError(f"a client was made with {KEY}, redis://parley:{PASSWORD}@host, Bearer {KEY}")

    async with ModelServer() as model, FreezingProxy(socket) as way:
        url, few = f"redis://parley:{PASSWORD}@{way.address}", {"openai_fallback_models": ("other",), "model_attempts": 1}
        settings = settings_for(url, model.base_url, openai_api_key=KEY, **few)
        platform = RoomPlatform(patience=0.05)
        async with open_engine(settings, local=True, checkpoint=defect) as engine:
            engine.plug(platform)
            async with engine.answering():
                talk = Talk(engine)
                echo = ApiError(f"Incorrect API key {KEY} for prompt {WORDS}")
                await talk.says()
                await talk.says(quoted=Quoted(WORDS, WORDS))
                await talk.says("x" * 5000)
                model.flags(WORDS, category="harassment")
                await talk.says()
                model._flagged.clear()
                for status, models in ((401, 1), (403, 1), (404, 2), (500, 2)):  # what is denied is not tried elsewhere
                    model.status(status, times=models)
                    await talk.says()
                model.refuses(echo, times=2)
                await talk.says()
                model.html(times=2)
                await talk.says()
                model.cut("some ", "words ", "and", after=2)
                await talk.says()
                model.bad_json("some ", "words", after=1)
                await talk.says()
                defects = 1
                await talk.says()
                platform.room.next("post", Trouble(error=PlatformRefused("no rights"), lost=True))
                await talk.says()
                gate = asyncio.Event()
                model.says("Once ", gate, "upon")
                platform.room.next("edit", Trouble(error=PlatformUnavailable("away"), lost=True))
                saying = asyncio.create_task(talk.says())
                await until(lambda: "Once" in "".join(platform.said))
                await way.cut()
                gate.set()
                await asyncio.sleep(0.1)
                await way.mend()
                await saying
                for order in ("persona set", "usage", "help", "nonsense"):
                    await engine.command(call(order, author=ADMIN, instructions=WORDS))
                await way.cut()
                await engine.command(call("reset", author=ADMIN))
                await way.mend()


if __name__ == "__main__":
    configure_logs(level="INFO", style="json")
    asyncio.run(main(Path(sys.argv[1])))
