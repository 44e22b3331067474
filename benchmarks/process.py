"""Parley as its users start it: the installed program, in a folder and an environment of its own."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.model.server import ModelServer
from tests.fakes.server import Recorded

ROOT = Path(__file__).resolve().parents[1]
PARLEY = str(Path(sys.executable).parent / "parley")
OURS = re.compile(r"(DISCORD|SLACK|OPENAI|MODERATION|REDIS|PARLEY|LOG|HISTORY|MODEL|LEASE|DRAIN)_|DATA_DIR|STREAMING|SLOTS")
END_SECONDS = 15.0


class Model(ModelServer):
    """The scripted model without its judge, whose time would be counted as Parley's."""

    def judge(self, request: Recorded) -> list[str]:
        return []


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The caller's, without our settings and without what keeps Python from keeping compiled modules."""
    kept = {name: value for name, value in os.environ.items() if not OURS.match(name) and name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "DATA_DIR": str(home / "data"), **more}


def model_settings(model: ModelServer) -> dict[str, str]:
    """A model endpoint that moderates, too."""
    return {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "test-model"}


@asynccontextmanager
async def home() -> AsyncIterator[Path]:
    """An empty folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@asynccontextmanager
async def serving(*command: str, settings: Mapping[str, str]) -> AsyncIterator[float]:
    """`parley <command>` on an embedded server of its own. Yields when it was started (monotonic seconds)."""
    async with home() as folder:
        env = environment(folder, {"DRAIN_SECONDS": "0", "LOG_FORMAT": "json", **settings})
        with (folder / "log").open("wb") as log:
            began = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                PARLEY, *command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield began
        except TimeoutError:
            print((folder / "log").read_text(errors="replace")[-3000:], file=sys.stderr)
            raise
        finally:
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
