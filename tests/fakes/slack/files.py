"""Files that people attach: described as events describe them, served to whoever has a bot token."""

from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.slack.workspace import Json
from tests.fakes.slack.world import World


@dataclass(slots=True)
class Files:
    world: World
    contents: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def add(self, base: str, *, name: str, mimetype: str, data: bytes) -> Json:
        """The file object for an event (bolt-python tests/scenario_tests_async/test_message_file_share)."""
        file_id = self.world.numbers.id("F")
        self.contents[file_id] = (mimetype, data)
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
