"""A terminal that a test sits at: a pseudo-terminal, the program on it, and what the screen has shown."""

import asyncio
import fcntl
import os
import pty
import re
import struct
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[=>]|\x1b\([A-Z0-9]")

CTRL_C, CTRL_D, ENTER, ESCAPE = "\x03", "\x04", "\r", "\x1b"
CLEAR = "\x15" * 20
"""Ctrl-U takes away a line up to the cursor, or the line break before it."""


class Terminal:
    """`async with Terminal(...) as terminal:` then `await terminal.sees("…")`, `terminal.types("…")`."""

    def __init__(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int, rows: int) -> None:
        self._command = command
        self._cwd = cwd
        self._env = env
        self._size = struct.pack("HHHH", rows, columns, 0, 0)
        self._shown = ""
        self._read = 0
        self._more = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        self._process = await asyncio.create_subprocess_exec(
            *self._command, cwd=self._cwd, env=self._env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._take)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)

    @property
    def screen(self) -> str:
        """Everything that was ever written, without escape sequences."""
        return ESCAPES.sub("", self._shown)

    async def sees(self, text: str, *, timeout: float = 30) -> str:
        """Wait until `text` is written after what was seen before; returns what was written up to its end."""
        try:
            async with asyncio.timeout(timeout):
                while (at := self.screen.find(text, self._read)) < 0:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            seen, unseen = self.screen[: self._read], self.screen[self._read :]
            raise AssertionError(f"{text!r} was not seen after:\n{seen}\n--- but:\n{unseen}") from None
        before, self._read = self._read, at + len(text)
        return self.screen[before : self._read]

    def types(self, text: str) -> None:
        """As fingers would."""
        os.write(self._master, text.encode())

    async def ended(self, *, timeout: float = 30) -> int:
        """The exit status, once the program has ended."""
        async with asyncio.timeout(timeout):
            return await self._process.wait()

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def _take(self) -> None:
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # the other end is closed
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
        self._shown += data.decode(errors="replace")
        self._more.set()
