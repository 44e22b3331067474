"""One reply's way into one Slack thread."""

from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.outlet import Kind
from adapters.rendering.written import WrittenText
from adapters.slack.dialect import MrkdwnDialect
from adapters.slack.failures import asked, error_code
from adapters.slack.limits import LIMITS, REPLIES_PAGE, budgets
from adapters.slack.mrkdwn import quiet
from adapters.slack.payloads import JsonView
from adapters.slack.thinking import Thinking
from bot.errors import PlatformRefused
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
        self._read_to: dict[str, str] = {}
        self._budgets = budgets(self._to["team"], self._to["channel"])

    @property
    def limits(self) -> Limits:
        return LIMITS

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """The method's in this workspace; for posts the channel's before it."""
        return self._budgets[kind]

    def written(self) -> WrittenText:
        """Slack's mrkdwn."""
        return GrowingText(Emitter(MrkdwnDialect()), limit=LIMITS.text)

    def note(self, text: str) -> str:
        return quiet(text)

    async def post(self, text: str, *, nonce: str, after: Placeholder | None) -> Placeholder:
        """Into the thread, whether it is the first message or a further one."""
        if after is None:
            self._thinking.overtaken(self._to)
        call = self._client.chat_postMessage(
            channel=self._to["channel"],
            thread_ts=self._to["thread"],
            text=text,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"nonce": nonce}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return self._placeholder(str((await asked(call))["ts"]))

    async def edit(self, placeholder: Placeholder, text: str) -> None:
        """Metadata that is not sent stays, so the message can still be found."""
        await asked(self._client.chat_update(channel=placeholder.data["channel"], ts=placeholder.data["ts"], text=text))

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
        """Mentions and links come back as they were sent."""
        ts = placeholder.data["ts"]
        call = self._client.conversations_replies(
            channel=placeholder.data["channel"], ts=self._to["thread"], oldest=ts, latest=ts, inclusive=True, limit=REPLIES_PAGE
        )
        found = next((message for message in (await asked(call)).get("messages") or () if message["ts"] == ts), None)
        if found is None:
            raise PlatformRefused("the message is gone")
        return str(found.get("text") or "")

    async def delete(self, placeholder: Placeholder) -> None:
        try:
            await asked(self._client.chat_delete(channel=placeholder.data["channel"], ts=placeholder.data["ts"]))
        except PlatformRefused as error:
            if error_code(error) != "message_not_found":
                raise

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
