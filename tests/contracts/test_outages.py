"""One outage, two lines in the log: however many calls of however many tasks fail, and whatever the shape of Redis."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from bot.store import outage
from bot.store.connection import Store, open_store
from tests.engine.turns.crew import until
from tests.fakes.redis_servers import ClusterServers, Node, SingleServer

BACK_SECONDS = 20.0
"""Room for a busy machine; it takes about a tenth of it."""

TASKS = 12


class Callers:
    """Tasks that call without end. `outcomes`: for each the last, True when it was answered."""

    def __init__(self, store: Store, names: list[str]) -> None:
        self._store = store
        self.outcomes = dict.fromkeys(names, True)
        self.failures = dict.fromkeys(names, 0)

    async def call(self, name: str) -> None:
        while True:
            try:
                await self._store.run("once", [name], [10])
            except StoreUnavailable:
                self.outcomes[name] = False
                self.failures[name] += 1
            else:
                self.outcomes[name] = True
            await asyncio.sleep(0.01)

    def all_are(self, answered: bool, names: list[str] | None = None) -> bool:
        return all(self.outcomes[name] is answered for name in names or self.outcomes)


def said(lines: list[MutableMapping[str, Any]]) -> list[tuple[str, str]]:
    return [(line["log_level"], line["event"]) for line in lines]


async def test_one_server_that_dies_twice() -> None:
    with SingleServer() as servers, capture_logs() as lines:
        async with open_store(servers.url) as store, asyncio.TaskGroup() as group:
            callers = Callers(store, [f"key {number}" for number in range(TASKS)])
            tasks = [group.create_task(callers.call(name)) for name in callers.outcomes]
            for _ in range(2):
                await until(lambda: callers.all_are(True))
                servers.node.kill()
                await until(lambda: callers.all_are(False) and min(callers.failures.values()) >= 2, within=BACK_SECONDS)
                servers.node.start()
                await until(lambda: callers.all_are(True), within=BACK_SECONDS)
                callers.failures = dict.fromkeys(callers.failures, 0)
            for task in tasks:
                task.cancel()
    assert said(lines) == [("warning", "redis away"), ("info", "redis back")] * 2
    assert lines[0]["reason"].startswith("ConnectionError")
    assert lines[1]["seconds"] > 0


async def test_what_the_server_refuses_is_told_once_too() -> None:
    with SingleServer() as servers, capture_logs() as lines:
        async with open_store(servers.url) as store:
            servers.node.ask("CONFIG SET", "maxmemory", 1)
            for _ in range(5):
                with pytest.raises(StoreUnavailable):
                    await store.set("key", "value")
                assert await store.get("key") is None
    assert said(lines) == [("warning", "redis refuses")]


async def test_a_node_of_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversations on the other nodes go on; those on the dead one hear so soon, and go on when it is back."""
    monkeypatch.setattr(outage, "CALM_SECONDS", 2.0)
    with ClusterServers(whole=False) as servers, capture_logs() as lines:
        async with open_store(servers.url) as store, asyncio.TaskGroup() as group:
            lost, kept = await _by_node(store, servers.nodes[2])
            callers = Callers(store, lost + kept)
            tasks = [group.create_task(callers.call(name)) for name in callers.outcomes]
            await until(lambda: callers.all_are(True))
            servers.nodes[2].kill()
            await until(lambda: callers.all_are(False, lost), within=BACK_SECONDS)
            await until(lambda: min(callers.failures[name] for name in lost) >= 2 and callers.all_are(True, kept), within=BACK_SECONDS)
            servers.nodes[2].start()
            await until(lambda: callers.all_are(True), within=BACK_SECONDS)
            await until(lambda: len(lines) >= 2, within=BACK_SECONDS)
            for task in tasks:
                task.cancel()
    assert said(lines) == [("warning", "redis away"), ("info", "redis back")]


async def _by_node(store: Store, node: Node) -> tuple[list[str], list[str]]:
    names = [f"{{{number}}}" for number in range(TASKS)]
    await store.ping()
    lost = [name for name in names if store._client.get_node_from_key(name).port == node.port]
    assert lost, "twelve keys on three nodes"
    return lost, [name for name in names if name not in lost]
