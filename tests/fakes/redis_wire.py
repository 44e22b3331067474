"""What a Redis server is sent, command by command: whether we or the work engine sent it, and what it is in our words."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from secrets import token_hex
from typing import Any

import redis.asyncio as redis

from bot.store.keys import PREFIX, kind
from bot.turns.docket_wakes import DOCKET
from bot.vocabulary.tasks import end

MARK = "wire-mark-"
ABOUT_A_CONNECTION = frozenset({"AUTH", "CLIENT", "HELLO", "PING", "QUIT", "SCRIPT", "SELECT"})
"""Said once a connection, or while it rests; no part of any work."""

APART = {
    "lend": "pace",
    "lend_pool": "pace",
    "renew": "renewals",
    "ZRANGE pending": "sweep",
    "BLPOP errands": "orders",
    "claim": "tidying",
    "ZREM leftovers": "tidying",
    "HSET heard": "stamps",
    "PEXPIRE heard": "stamps",
}
"""What a process does in the background by itself, whatever turn runs: it is counted apart from turns."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One command of a client; what a script does inside counts as the one command that runs it.

    `name`: the script's name, or the command and the kind of its first key. `at`: the server's Unix seconds.
    """

    name: str
    ours: bool
    at: float

    @property
    def background(self) -> str:
        """Which of a process's own doings it is part of; empty for what a turn costs."""
        return APART.get(self.name, "")


class Wire:
    """`sent`: everything since it was opened, in the server's order."""

    def __init__(self, client: Any) -> None:
        self.sent: list[Sent] = []
        self._client = client
        self._theirs: set[str] = set()
        self._marks: dict[str, asyncio.Future[int]] = {}
        self._more = asyncio.Condition()

    async def mark(self) -> int:
        """How many were sent until now, for slices of `sent`."""
        mark = self._marks[token_hex(4)] = asyncio.get_running_loop().create_future()
        await self._client.echo(MARK + next(reversed(self._marks)))
        position: int = await mark
        return position

    async def until(self, name: str, times: int, *, since: int, within: float = 30.0) -> None:
        """Return once `name` was sent so often. Raises TimeoutError, with what was sent instead."""
        try:
            async with asyncio.timeout(within), self._more:
                await self._more.wait_for(lambda: sum(sent.name == name for sent in self.sent[since:]) >= times)
        except TimeoutError:
            raise TimeoutError(f"{times} times {name} wanted, and there was {Counter(sent.name for sent in self.sent[since:])}") from None

    async def read(self, monitor: Any) -> None:
        """For ever."""
        async for seen in monitor.listen():
            if seen["client_type"] != "lua":
                self._take(seen["command"], f"{seen['client_address']}:{seen['client_port']}", seen["time"])
                async with self._more:
                    self._more.notify_all()

    def _take(self, text: str, connection: str, at: float) -> None:
        words = text[:4000].split(" ")
        command = words[0].upper()
        if command == "ECHO" and words[1].startswith(MARK):
            self._marks.pop(words[1].removeprefix(MARK)).set_result(len(self.sent))
            return
        if any(word.startswith((DOCKET, f"{{{DOCKET}")) for word in words):
            self._theirs.add(connection)
        if command not in ABOUT_A_CONNECTION:
            self.sent.append(Sent(_name(command, words), connection not in self._theirs, at))


def turns(sent: Sequence[Sent]) -> list[str]:
    """The names of those that turns cost us, in order."""
    return [each.name for each in sent if each.ours and not each.background]


def background(sent: Sequence[Sent]) -> Counter[str]:
    """Our own doings beside the turns."""
    return Counter(each.background for each in sent if each.ours and each.background)


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Wire]:
    """The wire of the server at `url`, which is told our scripts first: nobody has to send one twice. It is slower meanwhile."""
    async with redis.Redis.from_url(url, decode_responses=True, socket_timeout=None) as client, client.monitor() as monitor:
        for script in _sources():
            await client.script_load(script.read_text())
        wire = Wire(client)
        reading = asyncio.create_task(wire.read(monitor), name="redis wire")
        try:
            yield wire
        finally:
            await end(reading)


def _name(command: str, words: Sequence[str]) -> str:
    if command in ("EVALSHA", "EVAL"):
        return _scripts().get(words[1], "a script")
    key = next((word for word in words[1:] if word.startswith(PREFIX)), "")
    return f"{command} {kind(key)}" if key else command


@cache
def _scripts() -> dict[str, str]:
    return {hashlib.sha1(each.read_bytes(), usedforsecurity=False).hexdigest(): each.name.removesuffix(".lua") for each in _sources()}


def _sources() -> list[Traversable]:
    return [each for each in files("bot.store").joinpath("scripts").iterdir() if each.name.endswith(".lua")]
