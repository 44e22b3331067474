"""The floor on Slack: Socket Mode, a placeholder, and chat.update for everything after it, in one line for the whole workspace."""

import asyncio
import os
from collections import defaultdict
from typing import Any, NamedTuple

import aiohttp
import orjson

from adapters.slack.limits import budgets
from benchmarks.floor import Answer, Floor
from benchmarks.floor_pace import Queue


class Place(NamedTuple):
    """Where one answer stands."""

    channel: str
    thread: str


class SlackFloor(Floor):
    """Budgets as Parley's: posts by channel, updates by workspace, whoever asks first goes first."""

    limit = 3_900

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(session)
        self._base = os.environ["SLACK_API_URL"]
        allowed = budgets("T", "C")
        self._updates = Queue(allowed["edit"][0])
        self._posts: defaultdict[str, Queue] = defaultdict(lambda: Queue(allowed["post"][0]))

    async def listen(self) -> None:
        opened = await self._call("apps.connections.open", {}, token=os.environ["SLACK_APP_TOKEN"])
        async with self.session.ws_connect(opened["url"], max_msg_size=0) as socket:
            async for frame in socket:
                envelope = orjson.loads(frame.data)
                if "envelope_id" not in envelope:
                    continue
                await socket.send_str(orjson.dumps({"envelope_id": envelope["envelope_id"]}).decode())
                event = envelope["payload"].get("event", {})
                if event.get("type") == "app_mention":
                    self.hear(Place(event["channel"], event.get("thread_ts") or event["ts"]), event["text"])

    async def post(self, where: Place, text: str) -> str:
        await self._posts[where.channel].turn()
        body = {"channel": where.channel, "thread_ts": where.thread, "text": text, "unfurl_links": False, "unfurl_media": False}
        return str((await self._call("chat.postMessage", body))["ts"])

    async def edit(self, where: Place, message: str, text: str) -> None:
        await self._call("chat.update", {"channel": where.channel, "ts": message, "text": text})

    async def turn(self, where: Place, answer: Answer, *, first: bool) -> None:
        await self._updates.turn()

    async def _call(self, method: str, body: dict[str, Any], *, token: str = "") -> Any:
        head = {"Authorization": f"Bearer {token or os.environ['SLACK_BOT_TOKEN']}"}
        while True:
            async with self.session.post(self._base + method, json=body, headers=head) as response:
                answer = orjson.loads(await response.read())
                if response.status != 429:
                    return answer
            await asyncio.sleep(float(response.headers["Retry-After"]))
