"""response_url: where an app answers a command, a button or a shortcut without a token, five times in 30 minutes."""

import time

from aiohttp import web

from tests.fakes.server import RECORDED, json_answer
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.records import ResponseUrl, Whisper
from tests.fakes.slack.workspace import Json, Message
from tests.fakes.slack.world import World

USES = 5
LIFE = 30 * 60.0  # seconds; both from docs.slack.dev/interactivity/handling-user-interaction


class ResponseUrls:
    def __init__(self, world: World, herald: Herald, *, time_scale: float) -> None:
        self._world = world
        self._herald = herald
        self._life = LIFE * time_scale

    def issue(self, base: str, *, user: str, channel: str, message_ts: str | None = None) -> ResponseUrl:
        """A fresh address for this person in this channel."""
        key = self._world.numbers.id("R")
        address = ResponseUrl(f"{base}/response/{key}", user, channel, time.monotonic(), message_ts)
        self._world.response_urls[key] = address
        return address

    async def handle(self, request: web.Request) -> web.Response:
        """Serves a post to a response_url; the errors are those that Slack is known to give."""
        address = self._world.response_urls.get(request.match_info["key"])
        if address is None or time.monotonic() - address.issued > self._life:
            return json_answer({"ok": False, "error": "expired_url"}, status=404)
        if len(address.posted) >= USES:
            return json_answer({"ok": False, "error": "used_url"}, status=404)
        recorded = request[RECORDED]
        if not isinstance(recorded.body, dict):
            return json_answer({"ok": False, "error": "invalid_payload"}, status=400)
        address.posted.append(recorded.body)
        self._apply(address, recorded.body)
        return web.Response(text="ok")

    def _apply(self, address: ResponseUrl, body: Json) -> None:
        timeline = self._world.channels[address.channel].timeline
        message = timeline.get(address.message_ts or "")
        if message is not None and (body.get("replace_original") or body.get("delete_original")):
            self._change(message, body)
        else:
            self.say(address.user, address.channel, body, via="response_url")

    def _change(self, message: Message, body: Json) -> None:
        before = self._herald.before(message)
        if body.get("delete_original"):
            message.deleted = True
            self._herald.removed(message, before)
            return
        message.blocks, message.spoken = body.get("blocks") or [], ""
        message.show(body.get("text") or message.text)
        self._herald.edited(message, before)

    def say(self, user: str, channel_id: str, body: Json, *, via: str) -> None:
        """Shows an answer: to the person alone, or to all when it says `in_channel`."""
        text, blocks = body.get("text") or "", body.get("blocks") or []
        team = self._world.host(self._world.channels[channel_id])
        if body.get("response_type") != "in_channel" or team is None:
            self._world.whispers.append(Whisper(time.monotonic(), user, channel_id, text, blocks, via))
            return
        ts = self._world.numbers.ts()
        message = Message(channel_id, ts, team.bot_user, text, bot_id=team.bot_id, blocks=blocks)
        self._herald.posted(self._world.post(message))
