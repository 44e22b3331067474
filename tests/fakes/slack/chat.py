"""chat.*: posting, updating, deleting. Errors are those of the methods' pages in docs.slack.dev/reference/methods."""

import time
from collections import Counter

from tests.fakes.slack.blocks import BLOCKS_LIMIT, complaint, shown
from tests.fakes.slack.calls import Call, Handler, SlackError
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.records import Whisper
from tests.fakes.slack.shapes import message_object
from tests.fakes.slack.workspace import Json, Message

POST_LIMIT = 40_000  # characters; more is cut with a warning (docs: chat.postMessage)
UPDATE_LIMIT = 4_000  # characters; more is msg_too_long (docs: chat.update)
MARKDOWN_LIMIT = 12_000  # characters (docs: chat.postMessage, markdown_text)


class ChatMethods:
    def __init__(self, herald: Herald) -> None:
        self._herald = herald
        self._called: Counter[str] = Counter()

    def methods(self) -> dict[str, Handler]:
        """The methods served here, by name."""
        return {
            "chat.delete": self._delete,
            "chat.postEphemeral": self._whisper,
            "chat.postMessage": self._post,
            "chat.update": self._update,
        }

    async def _post(self, call: Call) -> Json:
        channel = call.channel()
        self._may(call)
        text, spoken = _content(call)
        message = Message(
            channel.id,
            call.world.numbers.ts(),
            call.team.bot_user,
            text[:POST_LIMIT],
            call.arguments.get("thread_ts"),
            bot_id=call.team.bot_id,
            blocks=call.arguments.get("blocks") or [],
            spoken=spoken,
            metadata=_metadata(call),
            unfurl_links=call.arguments.get("unfurl_links", True),
            unfurl_media=call.arguments.get("unfurl_media", True),
        )
        self._herald.posted(call.world.post(message))
        cut = {"response_metadata": {"warnings": ["message_truncated"]}} if len(text) > POST_LIMIT else {}
        return {"channel": channel.id, "ts": message.ts, "message": message_object(call.world, message), **cut}

    async def _update(self, call: Call) -> Json:
        channel = call.channel()
        message = call.message(channel, own="cant_update_message")
        self._may(call)
        content = _content(call)
        if message.streaming and not message.broken:
            raise SlackError("streaming_state_conflict")
        if len(str(call.arguments.get("text") or "")) > UPDATE_LIMIT:
            raise SlackError("msg_too_long")
        if call.world.rigid and bool(message.blocks) != bool(call.arguments.get("blocks")):
            raise SlackError("block_mismatch")
        before = self._herald.before(message)
        _rewrite(call, message, *content)
        self._herald.edited(message, before)
        shape = message_object(call.world, message)
        return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shape}

    def _may(self, call: Call) -> None:
        number = self._called[call.method]
        self._called[call.method] += 1
        if code := call.world.refusals.get((call.method, number)):
            raise SlackError(code)
        if call.world.blockless and call.arguments.get("blocks"):
            raise SlackError("invalid_blocks")

    async def _delete(self, call: Call) -> Json:
        channel = call.channel()
        message = call.message(channel, own="cant_delete_message")
        self._may(call)
        before = self._herald.before(message)
        message.deleted = True
        self._herald.removed(message, before)
        return {"channel": channel.id, "ts": message.ts}

    async def _whisper(self, call: Call) -> Json:
        channel = call.channel()
        user, (text, _) = str(call.need("user")), _content(call)
        if user not in channel.members:
            raise SlackError("user_not_in_channel")
        blocks = call.arguments.get("blocks") or []
        thread = call.arguments.get("thread_ts") or ""
        call.world.whispers.append(Whisper(time.monotonic(), user, channel.id, text, blocks, "postEphemeral", thread))
        call.world.changed()
        return {"message_ts": call.world.numbers.ts()}


def _content(call: Call) -> tuple[str, str]:
    """What people see, and where that stands in blocks, what notifications say."""
    text, markdown = call.arguments.get("text"), call.arguments.get("markdown_text")
    blocks = call.arguments.get("blocks") or []
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if not (text or markdown or blocks or call.arguments.get("attachments")):
        raise SlackError("no_text")
    if not isinstance(blocks, list) or len(blocks) > BLOCKS_LIMIT:
        raise SlackError("invalid_blocks")
    if code := complaint(blocks):
        raise SlackError(code)
    if len(markdown or "") > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    return (shown(blocks), str(text or "")) if blocks else (str(markdown or text or ""), "")


def _metadata(call: Call) -> Json | None:
    metadata = call.arguments.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or {"event_type", "event_payload"} - set(metadata):
        raise SlackError("invalid_metadata_format")
    return metadata


def _rewrite(call: Call, message: Message, text: str, spoken: str) -> None:
    """Blocks that are not sent stay, so text alone changes nothing that people see of them; omitted metadata stays (docs: chat.update)."""
    message.metadata = _metadata(call) or message.metadata
    blocks = call.arguments.get("blocks")
    if not blocks:
        message.edited_ts = call.world.numbers.ts()
    message.streaming = False
    if blocks is None and message.blocks:
        message.spoken = text or message.spoken
        return
    message.blocks, message.spoken = blocks or [], spoken
    if text and text != message.text:  # else only the buttons changed
        message.show(text)
