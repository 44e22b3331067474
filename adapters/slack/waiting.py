"""The light sign on a message that waits for its turn. See docs.slack.dev/reference/methods/reactions.add and reactions.remove."""

from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked, error_code
from bot.errors import PlatformRefused

SIGN = "hourglass_flowing_sand"

DONE = frozenset({"already_reacted", "no_reaction"})
"""Refusals that say that it is so already."""


async def show_waiting(client: AsyncWebClient, to: Mapping[str, str], *, waits: bool) -> None:
    """Put `SIGN` on the message `to["ts"]`, or take it away.

    Raises `PlatformRefused` when the message is gone or the scope reactions:write is missing, else `PlatformUnavailable`.
    """
    change = client.reactions_add if waits else client.reactions_remove
    try:
        await asked(change(channel=to["channel"], timestamp=to["ts"], name=SIGN))
    except PlatformRefused as error:
        if error_code(error) not in DONE:
            raise
