"""A scripted model, and the real program on a pipe or on a terminal of its own."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.adapters.console.terminal import Terminal
from tests.fakes.model.server import ModelServer

PARLEY = (sys.executable, "-c", "import sys; sys.argv[0] = 'parley'; from adapters.console.cli import main; main()")
OURS = re.compile(r"(DISCORD|SLACK|OPENAI|MODERATION|REDIS|PARLEY|LOG)_|DATA_DIR|STREAMING")


@dataclass(frozen=True, slots=True)
class Ran:
    """How the program ended and what it wrote."""

    status: int
    out: str
    err: str


class Run(Protocol):
    """Runs `parley` to its end with `stdin` in a pipe."""

    async def __call__(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran: ...


class Open(Protocol):
    """Starts `parley` on a terminal."""

    async def __call__(self, *args: str, env: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24) -> Terminal: ...


def environment(home: Path, more: Mapping[str, str] | None) -> dict[str, str]:
    """The developer's own, without any setting of ours; the program starts in `home`, where there is no .env."""
    ours = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    return {**ours, "DATA_DIR": str(home / "data"), "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **(more or {})}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
        server.assert_clean()


@pytest.fixture
def endpoint(model: ModelServer) -> dict[str, str]:
    """Settings that name the scripted model, which moderates too."""
    return {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "test-model", "MODERATION_BASE_URL": model.base_url}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    async def ran(*args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran:
        process = await asyncio.create_subprocess_exec(
            *PARLEY,
            *args,
            cwd=tmp_path,
            env=environment(tmp_path, env),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(45):
                out, err = await process.communicate(stdin)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Ran(process.returncode or 0, out.decode(), err.decode())

    return ran


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Open]:
    async with contextlib.AsyncExitStack() as stack:

        async def opened(*args: str, env: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24) -> Terminal:
            command: Sequence[str] = (*PARLEY, *args)
            session = Terminal(command, cwd=tmp_path, env=environment(tmp_path, env), columns=columns, rows=rows)
            return await stack.enter_async_context(session)

        yield opened
