"""Files that people and bots attach: described as events describe them, served to whoever has a bot token.

Uploads: docs.slack.dev/reference/methods/files.getUploadURLExternal and files.completeUploadExternal.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.server import json_answer
from tests.fakes.slack.calls import Call, Handler, SlackError
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.workspace import Json, Message
from tests.fakes.slack.world import World


@dataclass(slots=True)
class Files:
    """`base`: where this server is. `uploads`: name and promised size of a file that is on its way, by id."""

    world: World
    herald: Herald
    base: Callable[[], str]
    contents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    uploads: dict[str, tuple[str, int]] = field(default_factory=dict)

    def methods(self) -> dict[str, Handler]:
        """The methods served here, by name."""
        return {"files.getUploadURLExternal": self._promise, "files.completeUploadExternal": self._complete}

    async def _promise(self, call: Call) -> Json:
        file_id = self.world.numbers.id("F")
        self.uploads[file_id] = (str(call.need("filename")), int(call.need("length")))
        return {"upload_url": f"{self.base()}/upload/{file_id}", "file_id": file_id}

    async def take(self, request: web.Request) -> web.Response:
        """The bytes of an upload, as many as were promised."""
        file_id, data = request.match_info["id"], await request.read()
        if file_id not in self.uploads or len(data) != self.uploads[file_id][1]:
            return json_answer({"ok": False, "error": "wrong length"}, status=400)
        self.contents[file_id] = ("application/octet-stream", data)
        return web.Response(text=f"OK - {len(data)}")

    async def _complete(self, call: Call) -> Json:
        wanted = call.need("files")
        if any(one["id"] not in self.contents for one in wanted):
            raise SlackError("file_not_found")
        shared = [self._shape(self.base(), one["id"], self.uploads[one["id"]][0]) for one in wanted]
        channel = call.channel(name="channel_id")
        ts, thread = call.world.numbers.ts(), call.arguments.get("thread_ts")
        message = Message(channel.id, ts, call.team.bot_user, "", thread, bot_id=call.team.bot_id, files=shared)
        message.subtype = "file_share"
        self.herald.posted(call.world.post(message))
        return {"files": shared}

    def add(self, base: str, *, name: str, mimetype: str, data: bytes) -> Json:
        """The file object for an event (bolt-python tests/scenario_tests_async/test_message_file_share)."""
        file_id = self.world.numbers.id("F")
        self.contents[file_id] = (mimetype, data)
        return self._shape(base, file_id, name)

    def _shape(self, base: str, file_id: str, name: str) -> Json:
        mimetype, data = self.contents[file_id]
        url = f"{base}/files/{file_id}/{name}"
        return {
            "id": file_id,
            "name": name,
            "title": name,
            "mimetype": mimetype,
            "filetype": name.rpartition(".")[2],
            "size": len(data),
            "mode": "hosted",
            "is_external": False,
            "url_private": url,
            "url_private_download": url,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """Without a good token Slack shows a sign-in page instead of the file."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        found = self.contents.get(request.match_info["id"])
        if found is None:
            return web.Response(status=404)
        if self.world.team_of_token(token) is None:
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        return web.Response(body=found[1], content_type=found[0])
