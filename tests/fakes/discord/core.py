"""The local Discord without its doors: the world, who is told of what, and how messages come to stand in it."""

import json
import time
from typing import Any

from aiohttp import web

from tests.fakes.contracts import discord_judge
from tests.fakes.discord import bits
from tests.fakes.discord.gateway import Gateway, Session
from tests.fakes.discord.messages import Message
from tests.fakes.discord.ratelimits import RateLimits, limited
from tests.fakes.discord.state import Channel, Guild, User
from tests.fakes.server import Fault, LocalServer, Recorded, Upload, json_answer

API = "/api/v10"
TOKEN = "local-token"


class Core(LocalServer):
    """State and announcements, shared by the REST routes, the interactions and what people do.

    `time_scale` shortens the rate-limit windows; `heartbeat` in seconds; `judging` off saves time in benchmarks.
    """

    def __init__(self, *, token: str = TOKEN, time_scale: float = 1.0, heartbeat: float = 41.25, judging: bool = True) -> None:
        super().__init__()
        self.ids = bits.Snowflakes()
        self.owner = User(self.ids.next(), "owner", "The Owner")
        self.bot = User(self.ids.next(), "parley", "Parley", bot=True)
        self.users: dict[int, User] = {self.owner.id: self.owner, self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.files: dict[int, Upload] = {}
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self.limits = RateLimits(time_scale=time_scale)
        self.token, self.judging = token, judging
        guilds = lambda: list(self.guilds.values())  # noqa: E731 - asked anew at each IDENTIFY
        self.gateway = Gateway(token=token, bot=self.bot, guilds=guilds, heartbeat=heartbeat)
        self.gateway.describe, self.gateway.changed = self.describe, self.changed
        self._messages: dict[int, dict[int, Message]] = {}
        self.app.router.add_get("/gateway", self.gateway.serve)
        self.app.router.add_get(r"/cdn/{id:\d+}/{name}", self._file)
        self.app.on_shutdown.append(self._hang_up)

    @property
    def application_id(self) -> int:
        """The bot's user and its application share an id, as new ones do."""
        return self.bot.id

    @property
    def api_url(self) -> str:
        """For `discord.http.Route.BASE`."""
        return self.url + API

    @property
    def gateway_url(self) -> str:
        """For `DiscordWebSocket.DEFAULT_GATEWAY`."""
        return self.url.replace("http", "ws", 1) + "/gateway"

    async def start(self) -> None:
        """Listens; the gateway tells its own address to clients that will resume."""
        await super().start()
        self.gateway.url = self.gateway_url

    def judge(self, request: Recorded) -> list[str]:
        """What Discord's own description says against a REST request."""
        errors = discord_judge() if self.judging and request.path.startswith(API) else None
        if errors is None:
            return []
        path, body = request.path.removeprefix(API), _without_idle_tts(decoded(request.body)[0])
        return [f"{request.method} {path}: {s}" for s in errors(request.method, path, body)]

    def faulty(self, fault: Fault) -> web.Response:
        """A scripted failure; a 429 with `Via` and Discord's body unless the fault says otherwise."""
        if fault.status != 429 or fault.body is not None:
            return super().faulty(fault)
        wait = fault.retry_after or 0.0
        headers = {"Via": "1.1 google", "Retry-After": f"{wait:g}", "X-RateLimit-Scope": "user"} | dict(fault.headers)
        return json_answer(limited(wait), status=429, headers=headers)

    def messages(self, channel: Channel | int) -> list[Message]:
        """What stands in a channel, oldest first."""
        return [m for m in self.every_message(channel) if not m.deleted]

    def every_message(self, channel: Channel | int) -> list[Message]:
        """Deleted ones included, oldest first."""
        key = channel if isinstance(channel, int) else channel.id
        return list(self._messages.get(key, {}).values())

    def message(self, channel: Channel | int, snowflake: int) -> Message:
        """One message, also when deleted. Raises KeyError."""
        return self._messages[channel if isinstance(channel, int) else channel.id][snowflake]

    def place(self, message: Message) -> None:
        """Puts a new message into its channel and tells everybody."""
        channel = message.channel
        self._messages.setdefault(channel.id, {})[message.id] = message
        channel.last_message_id = message.id
        channel.message_count += 1
        if channel.archived and not channel.locked:
            channel.archived = False
        self.announce("MESSAGE_CREATE", message)

    def revise(self, message: Message, allowed_mentions: dict[str, Any] | None) -> None:
        """Files the present text as a new version and tells everybody who can see it."""
        message.edited_at = time.time()
        message.keep_version(allowed_mentions)
        self.announce("MESSAGE_UPDATE", message)

    def remove(self, message: Message) -> None:
        """Deletes; the record stays."""
        message.deleted = True
        where = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.ephemeral:
            self.changed()
        else:
            self.tell_channel("MESSAGE_DELETE", message.channel, where)

    def announce(self, event: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE, to each session what its intents let it see; nothing of ephemeral ones."""
        guild = message.channel.guild

        def make(session: Session) -> dict[str, Any]:
            return message.event(self.bot, content=bool(session.intents & bits.MESSAGE_CONTENT))

        if not message.ephemeral and not message.channel.lacks & bits.VIEW_CHANNEL:
            intent = bits.GUILD_MESSAGES if guild is not None else bits.DIRECT_MESSAGES
            self.gateway.dispatch(event, make, guild=guild, intent=intent)
        self.changed()

    def tell_channel(self, event: str, channel: Channel, data: dict[str, Any], *, reaction: bool = False) -> None:
        """A smaller event about a channel."""
        guild = channel.guild
        ours = (bits.GUILD_MESSAGES, bits.DIRECT_MESSAGES) if not reaction else (bits.GUILD_REACTIONS, bits.DIRECT_REACTIONS)
        whole = data if guild is None else data | {"guild_id": str(guild.id)}
        self.gateway.dispatch(event, lambda _: whole, guild=guild, intent=ours[guild is None])
        self.changed()

    def tell_guild(self, event: str, guild: Guild, data: dict[str, Any], *, intent: int = bits.GUILDS) -> None:
        """An event of a server itself."""
        self.gateway.dispatch(event, lambda _: data, guild=guild, intent=intent)
        self.changed()

    def describe(self, guild: Guild, session: Session) -> dict[str, Any]:
        """GUILD_CREATE: other members only with both member intents, as Discord does."""
        both = bits.GUILD_MEMBERS | bits.GUILD_PRESENCES
        everyone = session.intents & both == both
        members = [m.payload() for m in guild.members.values() if everyone or m.user is self.bot]
        own = [c for c in self.channels.values() if c.guild is guild and not c.lacks & bits.VIEW_CHANNEL]
        data = guild.payload() | {"members": members, "member_count": len(guild.members), "large": False}
        data |= {"joined_at": bits.time_of(guild.id), "presences": [], "voice_states": [], "stage_instances": []}
        data["channels"] = [c.payload(self.bot.id) for c in own if not c.is_thread]
        data["threads"] = [c.payload(self.bot.id) for c in own if c.is_thread and not c.archived]
        return data | {"guild_scheduled_events": [], "soundboard_sounds": []}

    def store(self, upload: Upload) -> dict[str, Any]:
        """Keeps a file; returns its attachment object."""
        snowflake = self.ids.next()
        self.files[snowflake] = upload
        url = f"{self.url}/cdn/{snowflake}/{upload.filename}"
        where = {"url": url, "proxy_url": url, "content_type": upload.content_type}
        return {"id": str(snowflake), "filename": upload.filename, "size": len(upload.data), **where}

    def dm_with(self, user: User) -> Channel:
        """The DM channel of the bot and `user`, made at first use."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.next(), "", bits.DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    async def _file(self, request: web.Request) -> web.Response:
        upload = self.files.get(int(request.match_info["id"]))
        if upload is None:
            return web.Response(status=404)
        return web.Response(body=upload.data, content_type=upload.content_type)

    async def _hang_up(self, _: web.Application) -> None:
        await self.gateway.drop(1001)


def _without_idle_tts(body: Any) -> Any:
    # discord.py 2.7.1 sends `tts: false` with every message payload, also with the callback that updates a message,
    # where Discord's description does not list it
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, dict) and data.get("tts") is False:
        return body | {"data": {k: v for k, v in data.items() if k != "tts"}}
    return body


def decoded(body: Any) -> tuple[Any, dict[int, Upload]]:
    """A request's JSON and its files, from plain JSON or from a form with payload_json."""
    if not isinstance(body, dict) or not any(isinstance(v, Upload) or k == "payload_json" for k, v in body.items()):
        return body, {}
    files = {int(k[6:-1]): v for k, v in body.items() if isinstance(v, Upload) and k.startswith("files[")}
    return json.loads(body.get("payload_json") or "{}"), files
