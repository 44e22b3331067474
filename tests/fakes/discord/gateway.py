"""The gateway: websocket connections, and sessions that outlive them so that a client can resume."""

import asyncio
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord import bits
from tests.fakes.discord.starts import Starts
from tests.fakes.discord.state import Guild, User

HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS, INVALID, HELLO, ACK = 1, 2, 6, 7, 8, 9, 10, 11
IGNORED = (3, 4)  # presence and voice state


class Connection:
    """One websocket; what is put leaves in order, compressed when asked for."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compress: bool) -> None:
        self.socket, self._transport = socket, transport
        self._deflate = zlib.compressobj() if compress else None
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, frame: dict[str, Any]) -> None:
        """Sends soon."""
        self._frames.put_nowait(frame)

    async def close(self, code: int) -> None:
        """Closes with `code`; 0 cuts the line without a word."""
        if code:
            await self.socket.close(code=code)
        elif self._transport is not None:
            self._transport.abort()

    async def pump(self) -> None:
        """Sends what was put, until cancelled or disconnected."""
        while True:
            data = json.dumps(await self._frames.get())
            try:
                if self._deflate is None:
                    await self.socket.send_str(data)
                else:
                    packed = self._deflate.compress(data.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)
            except ConnectionError:
                return


@dataclass(eq=False, slots=True)
class Session:
    """Events of one IDENTIFY, numbered and kept for a resume."""

    id: str
    shard: tuple[int, int]
    intents: int
    connection: Connection | None
    sent: list[dict[str, Any]] = field(default_factory=list)
    resumable: bool = True

    def push(self, event: str, data: dict[str, Any]) -> None:
        """Numbers, keeps, and sends if somebody is connected."""
        frame = {"op": 0, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(frame)
        if self.connection is not None:
            self.connection.put(frame)

    def receives(self, guild: Guild | None, intent: int) -> bool:
        """Whether an event of this place is this session's: shard (DMs: shard 0) and intents."""
        index, count = self.shard
        home = (guild.id >> 22) % count == index if guild is not None else index == 0
        return home and (not intent or bool(self.intents & intent))


class Gateway:
    """All sessions. `forbidden_intents`: asking for one of them closes with 4014; `heartbeat` in seconds.

    `down`: ids of servers that have an outage; READY names them, and that is all. `hasty` counts IDENTIFYs that came too soon.
    """

    def __init__(self, *, token: str, bot: User, guilds: Callable[[], list[Guild]], heartbeat: float) -> None:
        self.token, self.bot, self.heartbeat = token, bot, heartbeat
        self.guilds = guilds
        self.describe: Callable[[Guild, Session], dict[str, Any]] = lambda guild, session: guild.payload()
        self.changed: Callable[[], None] = lambda: None
        self.url = ""
        self.flags = 0
        self.forbidden_intents = 0
        self.sessions: dict[str, Session] = {}
        self.identifies: list[dict[str, Any]] = []
        self.starts = Starts()
        self.hasty = 0
        self.down: set[int] = set()
        self.resumes = 0
        self.heartbeats = 0

    def dispatch(self, event: str, make: Callable[[Session], dict[str, Any]], *, guild: Guild | None, intent: int = 0) -> None:
        """Tells every session that may know; `make` gives each its own view."""
        for session in self.sessions.values():
            if session.receives(guild, intent):
                session.push(event, make(session))

    @property
    def connections(self) -> list[Connection]:
        """The live ones of all sessions."""
        return [s.connection for s in self.sessions.values() if s.connection is not None]

    async def drop(self, code: int, *, shard: int | None = None) -> None:
        """Closes every connection, or those of one shard, with `code`; 0 cuts without a word. The sessions can be resumed."""
        dropped = [(session, session.connection) for session in self.of(shard) if session.connection is not None]
        for session, _ in dropped:
            session.connection = None
        for _, connection in dropped:
            await connection.close(code)

    def of(self, shard: int | None) -> list[Session]:
        """The sessions of one shard, or all."""
        return [session for session in self.sessions.values() if shard in (None, session.shard[0])]

    def invalidate(self, *, shard: int | None = None) -> None:
        """Opcode 9: the sessions are over, at once; what is said before the next IDENTIFY is told to nobody."""
        for session in self.of(shard):
            del self.sessions[session.id]
            if session.connection is not None:
                session.connection.put({"op": INVALID, "d": False})

    def ask_reconnect(self) -> None:
        """Opcode 7: the client should come back and resume."""
        for connection in self.connections:
            connection.put({"op": RECONNECT, "d": None})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /gateway."""
        socket = web.WebSocketResponse(max_msg_size=0, timeout=0.5)
        await socket.prepare(request)
        if request.query.get("compress") not in (None, "zlib-stream"):
            await socket.close(code=4012, message=b"only zlib-stream is spoken here")
            return socket
        connection = Connection(socket, request.transport, compress="compress" in request.query)
        pump = asyncio.create_task(connection.pump())
        try:
            await self._talk(connection)
        finally:
            pump.cancel()
            self._gone(connection)
        return socket

    async def _talk(self, connection: Connection) -> None:
        connection.put({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat * 1000)}})
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            close = self._on(connection, frame["op"], frame.get("d"))
            if close:
                await connection.socket.close(code=close)
            self.changed()

    def _on(self, connection: Connection, op: int, data: Any) -> int:
        """Handles one frame; returns the code to close with, or 0."""
        if op == HEARTBEAT:
            self.heartbeats += 1
            connection.put({"op": ACK})
        elif op == IDENTIFY:
            return self._identify(connection, data)
        elif op == RESUME:
            return self._resume(connection, data)
        elif op == REQUEST_MEMBERS:
            self._members(connection, data)
        elif op not in IGNORED:
            return 4001
        return 0

    def _identify(self, connection: Connection, data: dict[str, Any]) -> int:
        self.identifies.append(data)
        if data["token"] != self.token:
            return 4004
        if data["intents"] & self.forbidden_intents:
            return 4014
        index, count = data.get("shard") or (0, 1)
        if not 0 <= index < count:
            return 4010
        if self.starts.too_soon(index):
            self.hasty += 1
            connection.put({"op": INVALID, "d": False})
            return 0
        session = Session(secrets.token_hex(16), (index, count), data["intents"], connection)
        self.sessions[session.id] = session
        self._greet(session)
        return 0

    def _greet(self, session: Session) -> None:
        mine = [guild for guild in self.guilds() if session.receives(guild, 0)]
        ready: dict[str, Any] = {"v": 10, "user": self.bot.payload(), "session_id": session.id}
        ready |= {"resume_gateway_url": self.url, "shard": list(session.shard), "private_channels": []}
        ready |= {"application": {"id": str(self.bot.id), "flags": self.flags}, "session_type": "normal"}
        session.push("READY", ready | {"guilds": [{"id": str(g.id), "unavailable": True} for g in mine]})
        for guild in mine:
            if session.intents & bits.GUILDS and guild.id not in self.down:
                session.push("GUILD_CREATE", self.describe(guild, session) | {"unavailable": False})

    def _resume(self, connection: Connection, data: dict[str, Any]) -> int:
        session = self.sessions.get(data["session_id"])
        if data["token"] != self.token:
            return 4004
        if session is None or not session.resumable or data["seq"] > len(session.sent):
            connection.put({"op": INVALID, "d": False})
            return 0
        self.resumes += 1
        session.connection = connection
        for frame in session.sent[data["seq"] :]:
            connection.put(frame)
        session.push("RESUMED", {"_trace": []})
        return 0

    def _members(self, connection: Connection, data: dict[str, Any]) -> None:
        session = next((s for s in self.sessions.values() if s.connection is connection), None)
        guild = next((g for g in self.guilds() if g.id == int(data["guild_id"])), None)
        if session is None or guild is None:
            return
        wanted = {int(i) for i in data.get("user_ids") or ()}
        found = [m.payload() for m in guild.members.values() if not wanted or m.user.id in wanted]
        chunk: dict[str, Any] = {"guild_id": str(guild.id), "members": found, "presences": [], "not_found": []}
        session.push("GUILD_MEMBERS_CHUNK", chunk | {"chunk_index": 0, "chunk_count": 1, "nonce": data.get("nonce")})

    def _gone(self, connection: Connection) -> None:
        for session in list(self.sessions.values()):
            if session.connection is connection:
                session.connection = None
                if connection.socket.close_code in (1000, 1001):  # said by the client: the session is over
                    del self.sessions[session.id]
        self.changed()
