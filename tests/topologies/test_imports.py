"""A process that only receives imports no model library: neither to open, nor to hand messages and orders on."""

import asyncio
import json
import sys
from pathlib import Path

from bot.commands.catalogue import SPECS
from tests.scenarios.discord_house import Home
from tests.scenarios.slack_house import Acme
from tests.topologies.processes import ROOT, environment_for

FORBIDDEN = (
    "openai",
    "genai_prices",
    "httpx",
    "bot.assembly",
    "bot.llm",
    "bot.moderation",
    "bot.offline",
    "bot.turns.walk",
    "bot.turns.worker",
)

OPENED = """
import asyncio, json, sys

async def main():
    from contextlib import AsyncExitStack
    from adapters.launch import CONNECT, _engine
    from bot.settings import load_settings

    settings = load_settings()
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(_engine(settings, receive_only=True))
        for name in settings.platforms:
            connection = await stack.enter_async_context(CONNECT[name](settings, engine.lender))
            engine.plug(connection.platform)
            await stack.enter_async_context(connection.listen(engine))
        await stack.enter_async_context(engine.answering())
        forbidden = sys.argv[1].split(",")
        found = [name for name in sys.modules if any(name == each or name.startswith(each + ".") for each in forbidden)]
        print(json.dumps([sorted(engine.platforms), [spec.name for spec in engine.commands], found]))

import adapters.console.cli
asyncio.run(main())
"""


async def test_receiving_on_both_platforms_imports_no_model_library(home: Home, acme: Acme, tmp_path: Path) -> None:
    both = environment_for(home.settings(), model=False) | environment_for(acme.settings(slack_mode="http"), model=False)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OPENED, ",".join(FORBIDDEN)),
        cwd=tmp_path,
        env=both | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 45)
    platforms, orders, found = json.loads(out.splitlines()[-1])
    assert platforms == ["discord", "slack"]
    assert {"persona set", "usage", "stop", "help"} <= set(orders)
    assert found == []


async def test_whoever_receives_offers_the_orders_that_whoever_answers_carries_out(home: Home) -> None:
    async with home.parley() as whole:
        assert list(whole.commands) == list(SPECS)
