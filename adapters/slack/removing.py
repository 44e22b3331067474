"""Taking messages of ours away, streams among them."""

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked, error_code
from adapters.slack.payloads import Json
from bot.errors import PlatformRefused
from bot.vocabulary.reply import Placeholder

STREAMING = "streaming_state_conflict"
"""Slack's word when a message is a native stream that nobody has ended."""


async def remove(client: AsyncWebClient, placeholder: Placeholder) -> None:
    """Gone already is fine. A native stream that a process left open is ended first. Raises `PlatformError`."""
    where: Json = {"channel": placeholder.data["channel"], "ts": placeholder.data["ts"]}
    try:
        await _delete(client, where)
    except PlatformRefused as error:
        if error_code(error) != STREAMING:
            raise
        await end_stream(client, where)
        await _delete(client, where)


async def end_stream(client: AsyncWebClient, where: Json) -> None:
    """It may have ended already."""
    try:
        await asked(client.chat_stopStream(**where))
    except PlatformRefused as error:
        if error_code(error) != "message_not_in_streaming_state":
            raise


async def _delete(client: AsyncWebClient, where: Json) -> None:
    try:
        await asked(client.chat_delete(**where))
    except PlatformRefused as error:
        if error_code(error) != "message_not_found":
            raise
