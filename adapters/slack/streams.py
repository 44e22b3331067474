"""One reply's way into a Slack thread by native streams: chat.startStream, chat.appendStream, chat.stopStream.

A stream only grows. Whatever it cannot show (another text, or one that Slack ended) is brought by chat.update, once it is stopped.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.outlet import File, Kind
from adapters.rendering.pace import Pace
from adapters.rendering.pages import PLACEHOLDER
from adapters.rendering.written import WrittenText
from adapters.slack.failures import asked, error_code
from adapters.slack.limits import LIMITS, budgets
from adapters.slack.outlet import SlackOutlet
from adapters.slack.session import Sessions
from adapters.slack.stray import stray
from adapters.slack.streams_life import ENDED, NOTHING_DONE, Life, Live, closing
from adapters.slack.streams_pages import MARK, StreamedPages, bare
from adapters.slack.streams_text import StreamText
from adapters.slack.thinking import Thinking
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress

SOON = 1.0
"""Seconds within which a turn to start a stream must be had; otherwise another way is taken. A workspace has some 20 starts a minute."""
AT_ONCE = 0.2
"""Seconds that a last text waits for the turn to stop the stream with it: as long as it may take to ask for one."""


@dataclass(frozen=True, slots=True)
class Means:
    """What all replies in streams share."""

    client: AsyncWebClient
    clock: Clock
    pace: Pace
    thinking: Thinking
    sessions: Sessions


class StreamOutlet:
    """`Outlet` over native streams, and over `updates` for each message that cannot be one (any more).

    `paid`: a turn to start a stream has been taken. `refused` is told Slack's word for it when no stream may be started here.
    """

    closes = True

    def __init__(
        self,
        means: Means,
        address: ReplyAddress,
        *,
        updates: SlackOutlet,
        refused: Callable[[str], None] = lambda code: None,
        paid: bool = False,
    ) -> None:
        self._client = means.client
        self._to = address.data
        self._updates = updates
        self._pace = means.pace
        self._thinking = means.thinking
        self._sessions = means.sessions
        self._refused = refused
        self._paid = paid
        self._budgets = budgets(self._to["team"], self._to["channel"])
        self._life = Life(means.clock)
        self._next: Literal["append", "stop", "leave", "update"] = "append"
        self._plain = self._worded = False
        self._tried = ""
        self._texts: StreamedPages | None = None

    @property
    def limits(self) -> Limits:
        """Those of one page."""
        return self._updates.limits

    @property
    def late_seconds(self) -> float:
        """As for updates, once it is they that bring the reply."""
        return float("inf") if self._next in ("append", "stop") else self._updates.late_seconds

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """What the next call draws on. `post` comes with a turn to start, taken before or in time; `edit` is what the next one is."""
        if kind == "edit":
            names = {"append": ("append",), "stop": ("stop",), "leave": ("stop", "edit"), "update": ("edit",)}[self._next]
            return [budget for name in names for budget in self._budgets[name]]
        return () if kind == "post" and self._paid else self._updates.budgets(kind)

    def written(self) -> WrittenText:
        """Raw Markdown that only grows, while there are streams to show it."""
        streamed = StreamText(limit=LIMITS.text, haste=self._life.haste)
        self._texts = StreamedPages(streamed, self._updates.written(), lambda: self._by_updates)
        return self._texts

    def note(self, text: str) -> str:
        """The line itself only where it stands for good."""
        passing = self._texts is not None and self._texts.passing and not self._by_updates
        return MARK if passing and self._next != "update" else self._updates.note(text)

    async def post(self, text: str, *, nonce: str, after: Placeholder | None, buttons: Sequence[Button] = ()) -> Placeholder:
        """Start a stream, or post a message where there is no turn or no leave to start one."""
        paid, self._paid = self._paid, False
        if not self._plain and (paid or await self._pace.soon(self._budgets["start"], within=SOON)):
            try:
                return await self._start(bare(text), nonce=nonce, after=after)
            except PlatformRefused as error:
                self._tried = ""
                self._refused(error_code(error))
                self._plain = not self._life.any
        placeholder = await self._updates.post(bare(text) or PLACEHOLDER, nonce=nonce, after=after, buttons=buttons)
        self._life.stands(placeholder.data["ts"], after)
        self._next = "update"
        if self._life.left:  # streams that were given up: they are ended when they are deleted, and this message ends no session
            self._sessions.active(self._to)
        return placeholder

    async def edit(self, placeholder: Placeholder, text: str, *, buttons: Sequence[Button] = (), closed: bool = False) -> None:
        """Append what is new, or stop the stream with it. Raises `PlatformUnavailable` for no time at all where that takes other turns
        than those that were taken: `budgets` knows which."""
        live, text = self._life.live(placeholder), bare(text, closed=closed)
        if live is None:
            await self._rewrite(placeholder, text, buttons)
        elif live.doubtful or not text.startswith(live.text):
            await self._leave(live, placeholder, text, buttons)
        elif closed:
            await self._close(live, text, buttons)
        elif text != live.text:
            await self._append(live, text)

    async def attach(self, files: Sequence[File], *, after: Placeholder) -> None:
        await self._updates.attach(files, after=after)

    async def find(self, nonce: str) -> Placeholder | None:
        """As `SlackOutlet.find`; a stream has no metadata before it is stopped, so one of unknown fate is known by what it is not."""
        if self._tried != nonce:
            return await self._updates.find(nonce)
        found = await stray(self._client, self._to, known=self._life.known)
        if found is None:
            return None
        self._next = "append"
        self._life.found(found)
        return self._placeholder(found)

    async def read(self, placeholder: Placeholder) -> str:
        return await self._updates.read(placeholder)

    @property
    def _by_updates(self) -> bool:
        """Whether all pages are those of updates: from the beginning, or because Slack takes no blocks here."""
        return self._plain or self._updates.limits != LIMITS

    async def _start(self, text: str, *, nonce: str, after: Placeholder | None) -> Placeholder:
        self._tried = nonce
        self._life.starts(text, nonce=nonce, after=after)
        if after is None:
            self._thinking.begin(self._to)
        call = self._client.chat_startStream(
            channel=self._to["channel"],
            thread_ts=self._to["thread"],
            recipient_user_id=self._to["user"],
            recipient_team_id=self._to["user_team"],
            markdown_text=text or None,
        )
        ts = str((await asked(call))["ts"])
        self._tried, self._next = "", "append"
        self._life.found(ts)
        if after is None:
            self._sessions.processing(self._to)
        return self._placeholder(ts)

    async def _append(self, live: Live, text: str) -> None:
        self._first_words()
        call = self._client.chat_appendStream(channel=self._to["channel"], ts=live.ts, markdown_text=text[len(live.text) :])
        await self._changed(live, asked(call))
        live.text, self._next = text, "append"

    async def _close(self, live: Live, text: str, buttons: Sequence[Button]) -> None:
        """Without a turn to stop, what is new is appended at least: people need not wait for the end to read all."""
        if self._next != "stop" and not await self._pace.soon(self._budgets["stop"], within=AT_ONCE):
            if text != live.text:
                await self._append(live, text)
            self._next = "stop"
            raise PlatformUnavailable("no turn to stop the stream yet", retry_after=0.0)
        self._first_words()
        await self._changed(live, asked(self._client.chat_stopStream(**closing(self._to, live, text, buttons))))
        self._life.stopped(live)
        self._next = "append"

    def _first_words(self) -> None:
        if not self._worded:
            self._worded = True
            self._thinking.over(self._to)

    async def _changed(self, live: Live, call: Awaitable[object]) -> None:
        """Whatever Slack has against it, the message is left as a stream and written by updates."""
        try:
            await call
        except PlatformUnavailable as error:
            live.doubtful = error_code(error) not in NOTHING_DONE
            self._next = "leave" if live.doubtful else self._next
            raise
        except PlatformRefused as error:
            live.doubtful, self._next = True, "leave"
            if error_code(error) in ENDED:
                self._over(live)
            raise PlatformUnavailable("Slack takes no more of this stream", retry_after=0.0) from error

    async def _leave(self, live: Live, placeholder: Placeholder, text: str, buttons: Sequence[Button]) -> None:
        live.doubtful = True
        if self._next != "leave":
            self._next = "leave"
            raise PlatformUnavailable("this message is no stream any more", retry_after=0.0)
        await self._end(live)
        await self._updates.edit(placeholder, bare(text) or PLACEHOLDER, buttons=buttons)
        self._next = "append" if self._life.growing else "update"

    async def _rewrite(self, placeholder: Placeholder, text: str, buttons: Sequence[Button]) -> None:
        if self._next != "update":
            self._next = "update"
            raise PlatformUnavailable("this message takes an update", retry_after=0.0)
        await self._updates.edit(placeholder, bare(text) or PLACEHOLDER, buttons=buttons)
        self._next = "append" if self._life.growing else "update"

    async def _end(self, live: Live) -> None:
        with suppress(PlatformRefused):  # Slack may have ended it, or have lost it
            await asked(self._client.chat_stopStream(channel=self._to["channel"], ts=live.ts))
        self._over(live)

    def _over(self, live: Live) -> None:
        self._next = "update"
        self._sessions.active(self._to)
        self._life.stopped(live)

    def _placeholder(self, ts: str) -> Placeholder:
        return Placeholder("slack", {"team": self._to["team"], "channel": self._to["channel"], "ts": ts})
