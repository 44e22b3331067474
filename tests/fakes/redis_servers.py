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
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bot.store.embedded import _end_with_parent, server_binary

SERVICE = "mymaster"
START_SECONDS = 20.0
PLAIN = {"save": '""', "appendonly": "yes", "repl-diskless-sync-delay": "0"}
IMPATIENT = {f"sentinel down-after-milliseconds {SERVICE}": "500", f"sentinel failover-timeout {SERVICE}": "3000"}
SLOTS = 16_384
"""Hash slots of a Redis Cluster, by its specification."""


class Node:
    """One server process of its own."""

    def __init__(self, folder: Path, port: int, settings: dict[str, str], *, sentinel: bool = False) -> None:
        self.port = port
        folder.mkdir()
        config = folder / "server.conf"  # a Sentinel writes into its own
        lines = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder)} | settings
        config.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        binary = os.environ.get("PARLEY_TEST_SERVER") or server_binary()
        with (folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(  # our own binary and arguments
                [binary, config, *(["--sentinel"] if sentinel else [])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def ask(self, *command: str | int) -> Any:
        """One command over a connection of its own; None when the server does not answer."""
        with redis.Redis(port=self.port, socket_timeout=2, retry=Retry(NoBackoff(), 0), decode_responses=True) as client:
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

    def __init__(self) -> None:
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
        node = Node(self._folder / str(port), port, settings, sentinel=sentinel)
        self.nodes.append(node)
        until(lambda: node.ask("PING") is not None)
        return node

    def wipe(self) -> None:
        """Empty every server that takes writes."""
        for node in self.nodes:
            node.ask("FLUSHALL")  # replicas and Sentinels refuse it


class SentinelServers(Servers):
    """A master, a replica and Sentinels that agree by majority."""

    def __init__(self, *, sentinels: int = 1) -> None:
        super().__init__()
        self._ports = free_ports(2 + sentinels)

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self._ports[2:])}/{SERVICE}/0"

    def _start(self) -> None:
        first, second, *watching = self._ports
        self.master = self._add(first, PLAIN)
        self.replica = self._add(second, PLAIN | {"replicaof": f"127.0.0.1 {first}"})
        until(lambda: self.replica.tells("replication").get("master_link_status") == "up")
        for port in watching:
            watch = {f"sentinel monitor {SERVICE} 127.0.0.1 {first}": str(len(watching) // 2 + 1)}
            self._add(port, watch | IMPATIENT, sentinel=True)
        until(lambda: all(self._knows_all(sentinel) for sentinel in self.nodes[2:]))

    def _knows_all(self, sentinel: Node) -> bool:
        seen = sentinel.tells("sentinel").get("master0", {})
        return bool(seen) and (seen["slaves"], seen["sentinels"]) == (1, len(self._ports) - 2)


class ClusterServers(Servers):
    """Three masters that share the slots."""

    def __init__(self) -> None:
        super().__init__()
        self._ports = free_ports(6)

    @property
    def url(self) -> str:
        return f"redis+cluster://127.0.0.1:{self._ports[0]}"

    def _start(self) -> None:
        ports, buses = self._ports[:3], self._ports[3:]
        shares = [SLOTS * number // 3 for number in range(4)]
        for number, (port, bus) in enumerate(zip(ports, buses, strict=True)):
            node = self._add(port, PLAIN | {"cluster-enabled": "yes", "cluster-port": str(bus), "cluster-node-timeout": "2000"})
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
