"""REST: how a request is let in, limited and refused; the routes are in the modules beside this one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.discord import bits
from tests.fakes.discord.core import API, Core, decoded
from tests.fakes.discord.errors import Refused
from tests.fakes.discord.messages import Message
from tests.fakes.discord.state import Channel, Guild
from tests.fakes.server import RECORDED, Upload, json_answer


@dataclass(frozen=True, slots=True)
class Call:
    """One request: path parameters, query, body and files."""

    path: dict[str, str]
    query: dict[str, str]
    body: Any
    files: dict[int, Upload]

    def id(self, name: str) -> int:
        """A path parameter as an id; 0 when it is none."""
        return int(self.path[name]) if self.path[name].isdecimal() else 0


Handler = Callable[[Call], Awaitable[web.Response]]


class Rest:
    """Adds routes to a server and finds what they name."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def add(self, method: str, template: str, handler: Handler, *, webhook: bool = False) -> None:
        """Serves `template` (below /api/v10). `webhook`: no bot token asked, outside the overall limit."""

        async def run(request: web.Request) -> web.StreamResponse:
            if not webhook and request.headers.get("Authorization") != f"Bot {self.core.token}":
                return json_answer({"message": "401: Unauthorized", "code": 0}, status=401)
            verdict = self.core.limits.take(f"{method} {template}", _major(request.match_info), webhook=webhook)
            if verdict.retry_after is not None:
                return verdict.refusal()
            answer = await self._run(handler, request)
            answer.headers.update(verdict.headers)
            return answer

        self.core.app.router.add_route(method, API + template, run)

    async def _run(self, handler: Handler, request: web.Request) -> web.Response:
        body, files = decoded(request[RECORDED].body)
        try:
            return await handler(Call(dict(request.match_info), dict(request.query), body, files))
        except Refused as refused:
            return refused.answer()

    def guild(self, call: Call) -> Guild:
        """The server that the path names, if the bot is in it."""
        guild = self.core.guilds.get(call.id("guild_id"))
        if guild is None:
            raise Refused(10004)
        return guild

    def channel(self, call: Call, *needs: int) -> Channel:
        """The channel that the path names, if the bot may see it and has the permissions it needs there."""
        channel = self.core.channels.get(call.id("channel_id"))
        if channel is None:
            raise Refused(10003)
        if channel.lacks & bits.VIEW_CHANNEL:
            raise Refused(50001)
        if any(channel.lacks & need for need in needs):
            raise Refused(50013)
        return channel

    def message(self, call: Call, *needs: int) -> Message:
        """The message that the path names."""
        channel, wanted = self.channel(call, *needs), call.id("message_id")
        for message in self.core.messages(channel):
            if message.id == wanted:
                return message
        raise Refused(10008)

    def shown(self, message: Message) -> dict[str, Any]:
        """The message object; without the content intent granted, REST hides other people's text as well."""
        granted = not self.core.gateway.forbidden_intents & bits.MESSAGE_CONTENT
        return message.seen_by(self.core.bot, content=granted)


def _major(path: Any) -> str:
    names = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")
    return "+".join(path[name] for name in names if name in path)


def empty() -> web.Response:
    """204."""
    return web.Response(status=204)
