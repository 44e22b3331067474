"""The messages of one reply that are native streams: what they show, and how long they will live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.slack.buttons import actions
from adapters.slack.directory import is_direct
from adapters.slack.outlet import EVENT_TYPE
from adapters.slack.payloads import Json
from adapters.slack.session import ACTIVE
from adapters.slack.streams_text import Haste
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Placeholder

LAST_SECONDS = {Haste.BLOCK: 195.0, Haste.SENTENCE: 210.0, Haste.WORD: 222.0, Haste.HERE: 232.0}
"""Seconds after its start from which a stream is turned at the next good place, so that it is stopped before 240. Slack ends each about
306 s after its start, whatever is appended (slackapi/python-slack-sdk issue 1859, slackapi/node-slack-sdk issue 2702)."""
ENDED_SECONDS = 300.0
"""Seconds after which a stream, of which no more came for so long, has most likely ended: the message goes on by updates."""

ENDED = frozenset({"message_not_in_streaming_state", "stopped_by_user"})
"""Refusals of a stream that is none any more."""
NOTHING_DONE = frozenset({"ratelimited", "rate_limited"})
"""Failures after which it is certain that nothing was appended."""


@dataclass(slots=True, eq=False)
class Live:
    """One stream. `text`: what it shows. `doubtful`: that is not sure, or it takes no more: it has to be left."""

    ts: str
    text: str
    nonce: str
    page: int
    started: float
    doubtful: bool = False


class Life:
    """All streams of one reply; only the last of its messages grows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: dict[str, int] = {}
        self._lives: dict[str, Live] = {}
        self._starting: Live | None = None

    @property
    def any(self) -> bool:
        """Whether there is or was a stream."""
        return bool(self._pages)

    @property
    def left(self) -> bool:
        """Whether there is a stream that nobody has stopped."""
        return bool(self._lives)

    @property
    def growing(self) -> bool:
        """Whether the last message is a stream that still takes text."""
        last = max(self._pages, key=lambda ts: self._pages[ts], default="")
        return last in self._lives and not self._lives[last].doubtful

    @property
    def known(self) -> frozenset[str]:
        """The messages of this reply."""
        return frozenset(self._pages)

    def live(self, placeholder: Placeholder) -> Live | None:
        """The stream that this message is."""
        return self._lives.get(placeholder.data["ts"])

    def haste(self, page: int) -> Haste:
        """How soon this page must be turned."""
        live = next((live for live in self._lives.values() if live.page == page), None)
        age = 0.0 if live is None else self._clock.monotonic() - live.started
        return max((haste for haste, least in LAST_SECONDS.items() if least <= age < ENDED_SECONDS), default=Haste.NONE)

    def starts(self, text: str, *, nonce: str, after: Placeholder | None) -> None:
        """A stream is about to be started; `found` tells its ts."""
        self._starting = Live("", text, nonce, self._page(after), self._clock.monotonic())

    def found(self, ts: str) -> None:
        """The stream that was started stands."""
        if self._starting is not None:
            self._starting.ts, self._lives[ts], self._pages[ts] = ts, self._starting, self._starting.page
            self._starting = None

    def stands(self, ts: str, after: Placeholder | None) -> None:
        """A message that is no stream stands."""
        self._pages[ts] = self._page(after)

    def stopped(self, live: Live) -> None:
        """It is a plain message now."""
        self._lives.pop(live.ts, None)

    def _page(self, after: Placeholder | None) -> int:
        return 0 if after is None else self._pages.get(after.data["ts"], -1) + 1


def closing(to: Mapping[str, str], live: Live, text: str, buttons: Sequence[Button]) -> Json:
    """The arguments of chat.stopStream for a stream that shall show `text` in the end: the metadata by which it is found again, and in
    a DM the status of its session, too."""
    arguments: Json = {"channel": to["channel"], "ts": live.ts}
    if text != live.text:
        arguments["markdown_text"] = text[len(live.text) :]
    if buttons:
        arguments["blocks"] = [actions(buttons)]
    if is_direct(to["channel"]):
        arguments["session_status"] = ACTIVE
    return arguments | {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"nonce": live.nonce}}}
