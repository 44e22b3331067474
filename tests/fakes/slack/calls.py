"""One call of the Web API: its decoded arguments, who calls, and how it can fail."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.workspace import Channel, Json, Message, Team
from tests.fakes.slack.world import World

# A form or a query has only strings: these arguments are JSON, numbers and truth values inside them.
JSON_ARGUMENTS = {"attachments", "blocks", "chunks", "files", "loading_messages", "metadata", "prompts", "view"}
INTEGERS = {"length", "limit"}
BOOLEANS = {
    "as_user", "include_all_metadata", "include_locale", "inclusive", "link_names", "mrkdwn", "reply_broadcast",
    "return_im", "unfurl_links", "unfurl_media",
}  # fmt: skip


class SlackError(Exception):
    """An answer with ok=false and this error code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.body: Json = {"ok": False, "error": code, **more}


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    arguments: Json
    team: Team
    world: World

    def need(self, name: str) -> Any:
        """A required argument. Raises SlackError(invalid_arguments) where it is missing."""
        if self.arguments.get(name) in (None, ""):
            detail = {"messages": [f"[ERROR] missing required field: {name}"]}
            raise SlackError("invalid_arguments", response_metadata=detail)
        return self.arguments[name]

    def channel(self, *, reading: bool = False, name: str = "channel") -> Channel:
        """The channel, if our bot may use it: channel_not_found where it cannot know of it, not_in_channel outside."""
        wanted = str(self.need(name))
        if wanted in self.world.users and not reading:
            return self.world.dm(self.world.users[wanted], self.team)
        channel = self.world.channels.get(wanted)
        if channel is None or self.team.id not in {channel.team, *channel.shared_with}:
            raise SlackError("channel_not_found")
        if self.team.bot_user not in channel.members:
            raise SlackError("not_in_channel" if channel.kind == "public" else "channel_not_found")
        return channel

    def message(self, channel: Channel, *, own: str | None = None) -> Message:
        """The message at `ts`, message_not_found without one; with `own`, that error for messages that are not ours."""
        message = channel.timeline.get(str(self.need("ts")))
        if message is None or message.deleted:
            raise SlackError("message_not_found")
        if own and message.bot_id != self.team.bot_id:
            raise SlackError(own)
        return message


Handler = Callable[[Call], Awaitable[Json]]


def decoded(body: Any, query: Mapping[str, str]) -> Json:
    """The arguments of a request with their token, from JSON, a form or the query, each value as what it stands for."""
    raw = {**query, **(body if isinstance(body, dict) else {})}
    return {name: _value(name, value) for name, value in raw.items()}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in JSON_ARGUMENTS:
        return _parsed(value)
    if name in INTEGERS and value.isdigit():
        return int(value)
    if name in BOOLEANS and value.lower() in ("0", "1", "true", "false"):
        return value.lower() in ("1", "true")
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # the judge, or the method, says what is wrong with it
