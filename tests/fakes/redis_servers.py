"""Redis in its larger shapes, as real processes on loopback: a master with a replica under Sentinels, and a Cluster.

Run by the binary that Parley itself brings along; `PARLEY_TEST_SERVER` names another one.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bot.store.embedded import _end_with_parent, server_binary

SERVICE = "mymaster"
START_SECONDS = 20.0
PLAIN = {"save": '""', "appendonly": "yes", "repl-diskless-sync-delay": "0"}
PATIENT, IMPATIENT = (
    {f"sentinel down-after-milliseconds {SERVICE}": after, f"sentinel failover-timeout {SERVICE}": "3000"} for after in ("60000", "500")
)
SLOTS = 16_384
"""Hash slots of a Redis Cluster, by its specification."""


@dataclass(frozen=True, slots=True)
class Access:
    """What guards the servers: their lines about it, the options of a client that may in, and the same in `REDIS_URL`."""

    lines: dict[str, str] = field(default_factory=dict)
    client: dict[str, Any] = field(default_factory=dict)
    secure: str = ""
    account: str = ""
    options: dict[str, str] = field(default_factory=dict)
    sentinel_password: str = ""
    binary: str = ""

    def to_sentinel(self) -> "Access":
        """The same to a Sentinel, which has a password of its own."""
        if not self.sentinel_password:
            return self
        lines = {name: line for name, line in self.lines.items() if name != "masterauth"}
        lines |= {"requirepass": f'"{self.sentinel_password}"', f"sentinel auth-pass {SERVICE}": self.lines["masterauth"]}
        return replace(self, lines=lines, client=self.client | {"password": self.sentinel_password})

    def query(self, **more: str) -> str:
        """For the end of `REDIS_URL`."""
        return "?" + urlencode(self.options | more) if self.options or more else ""


class Node:
    """One server process of its own."""

    def __init__(self, folder: Path, port: int, settings: dict[str, str], *, access: Access, sentinel: bool = False) -> None:
        self.port = port
        self._access = access
        self._folder = folder
        self._sentinel = sentinel
        folder.mkdir()
        listening = {"port": "0", "tls-port": str(port)} if access.secure else {"port": str(port)}
        lines = listening | {"bind": "127.0.0.1", "dir": str(folder)} | settings | access.lines
        (folder / "server.conf").write_text("".join(f"{name} {value}\n" for name, value in lines.items()))  # a Sentinel writes into its own
        self.start()

    def start(self) -> None:
        """With the data that it had when it was killed."""
        binary = self._access.binary or os.environ.get("PARLEY_TEST_SERVER") or server_binary()
        with (self._folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(  # our own binary and arguments
                [binary, self._folder / "server.conf", *(["--sentinel"] if self._sentinel else [])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def freeze(self) -> None:
        """As a machine that hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *command: str | int) -> Any:
        """One command over a connection of its own; None when the server does not answer."""
        guarded: dict[str, Any] = {"port": self.port, "socket_timeout": 2, "retry": Retry(NoBackoff(), 0), "decode_responses": True}
        with redis.Redis(**guarded, **self._access.client) as client:
            try:
                return client.execute_command(*command)
            except (RedisError, OSError):
                return None

    def tells(self, section: str) -> dict[str, Any]:
        """What INFO says there; empty when the server does not answer."""
        return self.ask("INFO", section) or {}

    def kill(self) -> None:
        """As a machine dies: no last word. SIGKILL also ends a server that is stopped."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Servers:
    """Some server processes and the folder they live in; they end with the context."""

    def __init__(self, access: Access | None = None) -> None:
        self._access = access or Access()
        self._folder = Path(tempfile.mkdtemp(prefix="parley-redis-"))
        self.nodes: list[Node] = []

    @property
    def url(self) -> str:
        """For `REDIS_URL`."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _start(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _add(self, port: int, settings: dict[str, str], *, sentinel: bool = False) -> Node:
        access = self._access.to_sentinel() if sentinel else self._access
        node = Node(self._folder / str(port), port, settings, access=access, sentinel=sentinel)
        self.nodes.append(node)
        until(lambda: node.ask("PING") is not None)
        return node

    def wipe(self) -> None:
        """Empty every server that takes writes."""
        for node in self.nodes:
            node.ask("FLUSHALL")  # replicas and Sentinels refuse it


class SingleServer(Servers):
    """One server that can be killed and started again, with its data."""

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        (self._port,) = free_ports(1)

    @property
    def url(self) -> str:
        return f"redis{self._access.secure}://{self._access.account}127.0.0.1:{self._port}/0{self._access.query()}"

    def _start(self) -> None:
        self.node = self._add(self._port, PLAIN)


class SentinelServers(Servers):
    """A master, a replica and Sentinels that agree by majority. `patient`: a busy machine makes them elect nobody."""

    def __init__(self, access: Access | None = None, *, sentinels: int = 1, patient: bool = False) -> None:
        super().__init__(access)
        self._temper = PATIENT if patient else IMPATIENT
        self._ports = free_ports(2 + sentinels)

    @property
    def url(self) -> str:
        asking = {"sentinel_password": self._access.sentinel_password} if self._access.sentinel_password else {}
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports[2:])
        return f"redis{self._access.secure}+sentinel://{self._access.account}{hosts}/{SERVICE}/0{self._access.query(**asking)}"

    def _start(self) -> None:
        first, second, *watching = self._ports
        self.master = self._add(first, PLAIN)
        self.replica = self._add(second, PLAIN | {"replicaof": f"127.0.0.1 {first}"})
        until(lambda: self.replica.tells("replication").get("master_link_status") == "up")
        for port in watching:
            watch = {f"sentinel monitor {SERVICE} 127.0.0.1 {first}": str(len(watching) // 2 + 1)}
            self._add(port, watch | self._temper, sentinel=True)
        until(lambda: all(self._knows_all(sentinel) for sentinel in self.nodes[2:]))

    def _knows_all(self, sentinel: Node) -> bool:
        seen = sentinel.tells("sentinel").get("master0", {})
        return bool(seen) and (seen["slaves"], seen["sentinels"]) == (1, len(self._ports) - 2)


class ClusterServers(Servers):
    """Three masters that share the slots. `whole`: all refuse while one is away, which is how Redis comes."""

    def __init__(self, access: Access | None = None, *, whole: bool = True) -> None:
        super().__init__(access)
        self._coverage = {"cluster-require-full-coverage": "yes" if whole else "no"}
        self._ports = free_ports(6)

    @property
    def url(self) -> str:
        return f"redis{self._access.secure}+cluster://{self._access.account}127.0.0.1:{self._ports[0]}"

    def _start(self) -> None:
        ports, buses = self._ports[:3], self._ports[3:]
        shares = [SLOTS * number // 3 for number in range(4)]
        for number, (port, bus) in enumerate(zip(ports, buses, strict=True)):
            bus_lines = {"cluster-enabled": "yes", "cluster-port": str(bus), "cluster-node-timeout": "2000"}
            node = self._add(port, PLAIN | bus_lines | self._coverage)
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            node.ask("CLUSTER", "ADDSLOTSRANGE", shares[number], shares[number + 1] - 1)
        for port, bus in zip(ports[1:], buses[1:], strict=True):
            self.nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", port, bus)
        until(lambda: all(self._is_whole(node) for node in self.nodes))

    def _is_whole(self, node: Node) -> bool:
        state = node.ask("CLUSTER INFO") or {}
        return (state.get("cluster_state"), state.get("cluster_known_nodes"), state.get("cluster_size")) == ("ok", "3", "3")


def free_ports(number: int) -> list[int]:
    """Loopback ports that nobody uses now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def until(true: Callable[[], bool]) -> None:
    """Look again and again: another process comes to it in its own time."""
    deadline = time.monotonic() + START_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("the Redis servers did not come up")
        time.sleep(0.02)
