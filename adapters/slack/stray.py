"""A native stream whose start may have arrived: it carries no nonce, so it is known by what it is not."""

from collections.abc import Collection, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked
from adapters.slack.limits import REPLIES_PAGE
from adapters.slack.mrkdwn import rendered
from adapters.slack.payloads import JsonView
from adapters.slack.workspace import who_are_we
from bot.errors import StoreUnavailable

PAGES = 4
"""Calls that one look-up makes at most: what we posted last stands near the end, but a thread goes on while we look."""


async def stray(client: AsyncWebClient, to: Mapping[str, str], *, known: Collection[str]) -> str | None:
    """The newest message of ours in the thread, after the one that asked, that has no metadata and is not `known`.

    All that we post there has metadata (see `SlackOutlet.post`), but for one sentence when the store is away, and a stream gets its own
    when it is stopped. Answers in a thread are written one at a time, so no other reply's stream is open. Raises `PlatformUnavailable`
    and `PlatformRefused`.
    """
    bot = (await who_are_we(client)).bot_id
    cursor, found = None, None
    for _ in range(PAGES):
        page = await _replies(client, to, cursor)
        ours = (message for message in page.get("messages") or () if message.get("bot_id") == bot and not message.get("metadata"))
        found = next((str(message["ts"]) for message in reversed(list(ours)) if _may_be(message, to, known)), found)
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return found
    return found


def _may_be(message: JsonView, to: Mapping[str, str], known: Collection[str]) -> bool:
    ts = str(message["ts"])
    return ts not in known and float(ts) > float(to["ts"]) and message.get("text") != rendered(StoreUnavailable.user_text)


async def _replies(client: AsyncWebClient, to: Mapping[str, str], cursor: str | None) -> JsonView:
    call = client.conversations_replies(
        channel=to["channel"], ts=to["thread"], oldest=to["ts"], limit=REPLIES_PAGE, include_all_metadata=True, cursor=cursor
    )
    return await asked(call)
