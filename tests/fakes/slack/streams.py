"""chat.startStream, appendStream, stopStream: the course of a native stream, its lifetime, its size and who may end it."""

import time
from collections import defaultdict, deque
from collections.abc import Callable

from tests.fakes.slack.calls import Call, Handler, SlackError
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.shapes import message_object
from tests.fakes.slack.workspace import Json, Message

LIFETIME = 306.0  # seconds from startStream, whatever is appended (measured in python-slack-sdk issue 1859)
CALL_LIMIT = 12_000  # characters of markdown_text in one call (docs: chat.appendStream)
STREAM_LIMIT = 11_900  # bytes of UTF-8 of the whole streamed message (as reported in CopilotKit issues 6064 and 6244)
BLOCKS_LIMIT = 50  # blocks of chat.stopStream, and those of chunks beside (docs: chat.stopStream)
CHUNKS = {"markdown_text", "task_update", "plan_update", "blocks"}  # docs: chat.appendStream
STATES = {"processing", "active", "suspended", "closed"}  # docs: agents.sessions.setStatus


class StreamMethods:
    """`clock` in seconds; tests may put a virtual one in its place. `refusals`: Slack's words for the next calls of a method."""

    def __init__(self, herald: Herald, *, time_scale: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._herald = herald
        self._lifetime = LIFETIME * time_scale
        self._started: dict[str, float] = {}
        self._full: set[str] = set()
        self._stopped_by_people: set[str] = set()
        self.clock = clock
        self.ages: dict[str, float] = {}
        """How old each stream was when it was stopped, in seconds."""
        self.refusals: dict[str, deque[str]] = defaultdict(deque)

    def methods(self) -> dict[str, Handler]:
        """The methods served here, by name."""
        return {
            "chat.appendStream": self._append,
            "chat.startStream": self._start,
            "chat.stopStream": self._stop,
        }

    def live(self, message: Message) -> bool:
        """Whether this stream still takes text."""
        message.broken = message.streaming and self.clock() - self._started[message.ts] > self._lifetime
        return message.streaming and not message.broken

    def stopped_by_person(self, message: Message) -> None:
        """Slack's own stop button: the stream is ended, and the app is told by an event of its own."""
        message.streaming = False
        self._stopped_by_people.add(message.ts)

    async def _start(self, call: Call) -> Json:
        self._refuse(call)
        channel = call.channel()
        for name in ("recipient_user_id", "recipient_team_id"):
            if not call.arguments.get(name):  # reported: needed in DMs too
                raise SlackError(f"missing_{name}")
        person = call.world.users.get(str(call.arguments["recipient_user_id"]))
        if person is None or person.team != call.arguments["recipient_team_id"]:
            raise SlackError("user_not_found")
        thread_ts, ts = call.need("thread_ts"), call.world.numbers.ts()
        message = Message(channel.id, ts, call.team.bot_user, _written(call), thread_ts, bot_id=call.team.bot_id)
        message.streaming = True
        self._started[ts] = self.clock()
        self._herald.posted(call.world.post(message))
        return {"channel": channel.id, "ts": ts}

    async def _append(self, call: Call) -> Json:
        self._refuse(call)
        message, text = self._taking(call), _written(call)
        if not text and not call.arguments.get("chunks"):
            raise SlackError("no_text")
        self._grow(message, text)
        call.world.changed()
        return {"channel": message.channel, "ts": message.ts}

    async def _stop(self, call: Call) -> Json:
        self._refuse(call)
        message, text = self._taking(call), _written(call)
        blocks = call.arguments.get("blocks") or []
        if not isinstance(blocks, list) or len(blocks) > BLOCKS_LIMIT:
            raise SlackError("invalid_blocks")
        if call.arguments.get("session_status") not in (None, *STATES):
            raise SlackError("invalid_arguments")
        if text:
            self._grow(message, text)
        before = self._herald.before(message)
        message.streaming = False
        self.ages[message.ts] = self.clock() - self._started[message.ts]
        message.blocks = blocks or message.blocks
        message.metadata = call.arguments.get("metadata") or message.metadata
        if status := call.arguments.get("session_status"):
            call.world.sessions.setdefault((message.channel, str(message.thread_ts)), []).append(status)
        self._herald.edited(message, before)
        call.world.changed()
        return {"channel": message.channel, "ts": message.ts, "message": message_object(call.world, message)}

    def _refuse(self, call: Call) -> None:
        if self.refusals[call.method]:
            raise SlackError(self.refusals[call.method].popleft())

    def _taking(self, call: Call) -> Message:
        message = call.message(call.channel(), own="message_not_owned_by_app")
        if message.ts in self._stopped_by_people:
            raise SlackError("stopped_by_user")
        if not self.live(message):
            raise SlackError("message_not_in_streaming_state")
        return message

    def _grow(self, message: Message, text: str) -> None:
        """Once it was too much, nothing is taken any more."""
        if message.ts in self._full or len((message.text + text).encode()) > STREAM_LIMIT:
            self._full.add(message.ts)
            raise SlackError("msg_too_long")
        message.show(message.text + text)


def _written(call: Call) -> str:
    chunks, markdown = call.arguments.get("chunks") or [], call.arguments.get("markdown_text") or ""
    if chunks and markdown:
        raise SlackError("markdown_text_conflict")
    if not isinstance(chunks, list) or any(not isinstance(chunk, dict) or chunk.get("type") not in CHUNKS for chunk in chunks):
        raise SlackError("invalid_chunks")
    if sum(len(chunk.get("blocks") or ()) for chunk in chunks) > BLOCKS_LIMIT:
        raise SlackError("invalid_blocks")
    if len(markdown) > CALL_LIMIT:
        raise SlackError("msg_too_long")
    return str(markdown) or "".join(c.get("text", "") for c in chunks if c.get("type") == "markdown_text")
