"""REST about channels and messages."""

import time
from typing import Any

from aiohttp import web

from tests.fakes.discord import bits
from tests.fakes.discord.errors import Refused, invalid
from tests.fakes.discord.messages import Message
from tests.fakes.discord.posting import amend, compose
from tests.fakes.discord.rest import Call, Rest, empty
from tests.fakes.discord.state import Channel
from tests.fakes.server import json_answer


class MessageRoutes(Rest):
    """Reading, sending, changing; typing and reactions."""

    def install(self) -> None:
        """Adds the routes."""
        channel, one = "/channels/{channel_id}", "/channels/{channel_id}/messages/{message_id}"
        mine = one + "/reactions/{emoji}/@me"
        self.add("GET", channel, self._get_channel)
        self.add("POST", channel + "/typing", self._typing)
        self.add("GET", channel + "/messages", self._list)
        self.add("POST", channel + "/messages", self._send)
        self.add("GET", one, self._get)
        self.add("PATCH", one, self._edit)
        self.add("DELETE", one, self._delete)
        self.add("PUT", mine, self._react)
        self.add("DELETE", mine, self._unreact)

    async def _get_channel(self, call: Call) -> web.Response:
        return json_answer(self.channel(call).payload(self.core.bot.id))

    async def _typing(self, call: Call) -> web.Response:
        self.channel(call).typing.append(time.monotonic())
        return empty()

    async def _list(self, call: Call) -> web.Response:
        channel = self.channel(call)
        if channel.lacks & bits.READ_HISTORY:
            return json_answer([])  # documents: no error, no messages
        limit = int(call.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
        found = _window(self.core.messages(channel), call.query, limit)
        return json_answer([self.shown(m) for m in reversed(found)])

    async def _send(self, call: Call) -> web.Response:
        channel = self.channel(call)
        _may_send(channel)
        if call.files and channel.lacks & bits.ATTACH_FILES:
            raise Refused(50013)
        earlier = self._repeated(channel, call.body)
        if earlier is not None:
            return json_answer(self.shown(earlier))
        message = compose(self.core, channel, call.body, call.files)
        self.core.place(message)
        return json_answer(self.shown(message))

    def _repeated(self, channel: Channel, body: dict[str, Any]) -> Message | None:
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        ours = (m for m in self.core.messages(channel) if m.author is self.core.bot)
        return next((m for m in ours if str(m.nonce) == str(body["nonce"])), None)

    async def _get(self, call: Call) -> web.Response:
        return json_answer(self.shown(self.message(call, bits.READ_HISTORY)))

    async def _edit(self, call: Call) -> web.Response:
        message = self.message(call)
        if message.author is not self.core.bot:
            raise Refused(50005)
        if message.channel.archived:
            raise Refused(50083)
        amend(self.core, message, call.body, call.files)
        return json_answer(self.shown(message))

    async def _delete(self, call: Call) -> web.Response:
        message = self.message(call)
        guild = message.channel.guild
        if message.author is not self.core.bot:
            if guild is None:
                raise Refused(50003)
            if not guild.permissions_of(self.core.bot) & bits.MANAGE_MESSAGES:
                raise Refused(50013)
        self.core.remove(message)
        return empty()

    async def _react(self, call: Call) -> web.Response:
        message = self.message(call, bits.ADD_REACTIONS, bits.READ_HISTORY)
        message.reactions.setdefault(call.path["emoji"], set()).add(self.core.bot.id)
        self._tell_reaction("MESSAGE_REACTION_ADD", message, call.path["emoji"])
        return empty()

    async def _unreact(self, call: Call) -> web.Response:
        message = self.message(call)
        message.reactions.get(call.path["emoji"], set()).discard(self.core.bot.id)
        self._tell_reaction("MESSAGE_REACTION_REMOVE", message, call.path["emoji"])
        return empty()

    def _tell_reaction(self, event: str, message: Message, emoji: str) -> None:
        data = {"user_id": str(self.core.bot.id), "channel_id": str(message.channel.id), "burst": False, "type": 0}
        data |= {"message_id": str(message.id), "emoji": {"id": None, "name": emoji}}
        self.core.tell_channel(event, message.channel, data, reaction=True)


def _may_send(channel: Channel) -> None:
    needed = bits.SEND_IN_THREADS if channel.is_thread else bits.SEND_MESSAGES
    if channel.lacks & needed:
        raise Refused(50013)
    if channel.recipient is not None and not channel.recipient.accepts_dms:
        raise Refused(50007)
    if channel.locked:
        raise Refused(50083)


def _window(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """Oldest first. `after` gives the nearest after, everything else the nearest before."""
    if "after" in query:
        return [m for m in messages if m.id > int(query["after"])][:limit]
    if "around" in query:
        middle = int(query["around"])
        before = [m for m in messages if m.id < middle][-(limit // 2) :]
        return (before + [m for m in messages if m.id >= middle])[:limit]
    if "before" in query:
        messages = [m for m in messages if m.id < int(query["before"])]
    return messages[-limit:]
