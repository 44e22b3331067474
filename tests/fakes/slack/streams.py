"""chat.startStream, appendStream, stopStream: the plain course of a native stream, its lifetime and its size."""

import time

from tests.fakes.slack.calls import Call, Handler, SlackError
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.shapes import message_object
from tests.fakes.slack.workspace import Json, Message

LIFETIME = 306.0  # seconds from startStream, as measured in python-slack-sdk issue 1859
TEXT_LIMIT = 12_000  # characters of the whole streamed message (docs: markdown_text; reported as cumulative)


class StreamMethods:
    def __init__(self, herald: Herald, *, time_scale: float) -> None:
        self._herald = herald
        self._lifetime = LIFETIME * time_scale
        self._started: dict[str, float] = {}

    def methods(self) -> dict[str, Handler]:
        """The methods served here, by name."""
        return {
            "chat.appendStream": self._append,
            "chat.startStream": self._start,
            "chat.stopStream": self._stop,
        }

    async def _start(self, call: Call) -> Json:
        channel = call.channel()
        for name in ("recipient_user_id", "recipient_team_id"):
            if channel.kind != "im" and not call.arguments.get(name):
                raise SlackError(f"missing_{name}")
        thread_ts, ts = call.arguments.get("thread_ts"), call.world.numbers.ts()
        message = Message(channel.id, ts, call.team.bot_user, _written(call), thread_ts, bot_id=call.team.bot_id)
        message.streaming = True
        self._started[ts] = time.monotonic()
        self._herald.posted(call.world.post(message))
        return {"channel": channel.id, "ts": ts}

    async def _append(self, call: Call) -> Json:
        message, text = self._live(call), _written(call)
        if not text:
            raise SlackError("no_text")
        self._grow(message, text)
        return {"channel": message.channel, "ts": message.ts}

    async def _stop(self, call: Call) -> Json:
        message, text = self._live(call), _written(call)
        if text:
            self._grow(message, text)
        before = self._herald.before(message)
        message.streaming = False
        message.blocks = call.arguments.get("blocks") or message.blocks
        message.metadata = call.arguments.get("metadata") or message.metadata
        self._herald.edited(message, before)
        shape = message_object(call.world, message)
        return {"channel": message.channel, "ts": message.ts, "message": shape}

    def _live(self, call: Call) -> Message:
        message = call.message(call.channel(), own="message_not_owned_by_app")
        message.broken = message.streaming and time.monotonic() - self._started[message.ts] > self._lifetime
        if not message.streaming or message.broken:
            raise SlackError("message_not_in_streaming_state")
        return message

    def _grow(self, message: Message, text: str) -> None:
        if len(message.text) + len(text) > TEXT_LIMIT:
            raise SlackError("msg_too_long")
        message.show(message.text + text)


def _written(call: Call) -> str:
    chunks, markdown = call.arguments.get("chunks") or [], call.arguments.get("markdown_text") or ""
    if chunks and markdown:
        raise SlackError("markdown_text_conflict")
    if len(markdown) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    return str(markdown) or "".join(c.get("text", "") for c in chunks if c.get("type") == "markdown_text")
