"""The server of our own: started, shared, killed, brought back."""

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from bot.errors import StoreUnavailable
from bot.store.embedded import SOCKET_PATH_LIMIT, EmbeddedServer, embedded_server, server_binary

OWNER = """
import sys
from pathlib import Path
from bot.store.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start_and_wait()
print(server.pid or 0, flush=True)
sys.stdin.read()
server.stop_and_wait()
"""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")


def client(server: EmbeddedServer) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket), decode_responses=True)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(folder)
    server.start_and_wait()
    try:
        yield server
    finally:
        server.stop_and_wait()


@contextlib.contextmanager
def process(folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process of ours on the same folder; it ends when its input does."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        try:
            yield other
        finally:
            if other.poll() is None:
                other.communicate("")


def said(other: "subprocess.Popen[str]") -> int:
    """The server's process id, as the other process says once it answers; 0 when it adopted one."""
    assert other.stdout
    return int(other.stdout.readline())


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


async def until_soon(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # what a server process does raises no event here
            await asyncio.sleep(0.005)


def answers(server: EmbeddedServer) -> bool:
    with client(server) as connection, contextlib.suppress(redis.RedisError):
        return server.socket.exists() and bool(connection.ping())
    return False


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_is_durable_private_and_keeps_everything(tmp_path: Path) -> None:
    with running(tmp_path) as server, client(server) as connection:
        assert connection.config_get("append*")["appendonly"] == "yes"
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert connection.config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        connection.set("word", "kept")
    assert not answers(server)
    with running(tmp_path) as server, client(server) as connection:
        assert connection.get("word") == "kept"


def test_a_second_one_adopts_it_and_leaves_it_running(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        with running(tmp_path) as second:
            assert second.pid is None
            assert second.url == server.url
        assert answers(server)


@linux_only
def test_two_processes_race_and_one_server_runs(tmp_path: Path) -> None:
    with process(tmp_path) as one, process(tmp_path) as other:
        pids = sorted((said(one), said(other)))
        assert pids[0] == 0
        assert alive(pids[1])
        assert [line for line in (tmp_path / "redis").iterdir() if line.suffix == ".sock"] == [tmp_path / "redis" / "redis.sock"]


@linux_only
def test_the_owner_is_killed_and_the_data_is_kept(tmp_path: Path) -> None:
    with process(tmp_path) as owner:
        pid = said(owner)
        with client(EmbeddedServer(tmp_path)) as connection:
            connection.set("word", "kept")
        owner.kill()
        owner.wait()
        until(lambda: not alive(pid))
    with running(tmp_path) as server, client(server) as connection:
        assert server.pid
        assert connection.get("word") == "kept"


async def test_the_server_is_killed_and_comes_back_with_the_data(tmp_path: Path) -> None:
    async with embedded_server(tmp_path) as server:
        with client(server) as connection:
            for number in range(500):
                connection.rpush("list", number)
        killed = server.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        longest, last = 0.0, time.monotonic()
        while server.pid == killed or not answers(server):
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        with client(server) as connection:
            assert connection.llen("list") == 500
        assert longest < 1, "the loop stood still"


async def test_whoever_adopted_it_starts_it_when_its_owner_goes(tmp_path: Path) -> None:
    owner = EmbeddedServer(tmp_path)
    owner.start_and_wait()
    async with embedded_server(tmp_path) as adopter:
        before = adopter.pid
        owner.stop_and_wait()
        await until_soon(lambda: answers(adopter))
        assert (before, bool(adopter.pid)) == (None, True)
    assert not answers(adopter)


def test_a_long_path_with_spaces_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("a long name" * 10)
    with running(folder) as server:
        assert len(os.fsencode(server.socket)) <= SOCKET_PATH_LIMIT
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        assert answers(server)
        assert (folder / "redis" / "appendonlydir").is_dir()
        assert server.socket != EmbeddedServer(tmp_path / ("another long name" * 10)).socket
    server.socket.parent.rmdir()


def test_a_server_that_cannot_start_is_told_at_once_with_its_last_words(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    (manifest,) = (tmp_path / "redis" / "appendonlydir").glob("*.manifest")
    manifest.write_text("garbage\n")
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match=r"did not start: .*\w"):
        EmbeddedServer(tmp_path).start_and_wait()
    assert time.monotonic() - began < 5


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="data folder"):
        EmbeddedServer(tmp_path / "file").start_and_wait()


def test_a_server_that_hangs_is_ended_all_the_same(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, stop_seconds=0.2)
    server.start_and_wait()
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)
    server.stop_and_wait()
    assert not alive(server.pid)


def test_the_binary_of_the_wheel_is_found() -> None:
    assert os.access(server_binary(), os.X_OK)
