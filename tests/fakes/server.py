"""The skeleton of every local platform server: it records, judges, fails by script, and stops cleanly.

A subclass adds its routes to `self.app` in `__init__`, and may override `judge` (contracts) and `faulty` (how this
platform words a failure).
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form."""

    filename: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Recorded:
    """One request. `body`: decoded JSON, a dict for forms (files as `Upload`), text otherwise, None when empty.

    `at` is monotonic seconds; `status` is 0 until answered, and stays 0 when the connection was dropped.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    at: float
    status: int = 0
    answered_at: float = 0.0


RECORDED: web.RequestKey[Recorded] = web.RequestKey("recorded", Recorded)
"""Where a handler finds the decoded request: `request[RECORDED].body`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong. Without `status` and drops, only the `delay` (seconds) before normal handling.

    `drop_before` closes the connection instead of handling; `drop_after` handles, then closes without an answer.
    A dict as `body` is sent as JSON, a str as it is. `retry_after` in seconds also becomes a header.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    retry_after: float | None = None
    drop_before: bool = False
    drop_after: bool = False
    delay: float = 0.0


@dataclass(slots=True)
class _Planned:
    method: str
    path: re.Pattern[str]
    fault: Fault
    left: int


class Faults:
    """A script of failures; of several that match, the one added first is used up first."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def add(self, *, match: tuple[str, str], fault: Fault, times: int = 1) -> None:
        """`match`: method ("*" for any) and a regular expression searched in the path."""
        self._planned.append(_Planned(match[0], re.compile(match[1]), fault, times))

    def clear(self) -> None:
        """Nothing goes wrong from here on."""
        self._planned.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by one."""
        for planned in self._planned:
            if planned.left > 0 and planned.method in ("*", method) and planned.path.search(path):
                planned.left -= 1
                return planned.fault
        return None


def json_answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON without a charset in the content type: discord.py reads anything else as text."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


class LocalServer:
    """`async with LocalServer() as server:` serves `server.url` on a port of its own, kept over stop and start."""

    def __init__(self) -> None:
        self.app = web.Application(middlewares=[self._middleware], client_max_size=32 * 1024**2)
        self.faults = Faults()
        self.requests: list[Recorded] = []
        self.violations: list[str] = []
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Known once started."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listens; on the same port as before when it ran before."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Closes every connection; state and records stay."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    def judge(self, request: Recorded) -> list[str]:
        """What the platform's description has against this request; for subclasses."""
        return []

    def faulty(self, fault: Fault) -> web.Response:
        """The answer of a scripted failure; for subclasses that know how their platform words it."""
        headers = dict(fault.headers)
        if fault.retry_after is not None:
            headers.setdefault("Retry-After", f"{fault.retry_after:g}")
        if isinstance(fault.body, str):
            headers.setdefault("Content-Type", "text/html")
            return web.Response(body=fault.body.encode(), status=fault.status, headers=headers)
        return json_answer(fault.body if fault.body is not None else {}, status=fault.status, headers=headers)

    def assert_clean(self) -> None:
        """Raises AssertionError naming every violation."""
        assert not self.violations, "\n".join(self.violations)

    def changed(self) -> None:
        """Something visible changed: whoever waits for it looks again. Called at each request and answer, too."""
        for predicate, future in list(self._waiting):
            if not future.done() and (value := predicate()):
                future.set_result(value)

    async def wait_for(self, predicate: Callable[[], Any], timeout: float = 5.0) -> Any:
        """The first true value of `predicate`, which is asked at each change. Raises TimeoutError after `timeout` s."""
        if value := predicate():
            return value
        entry = (predicate, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(timeout):
                return await entry[1]
        finally:
            self._waiting.remove(entry)

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        recorded = await _record(request)
        request[RECORDED] = recorded
        self.requests.append(recorded)
        self.violations += self._judged(recorded)
        if request.match_info.http_exception is not None:
            self.violations.append(f"{request.method} {request.path}: not served here")
        self.changed()
        try:
            return await self._answer(request, handler, recorded)
        finally:
            recorded.answered_at = time.monotonic()
            self.changed()

    def _judged(self, recorded: Recorded) -> list[str]:
        try:
            return self.judge(recorded)
        except Exception as error:  # noqa: BLE001 - the border of a request: a body that breaks the judge is a violation
            return [f"{recorded.method} {recorded.path}: could not be judged: {error!r}"]

    async def _answer(self, request: web.Request, handler: Handler, recorded: Recorded) -> web.StreamResponse:
        fault = self.faults.take(request.method, request.path)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and (fault.drop_before or fault.status):
            response: web.StreamResponse = web.Response() if fault.drop_before else self.faulty(fault)
        else:
            response = await self._handled(request, handler)
        if fault is not None and (fault.drop_before or fault.drop_after):
            _drop(request)
        else:
            recorded.status = response.status
        return response

    async def _handled(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return web.Response(status=error.status, text=error.text, headers=error.headers)
        except ConnectionResetError:  # the client left while it was answered, as a process does that ends: no defect of the server
            return web.Response(status=499)
        except Exception as error:  # noqa: BLE001 - the border of a request: the test must see a defect of its server
            self.violations.append(f"{request.method} {request.path}: the local server failed: {error!r}")
            return json_answer({}, status=500)


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


async def _record(request: web.Request) -> Recorded:
    body = await _body(request)
    path, query, headers = request.path, dict(request.query), dict(request.headers)
    return Recorded(request.method, path, query, headers, body, time.monotonic())


async def _body(request: web.Request) -> Any:
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return {name: _part(value) for name, value in (await request.post()).items()}
    text = (await request.read()).decode(errors="replace")
    if request.content_type == "application/json":
        with contextlib.suppress(ValueError):
            return json.loads(text) if text else None
    return text or None


def _part(value: Any) -> Any:
    if isinstance(value, web.FileField):
        with value.file as file:
            return Upload(value.filename, value.content_type, file.read())
    return value.decode(errors="replace") if isinstance(value, bytes | bytearray) else value
