"""Slack's own "is thinking…" under a message, until an answer stands."""

from collections import OrderedDict
from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked
from adapters.slack.latest import Latest, Thread
from bot.errors import PlatformError

STATUS = "is thinking…"
REMEMBERED = 1_000  # answers: enough for the moment between a message and its status
LONGEST = 100
"""Characters of a status; Slack names no limit (ours)."""

Answer = tuple[str, str]


class Thinking:
    """Sets the status where Slack allows it; nobody waits for it and no failure matters.

    Slack takes a status away when a message of ours arrives. One that comes after the placeholder would stay for two minutes
    (docs.slack.dev/reference/methods/assistant.threads.setStatus), so a status that was overtaken is taken back. A native stream is
    such a message as soon as it has text: a status must never cover it.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._statuses = Latest(self._set)
        self._posted: OrderedDict[Answer, None] = OrderedDict()
        self._said: OrderedDict[Answer, str] = OrderedDict()

    def begin(self, to: Mapping[str, str], status: str = STATUS) -> None:
        """Show the status under the message `to["ts"]` unless its answer is on its way."""
        answer = (to["channel"], to["ts"])
        if answer in self._posted or self._said.get(answer) == status:
            return
        self._said[answer] = status
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        self._statuses.put((to["channel"], to["thread"]), status[:LONGEST])

    def overtaken(self, to: Mapping[str, str]) -> None:
        """The placeholder is about to be posted."""
        self._remember(to)
        if self._statuses.busy((to["channel"], to["thread"])):
            self._statuses.put((to["channel"], to["thread"]), "")

    def over(self, to: Mapping[str, str]) -> None:
        """The first text is about to be seen in a native stream, which may have begun before any status was set."""
        self._remember(to)
        self._statuses.put((to["channel"], to["thread"]), "")

    async def aclose(self) -> None:
        """Waits for what is being said; each call is bounded by the client's timeout."""
        await self._statuses.aclose()

    def _remember(self, to: Mapping[str, str]) -> None:
        self._posted[to["channel"], to["ts"]] = None
        if len(self._posted) > REMEMBERED:
            self._posted.popitem(last=False)

    async def _set(self, thread: Thread, status: str) -> None:
        try:
            await asked(self._client.assistant_threads_setStatus(channel_id=thread[0], thread_ts=thread[1], status=status))
        except PlatformError:
            return  # decoration: not every app or channel may
