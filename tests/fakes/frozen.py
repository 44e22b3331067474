"""A TCP way to a server on a unix socket that can be frozen, as a machine that hangs, or cut, as one that is gone."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self, cast


class _End(asyncio.Protocol):
    """One end of a connection: what comes in here goes out at `other`."""

    def __init__(self, way: "FreezingProxy", other: "_End | None" = None) -> None:
        self._way = way
        self.other = other
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._way.joined(self)

    def data_received(self, data: bytes) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._way.left(self)
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class FreezingProxy:
    """`async with FreezingProxy(socket) as way:` serves `way.address` ("127.0.0.1:port"), which stays over `cut` and `mend`."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._server: asyncio.Server | None = None
        self._port = 0
        self._frozen = False
        self._ends: set[_End] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def address(self) -> str:
        """Known once opened."""
        return f"127.0.0.1:{self._port}"

    def freeze(self) -> None:
        """From here on nothing passes, and connections stay; new ones are taken and hear nothing either."""
        self._frozen = True
        for end in self._ends:
            _transport(end).pause_reading()

    def thaw(self) -> None:
        """Everything that was held back passes."""
        self._frozen = False
        for end in self._ends:
            if end.other is not None:
                _transport(end).resume_reading()

    async def cut(self) -> None:
        """Every connection breaks, and new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await asyncio.gather(*self._connecting)
        for end in self._ends:
            _transport(end).abort()
        await self._idle.wait()

    async def mend(self) -> None:
        """Listens, at the same address as before."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _End(self), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.cut()

    def joined(self, end: _End) -> None:
        """An end stands. The near one waits for its far one, and both for the thaw."""
        self._ends.add(end)
        self._idle.clear()
        if end.other is None:
            _transport(end).pause_reading()
            task = asyncio.create_task(self._connect(end))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)
        elif self._frozen:
            _transport(end).pause_reading()

    def left(self, end: _End) -> None:
        """An end is gone."""
        self._ends.discard(end)
        if not self._ends:
            self._idle.set()

    async def _connect(self, near: _End) -> None:
        try:
            _, near.other = await asyncio.get_running_loop().create_unix_connection(lambda: _End(self, near), str(self._socket))
        except OSError:  # the server itself is gone
            _transport(near).abort()
            return
        if not self._frozen and not _transport(near).is_closing():
            _transport(near).resume_reading()


def _transport(end: _End) -> asyncio.Transport:
    assert end.transport is not None
    return end.transport
