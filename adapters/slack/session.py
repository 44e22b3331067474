"""The agent view's sessions: a thread in a DM shows that we are at work, with Slack's own button to stop us.

See docs.slack.dev/reference/methods/agents.sessions.setStatus and docs.slack.dev/reference/events/agent_session_stopped.
"""

from collections import OrderedDict
from collections.abc import Mapping

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.pace import Pace
from adapters.slack.directory import Directory, is_direct
from adapters.slack.failures import asked, error_code
from adapters.slack.latest import Latest, Thread
from adapters.slack.payloads import JsonView
from adapters.slack.workspace import Workspace
from bot.errors import PlatformError, PlatformRefused
from bot.vocabulary.clock import Clock
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.door import Door
from bot.vocabulary.pace import Budget

log = structlog.get_logger(__name__)

PROCESSING, ACTIVE = "processing", "active"
SOON = 1.0
"""Seconds that a status waits for its turn; then it is left out."""
FRESH = 30.0
"""Seconds after which a stop that Slack tells again is none any more: it would meet the next answer. Redeliveries come at once, after a
minute and after five (docs.slack.dev/apis/events-api)."""
REMEMBERED = 1_000
ANYTHING_ELSE = frozenset({"unknown_method", "not_allowed_token_type", "missing_scope", "access_denied", "feature_not_enabled"})
"""Refusals that will be the same for every thread: this app is no agent, or Slack knows no sessions here."""


def budget(team: str) -> Budget:
    """agents.sessions.setStatus is Tier 3, 50 and more a minute, as reported by slack-morphism."""
    return Budget(f"slack:{team}/session", interval=0.1, most=2, keep=5.0, limit=45, window=61.0)


class Sessions:
    """Statuses of sessions; nobody waits for them and no failure matters."""

    def __init__(self, client: AsyncWebClient, *, pace: Pace) -> None:
        self._client = client
        self._pace = pace
        self._statuses = Latest(self._set)
        self._teams: OrderedDict[Thread, str] = OrderedDict()
        self._none = False

    def processing(self, to: Mapping[str, str]) -> None:
        """We are at work on an answer in this DM."""
        self._put(to, PROCESSING)

    def active(self, to: Mapping[str, str]) -> None:
        """The answer stands: Slack moves nothing by itself, not even after its own stop."""
        self._put(to, ACTIVE)

    async def aclose(self) -> None:
        """Waits for what is being said."""
        await self._statuses.aclose()

    def _put(self, to: Mapping[str, str], status: str) -> None:
        thread = (to["channel"], to["thread"])
        if self._none or not is_direct(to["channel"]):
            return
        self._teams[thread] = to["team"]
        if len(self._teams) > REMEMBERED:
            self._teams.popitem(last=False)
        self._statuses.put(thread, status)

    async def _set(self, thread: Thread, status: str) -> None:
        team = self._teams.get(thread, "")
        if not await self._pace.soon([budget(team)], within=SOON):
            return
        try:
            await asked(self._client.agents_sessions_setStatus(channel_id=thread[0], thread_ts=thread[1], status=status))
        except PlatformRefused as error:
            self._none = self._none or error_code(error) in ANYTHING_ELSE
        except PlatformError:
            return  # decoration


class SessionStops:
    """Slack's own stop button, pressed. Slack ends the streams; the turn is stopped as by an order of whoever pressed."""

    def __init__(self, door: Door, *, workspace: Workspace, directory: Directory, clock: Clock) -> None:
        self._door = door
        self._workspace = workspace
        self._directory = directory
        self._clock = clock
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def stopped(self, event: JsonView) -> None:
        """`event` of agent_session_stopped: {channel, thread_ts, user, streaming_message_ts[]}."""
        channel, thread, user = (str(event.get(name) or "") for name in ("channel", "thread_ts", "user"))
        told = str(event.get("event_ts") or "")
        name = ":".join((self._workspace.team, channel, thread, *map(str, event.get("streaming_message_ts") or (told,))))
        if not (channel and thread and user) or name in self._seen or self._stale(told):
            return
        self._seen[name] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        author, place = await self._directory.author(user), await self._directory.place(channel)
        key = ConversationKey("slack", self._workspace.team, channel, thread)
        call = CommandCall(name, "stop", author, key, direct=is_direct(channel), exclusive=True, place=place)
        reply = await self._door.command(call)
        log.info("slack.session_stopped", channel=channel, thread=thread, reply=reply.text)

    def _stale(self, told: str) -> bool:
        try:
            return self._clock.now() - float(told) > FRESH
        except ValueError:
            return False
