"""What every test may ask for: a real Redis-compatible server, an empty store on it, and time of its own."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer


def pytest_xdist_auto_num_workers() -> int:
    """Twice the cores: half of what the tests do is to wait, for leases to end, servers to start and platforms to pace."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedServer]:
    """One server a test process, started by us; `PARLEY_TEST_SERVER` names another binary to run."""
    binary = os.environ.get("PARLEY_TEST_SERVER")
    folder = Path(tempfile.mkdtemp(prefix="parley-test-"))
    server = EmbeddedServer(folder, binary=Path(binary) if binary else None)
    server.start_and_wait()
    yield server
    server.stop_and_wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: EmbeddedServer) -> Iterator[str]:
    """The server's address, its data wiped before and after."""
    with redis.Redis(unix_socket_path=str(redis_server.socket)) as client:
        client.flushall()
        yield redis_server.url
        client.flushall()


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    """An empty store."""
    async with open_store(redis_url) as opened:
        yield opened
