"""The Web API under /api/METHOD: token, rate limit, method, answer, in the order in which Slack refuses."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.server import RECORDED, json_answer
from tests.fakes.slack.calls import Call, Handler, SlackError, decoded
from tests.fakes.slack.tiers import RateLimits
from tests.fakes.slack.workspace import Json, Team
from tests.fakes.slack.world import World

CONNECT = "apps.connections.open"

NEEDED = {
    "files.completeUploadExternal": "files:write", "files.getUploadURLExternal": "files:write",
    "reactions.add": "reactions:write", "reactions.remove": "reactions:write",
}  # fmt: skip
"""Scopes that an app may well lack: its owner installed it before they were asked for (docs: the methods' pages)."""


@dataclass(slots=True)
class WebApi:
    """`open_connection` gives a fresh Socket Mode address. `scopes` go out with each answer as x-oauth-scopes."""

    world: World
    methods: dict[str, Handler]
    limits: RateLimits
    scopes: list[str]
    app_token: str
    open_connection: Callable[[], str]

    async def handle(self, request: web.Request) -> web.Response:
        """Serves one call; every refusal is a 200 with ok=false, but for the 429."""
        method = request.match_info["method"]
        recorded = request[RECORDED]
        arguments = decoded(recorded.body, recorded.query)
        token = _token(request, arguments)
        try:
            answer = await self._answer(method, arguments, token)
        except SlackError as error:
            return self._respond(error.body)
        return self._respond(answer)

    async def _answer(self, method: str, arguments: Json, token: str) -> Json:
        if method != CONNECT and method not in self.methods:
            raise SlackError("unknown_method", req_method=method)
        if not token:
            raise SlackError("not_authed")
        if method == CONNECT:
            return self._connect(token)
        team = self._team(token)
        if method in NEEDED and NEEDED[method] not in self.scopes:
            raise SlackError("missing_scope", needed=NEEDED[method], provided=",".join(self.scopes))
        self._pace(method, team.id, str(arguments.get("channel") or ""))
        return {"ok": True, **await self.methods[method](Call(method, arguments, team, self.world))}

    def _team(self, token: str) -> Team:
        if token == self.app_token:
            raise SlackError("not_allowed_token_type")
        team = self.world.team_of_token(token)
        if team is None:
            raise SlackError("invalid_auth")
        return team

    def _connect(self, token: str) -> Json:
        if token != self.app_token:
            raise SlackError("not_allowed_token_type" if self.world.team_of_token(token) else "invalid_auth")
        self._pace(CONNECT, self.world.app_id, "")
        return {"ok": True, "url": self.open_connection()}

    def _pace(self, method: str, owner: str, channel: str) -> None:
        seconds = self.limits.wait(method, owner, channel)
        if seconds is not None:
            raise SlackError("ratelimited", retry_after=seconds)

    def _respond(self, body: Json) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(self.scopes)}
        if body.get("error") != "ratelimited":
            return json_answer(body, headers=headers)
        headers["Retry-After"] = str(body["retry_after"])
        return json_answer({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _token(request: web.Request, arguments: Json) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    given = str(arguments.pop("token", "") or "")
    return value.strip() if scheme.lower() == "bearer" else given
