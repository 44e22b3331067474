"""Socket Mode: several connections, each payload to one of them, acknowledgements by envelope id.

Frames: docs.slack.dev/apis/events-api/using-socket-mode; retry_attempt and retry_reason as slack_sdk's
SocketModeRequest reads them.
"""

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.slack.records import Attempt, Delivery
from tests.fakes.slack.workspace import Json

CONNECTIONS = 10  # an app may hold so many at once
CONNECTION_SECONDS = 18060  # what hello announces


@dataclass(slots=True, eq=False)
class Connection:
    """One websocket. `draining`: told to go, gets nothing new."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    envelopes: list[str] = field(default_factory=list)
    draining: bool = False


class SocketHub:
    """`choose`: whether a connection may get an attempt; Slack itself makes no difference."""

    def __init__(self, *, app_id: str, changed: Callable[[], None]) -> None:
        self.connections: list[Connection] = []
        self.ever = 0  # how many connections there have been
        self.choose: Callable[[Delivery, Attempt, Connection], bool] = lambda delivery, attempt, connection: True
        self._app_id = app_id
        self._changed = changed
        self._turn = itertools.count()
        self._tickets: set[str] = set()
        self._sent: dict[str, Attempt] = {}
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._arrived = asyncio.Event()

    def ticket(self, base: str) -> str:
        """A websocket address, good for one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return f"{base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._app_id}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serves one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=0.2)
        await socket.prepare(request)
        self.ever += 1
        connection = Connection(self.ever, socket, request)
        if len(self.connections) >= CONNECTIONS:
            await _say(connection, _goodbye("too_many_websockets"))
            await socket.close()
            return socket
        self.connections.append(connection)
        try:
            await _say(connection, self._hello())
            self._arrived.set()
            self._changed()
            await self._listen(connection)
        finally:
            self._gone(connection)
        return socket

    async def attempt(self, delivery: Delivery, attempt: Attempt, *, timeout: float) -> None:
        """Sends to the connection whose turn it is; without any, waits for one as long as an acknowledgement may take."""
        envelope_id = attempt.envelope_id = str(uuid.uuid4())
        self._sent[envelope_id] = attempt
        acknowledged = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                connection = await self._next(delivery, attempt)
                attempt.connection = connection.number
                connection.envelopes.append(envelope_id)
                await _say(connection, _envelope(delivery, attempt))
                await acknowledged
            attempt.status = 200
        except (TimeoutError, ConnectionError):
            attempt.failure = "timeout"
        finally:
            del self._waiting[envelope_id]

    async def refresh(self, connection: Connection | None = None, *, reason: str = "refresh_requested") -> None:
        """Asks a connection (the oldest by default) to be replaced; it gets no further payloads."""
        connection = connection or self.connections[0]
        connection.draining = True
        await _say(connection, _goodbye(reason))

    def abort(self, connection: Connection | None = None) -> None:
        """Cuts a connection (the oldest by default) without a word."""
        connection = connection or self.connections[0]
        connection.draining = True
        if connection.request.transport is not None:
            connection.request.transport.abort()

    async def close(self) -> None:
        """Ends all connections."""
        for connection in list(self.connections):
            await connection.socket.close()

    async def _next(self, delivery: Delivery, attempt: Attempt) -> Connection:
        while not (open_ones := [c for c in self._open() if self.choose(delivery, attempt, c)]):
            self._arrived.clear()
            await self._arrived.wait()
        return open_ones[next(self._turn) % len(open_ones)]

    def _open(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.draining and not connection.socket.closed]

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(frame.data))

    def _acknowledge(self, answer: Json) -> None:
        """A late one is still noted with its time, but saves nothing."""
        envelope_id = answer.get("envelope_id", "")
        attempt, waiting = self._sent.get(envelope_id), self._waiting.get(envelope_id)
        if attempt is not None and attempt.answered_at is None:
            attempt.answered_at, attempt.answer = time.monotonic(), answer.get("payload")
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        self._changed()

    def _gone(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for envelope_id in connection.envelopes:
            waiting = self._waiting.get(envelope_id)
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionResetError("the connection ended before the acknowledgement"))
        self._changed()

    def _hello(self) -> Json:
        debug = {"host": "applink-1", "build_number": 1, "approximate_connection_time": CONNECTION_SECONDS}
        info = {"app_id": self._app_id}
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": debug,
            "connection_info": info,
        }


def _envelope(delivery: Delivery, attempt: Attempt) -> Json:
    envelope: Json = {"envelope_id": attempt.envelope_id, "payload": delivery.body, "type": delivery.kind}
    envelope["accepts_response_payload"] = delivery.kind != "events_api"
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": attempt.retry_num, "retry_reason": attempt.retry_reason or ""}
    return envelope


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}


async def _say(connection: Connection, frame: Json) -> None:
    with contextlib.suppress(ConnectionError):  # it went in this moment: `_gone` tells whoever waits
        await connection.socket.send_str(json.dumps(frame))
