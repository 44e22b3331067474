"""Socket Mode: Slack's payloads over WebSockets that we open. See docs.slack.dev/apis/events-api/using-socket-mode.

The SDK's own client closes before its last acknowledgements are sent, keeps trying one used-up address after a failed
connection, and lets tasks run on when it is closed; so the connections are ours, and bolt gets the payloads.
"""

import asyncio
import json
import random
import time

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked
from adapters.slack.limits import ACKNOWLEDGE_WITHIN
from adapters.slack.payloads import Json
from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable

log = structlog.get_logger(__name__)

HEARTBEAT = 10.0  # seconds between pings; a peer that is silent for half of it more is taken for dead
STEADY = 10.0  # seconds after which a connection counts as having worked
BACKOFF_MAX = 30.0  # seconds
AT_ONCE = 64  # payloads of one connection in work; more wait in the socket


class SocketMode:
    """Several connections; each payload comes through one of them, so that a refresh of one leaves no gap."""

    def __init__(self, app: AsyncApp, client: AsyncWebClient, *, app_token: str) -> None:
        self._app = app
        self._client = client
        self._token = app_token
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=HEARTBEAT))
        self._tasks: list[asyncio.Task[None]] = []
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, connections: int) -> None:
        """Returns when the first connection stands. Raises `PlatformRefused` when Slack does not want the token."""
        self._tasks = [asyncio.create_task(self._keep_open()) for _ in range(connections)]
        await self._connected

    async def aclose(self) -> None:
        """Takes nothing in any more, finishes and acknowledges what is in work, then closes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._connected.cancel()
        await self._session.close()

    async def _keep_open(self) -> None:
        failures = 0
        while True:
            began, wait = time.monotonic(), 0.0
            try:
                await self._one_connection()
            except PlatformError as error:
                if isinstance(error, PlatformRefused) and not self._connected.done():
                    self._connected.set_exception(error)
                wait = error.retry_after or 0.0
                log.warning("slack.socket_failed", error=str(error))
            except (aiohttp.ClientError, OSError) as error:
                log.warning("slack.socket_failed", error=type(error).__name__)  # its text may have the address, which is a secret
            except Exception:  # the border of a task: a connection that is given up would be missed by nobody
                log.exception("slack.socket_failed")
            failures = 0 if time.monotonic() - began > STEADY else failures + 1
            await asyncio.sleep(max(wait, _backoff(failures)))

    async def _one_connection(self) -> None:
        """From a fresh address to the end of the connection: each address is good for one."""
        url = (await asked(self._client.apps_connections_open(app_token=self._token)))["url"]
        async with self._session.ws_connect(url, heartbeat=HEARTBEAT, proxy=self._client.proxy) as socket:
            conversation = _Conversation(self._app, socket)
            try:
                await self._read(conversation)
            finally:
                await conversation.finish()

    async def _read(self, conversation: "_Conversation") -> None:
        async for message in conversation.socket:
            frame: Json = json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else {}
            if frame.get("type") == "hello" and not self._connected.done():
                self._connected.set_result(None)
            if frame.get("type") == "disconnect":  # warning, refresh_requested, too_many_websockets or link_disabled
                if frame.get("reason") == "link_disabled":
                    raise PlatformUnavailable("Socket Mode is switched off in the app's settings", retry_after=BACKOFF_MAX)
                return
            if "envelope_id" in frame:
                await conversation.take(frame)


class _Conversation:
    """What is in work on one connection: an acknowledgement goes back where the payload came from."""

    def __init__(self, app: AsyncApp, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._app = app
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()

    async def take(self, frame: Json) -> None:
        """Begins to work on a payload; waits while too many are in work."""
        await self._slots.acquire()
        task = asyncio.create_task(self._answer(frame))
        self._working.add(task)
        task.add_done_callback(self._done)

    async def finish(self) -> None:
        """Waits as long as Slack would, then gives up: what was not acknowledged comes again."""
        if self._working:
            await asyncio.wait(self._working, timeout=ACKNOWLEDGE_WITHIN)
        late = list(self._working)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _answer(self, frame: Json) -> None:
        request = SocketModeRequest.from_dict(frame)
        if request is None:
            return
        response = await run_async_bolt_app(self._app, request)
        if response.status != 200:
            return  # silence is how Socket Mode says "again, please"
        try:
            await self.socket.send_str(json.dumps(SocketModeResponse(request.envelope_id, _payload(response)).to_dict()))
        except (aiohttp.ClientError, OSError):
            log.info("slack.not_acknowledged", envelope=request.envelope_id)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("slack.payload_failed", exc_info=error)


def _payload(response: BoltResponse) -> Json | None:
    if not response.body:
        return None
    is_json = response.first_headers().get("content-type", "").startswith("application/json")
    return dict(json.loads(response.body)) if is_json else {"text": response.body}


def _backoff(failures: int) -> float:
    """Seconds: none at first, for most ends are refreshes."""
    return 0.0 if failures <= 1 else min(BACKOFF_MAX, 0.5 * 2.0 ** min(failures - 2, 10)) * random.uniform(0.75, 1.25)
