"""Which of Slack's ways serves a turn: a native stream, or a placeholder that is updated. Decided when its reply is opened."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from adapters.rendering.live import LiveMessage
from adapters.slack.thinking import Thinking
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Notice, Outcome, ReplyEvent, TextDelta, ToolFinished, ToolStarted

log = structlog.get_logger(__name__)

NEVER_HERE = frozenset(
    {
        "channel_type_not_supported",
        "messages_tab_disabled",
        "missing_recipient_team_id",
        "missing_recipient_user_id",
        "missing_scope",
        "no_permission",
        "not_allowed",
        "not_allowed_token_type",
        "not_supported",
        "team_access_not_granted",
        "user_not_found",
    }
)
"""Refusals of chat.startStream that are the same the next time (docs.slack.dev/reference/methods/chat.startStream), with all that begin
with `restricted_action`."""
NEVER_IN_THE_WORKSPACE = frozenset({"unknown_method", "method_deprecated", "not_allowed_token_type", "missing_scope"})
KEPT_FOR = 3_600.0
"""Seconds after which a stream is tried again where it was refused: somebody may have allowed it."""
CHANNELS = 10_000
"""Channels that are remembered."""


class Ways:
    """Where native streams were refused. `on`: whether they are wanted at all."""

    def __init__(self, *, on: bool, clock: Clock) -> None:
        self._on = on
        self._clock = clock
        self._shut: OrderedDict[str, float] = OrderedDict()

    def streams_in(self, to: Mapping[str, str]) -> bool:
        """Whether a stream may be tried in answer to this address. Slack must be told whom it is for, and where they are at home."""
        known = bool(to.get("user") and to.get("user_team"))
        return self._on and known and not any(self._is_shut(place) for place in (to["team"], _place(to)))

    def refused(self, to: Mapping[str, str], code: str) -> None:
        """Slack's word for why no stream was started."""
        everywhere = code in NEVER_IN_THE_WORKSPACE
        if not (everywhere or code in NEVER_HERE or code.startswith("restricted_action")):
            return
        log.info("slack.no_streams", team=to["team"], channel="" if everywhere else to["channel"], reason=code)
        self._shut[to["team"] if everywhere else _place(to)] = self._clock.monotonic() + KEPT_FOR
        if len(self._shut) > CHANNELS:
            self._shut.popitem(last=False)

    def _is_shut(self, place: str) -> bool:
        return self._clock.monotonic() < self._shut.get(place, 0.0)


class EitherWay:
    """`Surface` that becomes one of two when it is opened. `streams` decides; what is passing before the first text is told to `status`."""

    def __init__(
        self,
        *,
        streams: Callable[[], Awaitable[bool]],
        native: Callable[[], LiveMessage],
        plain: Callable[[], LiveMessage],
        status: "Status",
    ) -> None:
        self._streams = streams
        self._native = native
        self._plain = plain
        self._status = status
        self._live: LiveMessage | None = None
        self._early: list[ReplyEvent] = []
        self._is_native = False

    async def open(self) -> None:
        """As `LiveMessage.open`."""
        if self._live is None:
            self._is_native = await self._streams()
        await self._chosen().open()

    def show(self, event: ReplyEvent) -> None:
        """As `LiveMessage.show`; a stream has no passing lines."""
        if self._live is None:
            self._early.append(event)
        elif not self._is_native or not self._status.takes(event):
            self._live.show(event)

    async def settle(self, outcome: Outcome, buttons: Sequence[Button] = ()) -> None:
        """As `LiveMessage.settle`."""
        await self._chosen().settle(outcome, buttons)

    async def abandon(self) -> None:
        """As `LiveMessage.abandon`."""
        await self._chosen().abandon()

    def _chosen(self) -> LiveMessage:
        if self._live is None:
            self._live = self._native() if self._is_native else self._plain()
            for event in self._early:
                self.show(event)
        return self._live


class Status:
    """What a native stream cannot show since it passes: Slack's own line under the thread says it, until there is text to cover."""

    def __init__(self, thinking: Thinking, to: Mapping[str, str]) -> None:
        self._thinking = thinking
        self._to = to
        self._worded = False

    def takes(self, event: ReplyEvent) -> bool:
        """Whether this event was one for the line, and is done with."""
        if isinstance(event, TextDelta):
            self._worded = self._worded or bool(event.text.strip())
            return False
        if not isinstance(event, Notice | ToolStarted | ToolFinished):
            return False
        if isinstance(event, Notice) and event.text and not self._worded:
            self._thinking.begin(self._to, event.text)
        return True


def _place(to: Mapping[str, str]) -> str:
    return f"{to['team']}:{to['channel']}"
