"""REST about the bot itself, its commands, people and servers."""

from typing import Any

from aiohttp import web

from tests.fakes.discord.errors import Refused
from tests.fakes.discord.rest import Call, Rest
from tests.fakes.server import json_answer


class ServerRoutes(Rest):
    """Everything that is not a message."""

    def install(self) -> None:
        """Adds the routes."""
        self.add("GET", "/users/@me", self._me)
        self.add("GET", "/oauth2/applications/@me", self._application)
        self.add("GET", "/applications/@me", self._application)
        self.add("GET", "/gateway", self._gateway)
        self.add("GET", "/gateway/bot", self._gateway_bot)
        self.add("POST", "/users/@me/channels", self._open_dm)
        self.add("GET", "/users/{user_id}", self._user)
        self.add("GET", "/guilds/{guild_id}", self._guild)
        self.add("GET", "/guilds/{guild_id}/channels", self._channels)
        self.add("GET", "/guilds/{guild_id}/roles", self._roles)
        self.add("GET", "/guilds/{guild_id}/members/{user_id}", self._member)
        for scope in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}"):
            self.add("GET", scope + "/commands", self._commands)
            self.add("PUT", scope + "/commands", self._replace_commands)

    async def _me(self, call: Call) -> web.Response:
        more = {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None, "flags": 0}
        return json_answer(self.core.bot.payload() | more)

    async def _application(self, call: Call) -> web.Response:
        core = self.core
        data: dict[str, Any] = {"id": str(core.application_id), "name": core.bot.name, "description": "", "icon": None}
        data |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "00", "team": None}
        data |= {"owner": core.owner.payload(), "bot": core.bot.payload(), "flags": core.gateway.flags}
        return json_answer(data | {"approximate_guild_count": len(core.guilds)})

    async def _gateway(self, call: Call) -> web.Response:
        return json_answer({"url": self.core.gateway_url})

    async def _gateway_bot(self, call: Call) -> web.Response:
        return json_answer(self.core.gateway.starts.payload(self.core.gateway_url))

    async def _open_dm(self, call: Call) -> web.Response:
        user = self.core.users.get(int(call.body["recipient_id"]))
        if user is None:
            raise Refused(10013)
        if user.bot:
            raise Refused(50007)
        return json_answer(self.core.dm_with(user).payload(self.core.bot.id))

    async def _user(self, call: Call) -> web.Response:
        user = self.core.users.get(call.id("user_id"))
        if user is None:
            raise Refused(10013)
        return json_answer(user.payload())

    async def _guild(self, call: Call) -> web.Response:
        return json_answer(self.guild(call).payload())

    async def _channels(self, call: Call) -> web.Response:
        guild = self.guild(call)
        own = [c for c in self.core.channels.values() if c.guild is guild and not c.is_thread]
        return json_answer([c.payload(self.core.bot.id) for c in own])

    async def _roles(self, call: Call) -> web.Response:
        return json_answer([r.payload() for r in self.guild(call).roles.values()])

    async def _member(self, call: Call) -> web.Response:
        member = self.guild(call).members.get(call.id("user_id"))
        if member is None:
            raise Refused(10007)
        return json_answer(member.payload())

    def _scope(self, call: Call) -> int | None:
        if call.id("application_id") != self.core.application_id:
            raise Refused(50001)
        return self.guild(call).id if "guild_id" in call.path else None

    async def _commands(self, call: Call) -> web.Response:
        return json_answer(self.core.commands.get(self._scope(call), []))

    async def _replace_commands(self, call: Call) -> web.Response:
        scope = self._scope(call)
        known = {(c["name"], c["type"]): c["id"] for c in self.core.commands.get(scope, [])}
        self.core.commands[scope] = [self._registered(c, scope, known) for c in call.body]
        return json_answer(self.core.commands[scope])

    def _registered(self, command: dict[str, Any], scope: int | None, known: dict[Any, str]) -> dict[str, Any]:
        kind = command.get("type", 1)
        defaults: dict[str, Any] = {"default_member_permissions": None, "nsfw": False, "description": "", "options": []}
        whole: dict[str, Any] = {**defaults, "contexts": None, "integration_types": [0], **command, "type": kind}
        whole["id"] = known.get((command["name"], kind)) or str(self.core.ids.next())
        whole |= {"application_id": str(self.core.application_id), "version": str(self.core.ids.next())}
        return whole if scope is None else whole | {"guild_id": str(scope)}
