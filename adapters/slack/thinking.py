"""Slack's own "is thinking…" under a message, until our placeholder stands."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked
from bot.errors import PlatformError

STATUS = "is thinking…"
REMEMBERED = 1_000  # placeholders: enough for the moment between a message and its status


class Thinking:
    """Sets the status where Slack allows it; nobody waits for it and no failure matters.

    Slack takes a status away when a message of ours arrives. One that comes after the placeholder would stay for two minutes
    (docs.slack.dev/reference/methods/assistant.threads.setStatus), so a status that was overtaken is taken back.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._posted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, to: Mapping[str, str]) -> None:
        """Show the status under the message `to["ts"]` unless its placeholder is on its way."""
        key = (to["channel"], to["ts"])
        if key in self._posted or key in self._running:
            return
        task = self._running[key] = asyncio.create_task(self._show(key, to["thread"]))
        task.add_done_callback(lambda _: self._running.pop(key, None))

    def overtaken(self, to: Mapping[str, str]) -> None:
        """The placeholder is about to be posted."""
        self._posted[to["channel"], to["ts"]] = None
        if len(self._posted) > REMEMBERED:
            self._posted.popitem(last=False)

    async def aclose(self) -> None:
        """Waits for what is being said; each call is bounded by the client's timeout."""
        await asyncio.gather(*self._running.values())

    async def _show(self, key: tuple[str, str], thread: str) -> None:
        await self._set(key[0], thread, STATUS)
        if key in self._posted:
            await self._set(key[0], thread, "")

    async def _set(self, channel: str, thread: str, status: str) -> None:
        try:
            await asked(self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status))
        except PlatformError:
            return  # decoration: not every app or channel may
