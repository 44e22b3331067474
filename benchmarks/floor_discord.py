"""The floor on Discord: a gateway connection, and REST with aiohttp."""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from adapters.discord.limits import LIMITS, OVERALL, budgets
from benchmarks.floor import Answer, Floor
from benchmarks.floor_pace import Bucket, Pool

INTENTS = 1 << 0 | 1 << 9
"""Guilds and their messages."""

NOBODY = {"parse": list[str](), "replied_user": False}


@dataclass(slots=True)
class Place:
    """Where one answer stands, with the pace of its channel."""

    channel: str
    trigger: str
    posts: Bucket
    edits: Bucket


class DiscordFloor(Floor):
    """First and final texts and posts are urgent; of the others the stalest goes first."""

    limit = LIMITS.text

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(session)
        self._base = os.environ["DISCORD_API_URL"]
        self._head = {"Authorization": f"Bot {os.environ['DISCORD_BOT_TOKEN']}"}
        self._overall = Pool(OVERALL)

    async def listen(self) -> None:
        async with self.session.ws_connect(os.environ["DISCORD_GATEWAY_URL"], max_msg_size=0) as socket:
            hello = (await socket.receive_json())["d"]
            data = {"token": os.environ["DISCORD_BOT_TOKEN"], "intents": INTENTS, "properties": {}}
            await socket.send_json({"op": 2, "d": data})
            me = (await socket.receive_json())["d"]["user"]["id"]
            beating = asyncio.create_task(_beat(socket, hello["heartbeat_interval"] / 1000))
            async for frame in socket:
                if '"MESSAGE_CREATE"' in frame.data:
                    self._heard(orjson.loads(frame.data)["d"], f"<@{me}>")
            beating.cancel()

    def _heard(self, message: dict[str, Any], name: str) -> None:
        if message["content"].startswith(name):
            allowed = budgets(int(message["channel_id"]))
            place = Place(message["channel_id"], message["id"], Bucket(allowed["post"][0]), Bucket(allowed["edit"][0]))
            self.hear(place, message["content"])

    async def post(self, where: Place, text: str) -> str:
        await self._turn(where.posts, urgent=True, since=0.0)
        reference = {"message_id": where.trigger, "channel_id": where.channel, "fail_if_not_exists": False}
        body = {"content": text, "allowed_mentions": NOBODY, "message_reference": reference}
        return str((await self._call("POST", f"/channels/{where.channel}/messages", body))["id"])

    async def edit(self, where: Place, message: str, text: str) -> None:
        await self._call("PATCH", f"/channels/{where.channel}/messages/{message}", {"content": text, "allowed_mentions": NOBODY})

    async def turn(self, where: Place, answer: Answer, *, first: bool) -> None:
        while True:
            urgent = first or answer.done
            turn = asyncio.create_task(self._turn(where.edits, urgent=urgent, since=answer.since))
            if urgent:
                return await turn
            end = asyncio.create_task(answer.end.wait())
            await asyncio.wait({turn, end}, return_when=asyncio.FIRST_COMPLETED)
            end.cancel()
            if turn.done():
                return None
            turn.cancel()  # it is the final text now
            with suppress(asyncio.CancelledError):
                await turn

    async def _turn(self, bucket: Bucket, *, urgent: bool, since: float) -> None:
        now = asyncio.get_running_loop().time
        if (wait := bucket.due(urgent=urgent) - now()) > 0:
            await asyncio.sleep(wait)
        await self._overall.turn(urgent=urgent, since=since)
        bucket.take(now())

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        while True:
            async with self.session.request(method, self._base + path, json=body, headers=self._head) as response:
                answer = orjson.loads(await response.read())
                if response.status != 429:
                    return answer
            await asyncio.sleep(answer["retry_after"])


async def _beat(socket: aiohttp.ClientWebSocketResponse, interval: float) -> None:
    while True:
        await asyncio.sleep(interval)
        await socket.send_json({"op": 1, "d": None})
