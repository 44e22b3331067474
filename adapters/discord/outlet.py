"""One reply's way out, through REST only: it works in a process that is logged in and holds no gateway."""

import hashlib
import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord.http import Route, handle_message_parameters

from adapters.discord.buttons import rows
from adapters.discord.limits import FILE_BYTES, FILES, LIMITS, LISTED, NONCE, REQUEST_BYTES, REQUEST_SECONDS, budgets
from adapters.discord.markup import DiscordDialect
from adapters.discord.places import PLATFORM
from adapters.discord.refusals import FAILURES, NO_HISTORY, translated
from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.outlet import File, Kind
from adapters.rendering.written import WrittenText
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.controls import Button
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress

NOBODY = {"parse": list[str](), "replied_user": False}
"""Sent with every post and every edit: an edit without it is parsed with Discord's default, which pings (documents)."""

SUPPRESS_EMBEDS = discord.MessageFlags(suppress_embeds=True).value
TOO_LARGE = "This file is too large for Discord, so I cannot attach it here."
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"


class DiscordOutlet:
    """`Outlet` for one message that is answered. `standing`: messages of this reply that a process before us posted; `within`: seconds.

    Plain requests instead of discord.py's `send` and `edit`: those take no time limit and parse what comes back for nothing.
    """

    def __init__(
        self,
        client: discord.Client,
        address: ReplyAddress,
        *,
        standing: Sequence[Placeholder] = (),
        within: float = REQUEST_SECONDS,
        drawn: Callable[[int], Mapping[str, Sequence[Budget]]] = budgets,
    ) -> None:
        self._client = client
        self._within = aiohttp.ClientTimeout(total=within)
        self._channel = int(address.data["channel"])
        self._trigger = address.data.get("message", "")
        self._guild = address.data.get("guild", "")
        self._standing = tuple(standing)
        self._drawn = drawn
        self._buttons: dict[str, tuple[Button, ...]] = {}

    @property
    def limits(self) -> Limits:
        return LIMITS

    closes = False
    late_seconds = math.inf

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """The channel's, by what Discord's headers said last, and the bot's."""
        return self._drawn(self._channel)[kind]

    def written(self) -> WrittenText:
        """Discord's Markdown; what looks like a mention pings nobody, see `NOBODY`, and is shown as text."""
        return GrowingText(Emitter(DiscordDialect()), limit=LIMITS.text)

    def note(self, text: str) -> str:
        """Discord's small text, line by line."""
        return "\n".join(f"-# {line}" for line in text.splitlines() if line.strip())

    async def post(self, text: str, *, nonce: str, after: Placeholder | None, buttons: Sequence[Button] = ()) -> Placeholder:
        """A reply to the trigger, or to nobody when the trigger is gone.

        Posted twice under one `nonce` within a few minutes it stands once (documents, `enforce_nonce`).
        """
        message = {"content": text, "nonce": nonce, "enforce_nonce": True, "flags": SUPPRESS_EMBEDS, "allowed_mentions": NOBODY}
        message |= {"components": rows(buttons)} if buttons else {}
        try:
            posted = await self._call(Route("POST", MESSAGES, channel_id=self._channel), message | self._reference(after))
        except PlatformRefused as refused:
            cause = refused.__cause__
            if not isinstance(cause, discord.HTTPException) or cause.code != NO_HISTORY:
                raise
            posted = await self._call(Route("POST", MESSAGES, channel_id=self._channel), message)
        self._buttons[str(posted["id"])] = tuple(buttons)
        return self._placeholder(posted)

    async def edit(self, placeholder: Placeholder, text: str, *, buttons: Sequence[Button] = (), closed: bool = False) -> None:
        """Replaces the text; the flag against previews stays as it was posted, and buttons that stand there are not sent again."""
        message, body = placeholder.data["message"], {"content": text, "allowed_mentions": NOBODY}
        changed = self._buttons.pop(message, None) != tuple(buttons)  # of a message by a process before us nobody knows
        await self._call(self._route("PATCH", placeholder), body | ({"components": rows(buttons)} if changed else {}))
        self._buttons[message] = tuple(buttons)

    async def find(self, nonce: str) -> Placeholder | None:
        """Looks through the messages after the last one of this reply that stands, or after the trigger.

        Where Discord lists messages without their nonces, only the first part is found, as our reply to the trigger; a later part
        may then be posted again under its nonce without standing twice.
        """
        for message in reversed(await self._listed()):
            if message["author"]["id"] == str(self._me) and self._posted_as(message, nonce):
                return self._placeholder(message)
        return None

    async def read(self, placeholder: Placeholder) -> str:
        """Our own messages come with their content, whatever intents we have."""
        return str((await self._call(self._route("GET", placeholder), None))["content"])

    async def attach(self, files: Sequence[File], *, after: Placeholder) -> None:
        """The first ten `files`. The same ones attached twice behind a message within a few minutes stand once.

        Raises `PlatformRefused`, with words, for what is larger than the server allows.
        """
        some = files[:FILES]
        if any(len(file.content) > self._file_limit for file in some) or sum(len(file.content) for file in some) > REQUEST_BYTES:
            raise PlatformRefused("a file is larger than Discord takes here", user_text=TOO_LARGE)
        sent = handle_message_parameters(
            files=[discord.File(io.BytesIO(file.content), filename=file.name) for file in some],
            nonce=_nonce_of(some, after),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        with sent:
            route = Route("POST", MESSAGES, channel_id=self._channel)
            await self._call(route, None, form=sent.multipart, files=sent.files)

    @property
    def _me(self) -> int | None:
        return self._client.user.id if self._client.user is not None else None

    @property
    def _file_limit(self) -> int:
        """Bytes; a process without a gateway knows no servers."""
        guild = self._client.get_guild(int(self._guild)) if self._guild else None
        return guild.filesize_limit if guild is not None and not guild.unavailable else FILE_BYTES

    def _reference(self, after: Placeholder | None) -> dict[str, Any]:
        if after is not None or not self._trigger:
            return {}
        reference = {"message_id": self._trigger, "channel_id": str(self._channel), "fail_if_not_exists": False}
        return {"message_reference": reference | ({"guild_id": self._guild} if self._guild else {})}

    async def _listed(self) -> list[dict[str, Any]]:
        """Newest first, as Discord lists them."""
        since = self._standing[-1].data["message"] if self._standing else self._trigger
        query = {"limit": str(LISTED)} | ({"after": since} if since else {})
        listed: list[dict[str, Any]] = await self._call(Route("GET", MESSAGES, channel_id=self._channel), None, params=query)
        return listed

    def _posted_as(self, message: dict[str, Any], nonce: str) -> bool:
        if message.get("nonce") is not None:
            return str(message["nonce"]) == nonce
        reference = message.get("message_reference") or {}
        return bool(self._trigger) and reference.get("message_id") == self._trigger

    def _route(self, method: str, placeholder: Placeholder) -> Route:
        where = placeholder.data
        return Route(method, MESSAGE, channel_id=int(where["channel"]), message_id=int(where["message"]))

    def _placeholder(self, message: dict[str, Any]) -> Placeholder:
        return Placeholder(PLATFORM, {"channel": str(self._channel), "message": str(message["id"])})

    async def _call(self, route: Route, body: dict[str, Any] | None, **query: Any) -> Any:
        if self._client.is_closed():  # its session would raise a RuntimeError that says less
            raise PlatformUnavailable("the connection to Discord is closed")
        extra = query if body is None else {"json": body, **query}
        try:
            return await self._client.http.request(route, timeout=self._within, **extra)
        except FAILURES as error:
            raise translated(error) from error


def _nonce_of(files: Sequence[File], after: Placeholder) -> str:
    named = hashlib.blake2s(after.data["message"].encode(), digest_size=NONCE // 2)
    for file in files:
        named.update(hashlib.blake2s(file.content).digest())
    return named.hexdigest()
