"""How long people wait for the program itself."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import run
from benchmarks.discord_turns import local_discord, settings
from benchmarks.figures import Row
from benchmarks.process import PARLEY, ROOT, Model, environment, home, model_settings, serving

PYTHON = getattr(sys, "_base_executable", sys.executable)
"""What `python3` is outside the environment, without the shims of a version manager."""


async def measure(count: int) -> list[Row]:
    """`count` starts of each kind; one before them leaves the compiled modules."""
    async with home() as folder:
        helped, launched = await _help(folder, count)
    overhead = [late - early for late, early in zip(launched, helped, strict=True)]
    half = max(3, count // 2)
    return [
        Row("parley --help", helped, "0.40", unit="s"),
        Row("python3 run.py: what it adds to parley", overhead, "0.50", unit="s"),
        Row("parley run discord → IDENTIFY at the gateway", await _connects(half), "2.50", unit="s"),
        Row("printf hello into parley chat", await _chats(half), unit="s"),
    ]


async def _help(folder: Path, count: int) -> tuple[list[float], list[float]]:
    """`parley --help`, and the same through the newcomer's way in, turn by turn."""
    direct, launcher = [PARLEY, "--help"], [PYTHON, str(_launcher(folder)), "--help"]
    helped, launched = [], []
    for command in (direct, launcher):
        await _timed(command, folder)
    for _ in range(count):
        helped.append(await _timed(direct, folder))
        launched.append(await _timed(launcher, folder))
    return helped, launched


def _launcher(folder: Path) -> Path:
    """run.py where everything is set up already: with this environment's programs and a stamp of its own."""
    place = folder.resolve() / "place"
    (place / ".venv").mkdir(parents=True)
    for name in ("run.py", *run.INPUTS):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, place / name)
    (place / ".venv" / "bin").symlink_to(Path(sys.executable).parent, target_is_directory=True)
    stamp = run.fingerprint(place, f"Python {sys.version.split()[0]} at {sys.base_prefix}")
    (place / ".venv" / run.STAMP.name).write_text("\n".join(stamp) + "\n", encoding="utf-8")
    return place / "run.py"


async def _timed(command: Sequence[str], folder: Path, **more: str) -> float:
    """Wall seconds; `more` are settings. Raises RuntimeError when it failed."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment(folder, more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate(b"hello")
    if process.returncode or not out:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {err.decode(errors='replace')[-500:]}")
    return time.monotonic() - began


async def _connects(count: int) -> list[float]:
    """From the start of the process, on an empty data folder each time."""
    taken = []
    for _ in range(count + 1):
        async with local_discord() as discord, Model() as model:
            discord.add_guild("Home")
            async with serving("run", "discord", settings=settings(discord, model)) as began:
                await discord.wait_for(partial(getattr, discord.gateway, "identifies"), timeout=30)
                taken.append(time.monotonic() - began)
    return taken[1:]


async def _chats(count: int) -> list[float]:
    """One question on a pipe, answered and ended."""
    taken = []
    async with Model() as model:
        for _ in range(count + 1):
            async with home() as folder:
                taken.append(await _timed([PARLEY, "chat"], folder, **model_settings(model)))
    return taken[1:]
