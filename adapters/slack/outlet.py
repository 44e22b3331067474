"""One reply's way into one Slack thread."""

from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.outlet import File, Kind
from adapters.rendering.written import WrittenText
from adapters.slack.attaching import attach
from adapters.slack.failures import asked, error_code
from adapters.slack.limits import LATE_SECONDS, REPLIES_PAGE, budgets
from adapters.slack.payloads import Json, JsonView
from adapters.slack.removing import STREAMING, end_stream
from adapters.slack.standing import standing
from adapters.slack.thinking import Thinking
from adapters.slack.writing import REFUSED, Writing
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.controls import Button
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress

EVENT_TYPE = "parley_reply"
"""Name of the metadata that carries the nonce (docs.slack.dev/messaging/message-metadata)."""

PAGES = 20
"""Calls that one look-up makes at most: 300 messages after the one that asked."""


class SlackOutlet:
    """`Outlet` over chat.postMessage and chat.update. The client must not repeat anything by itself (see `open_client`)."""

    def __init__(self, client: AsyncWebClient, address: ReplyAddress, *, thinking: Thinking) -> None:
        self._client = client
        self._to = address.data
        self._thinking = thinking
        self._writing = Writing()
        self._read_to: dict[str, str] = {}
        self._budgets = budgets(self._to["team"], self._to["channel"])

    @property
    def limits(self) -> Limits:
        """Those of one page."""
        return self._writing.limits

    closes = False
    late_seconds = LATE_SECONDS

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """The method's in this workspace; for posts the channel's before it."""
        return self._budgets[kind]

    def written(self) -> WrittenText:
        """Standard Markdown, until Slack refuses it."""
        return self._writing.pages()

    def note(self, text: str) -> str:
        return self._writing.note(text)

    async def post(self, text: str, *, nonce: str, after: Placeholder | None, buttons: Sequence[Button] = ()) -> Placeholder:
        """Into the thread, whether it is the first message or a further one. Where Slack refuses blocks, as much of it as plain text
        holds: the pages are others from then on, and the rest follows."""
        if after is None:
            self._thinking.overtaken(self._to)
        try:
            said = await self._posted(nonce, self._writing.message(text, buttons))
        except PlatformRefused as error:
            if not self._now_plain(error):
                raise
            said = await self._posted(nonce, {"text": self._writing.beginning(text)})
        return self._placeholder(str(said["ts"]))

    async def edit(self, placeholder: Placeholder, text: str, *, buttons: Sequence[Button] = (), closed: bool = False) -> None:
        """Metadata that is not sent stays, so the message can still be found.

        Where Slack refuses blocks it raises `PlatformUnavailable` for no time at all: the pages are others from then on.
        """
        try:
            await self._update(placeholder, self._writing.message(text, buttons))
        except PlatformRefused as error:
            if not self._now_plain(error):
                raise
            raise PlatformUnavailable("Slack takes no blocks here", retry_after=0.0) from error

    async def find(self, nonce: str) -> Placeholder | None:
        """Read the thread from the message that asked onwards. Some apps may do this once a minute only: then `PlatformUnavailable`,
        and the next call goes on with the page that is due, for it would never come further than the first otherwise."""
        for _ in range(PAGES):
            page = await self._replies(self._read_to.get(nonce))
            found = next((message for message in page.get("messages") or () if _nonce(message) == nonce), None)
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if found is None and cursor:
                self._read_to[nonce] = cursor
                continue
            self._read_to.pop(nonce, None)
            return self._placeholder(str(found["ts"])) if found is not None else None
        return None

    async def read(self, placeholder: Placeholder) -> str:
        """As it was written, in the way in which it was: a reply that stands in mrkdwn goes on so."""
        ts = placeholder.data["ts"]
        call = self._client.conversations_replies(
            channel=placeholder.data["channel"], ts=self._to["thread"], oldest=ts, latest=ts, inclusive=True, limit=REPLIES_PAGE
        )
        found = next((message for message in (await asked(call)).get("messages") or () if message["ts"] == ts), None)
        if found is None:
            raise PlatformRefused("the message is gone")
        self._writing.plain = self._writing.plain or not found.get("blocks")
        return standing(found)

    async def attach(self, files: Sequence[File], *, after: Placeholder) -> None:
        """One message in the thread."""
        await attach(self._client, files, channel=after.data["channel"], thread=self._to["thread"])

    async def _posted(self, nonce: str, content: Json) -> Json:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"nonce": nonce}}
        place: Json = {"channel": self._to["channel"], "thread_ts": self._to["thread"]}
        return await asked(self._client.chat_postMessage(**place, **content, metadata=metadata, unfurl_links=False, unfurl_media=False))

    async def _update(self, placeholder: Placeholder, content: Json) -> None:
        """Blocks that are not sent stay too. A native stream that a process before us left open is ended first."""
        where: Json = {"channel": placeholder.data["channel"], "ts": placeholder.data["ts"]}
        try:
            await asked(self._client.chat_update(**where, **{"blocks": [], **content}))
        except PlatformRefused as error:
            if error_code(error) != STREAMING:
                raise
            await end_stream(self._client, where)
            await asked(self._client.chat_update(**where, **{"blocks": [], **content}))

    def _now_plain(self, error: PlatformRefused) -> bool:
        """Whether this refusal is one of blocks, and the first: then the reply goes on without them."""
        first = not self._writing.plain and error_code(error) in REFUSED
        self._writing.plain = self._writing.plain or first
        return first

    async def _replies(self, cursor: str | None) -> JsonView:
        call = self._client.conversations_replies(
            channel=self._to["channel"],
            ts=self._to["thread"],
            oldest=self._to["ts"],
            limit=REPLIES_PAGE,
            include_all_metadata=True,
            cursor=cursor,
        )
        return await asked(call)

    def _placeholder(self, ts: str) -> Placeholder:
        return Placeholder("slack", {"team": self._to["team"], "channel": self._to["channel"], "ts": ts})


def _nonce(message: JsonView) -> str:
    metadata: JsonView = message.get("metadata") or {}
    payload: JsonView = metadata.get("event_payload") or {}
    return str(payload.get("nonce") or "") if metadata.get("event_type") == EVENT_TYPE else ""
