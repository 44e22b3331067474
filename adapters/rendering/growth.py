"""What a reply has to show while it grows, and since when people see less than that. No I/O."""

import math
import re
from collections.abc import Sequence

from adapters.rendering.board import Page, dressed
from adapters.rendering.outlet import Outlet
from adapters.rendering.pages import Pages
from adapters.rendering.thinking import Thinking
from adapters.rendering.transcript import Transcript
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import ReplyEvent

_HELD = re.compile(r"[|\[`~<*_\\]")
"""What begins something of which a part may be held back until more of it has come."""


class Growth:
    """The model's text, one passing line, and while there is neither how long the model has been thinking."""

    def __init__(self, outlet: Outlet, pages: Pages, *, clock: Clock, stop: Button | None) -> None:
        self.thinking = Thinking(clock)
        self._pages = pages
        self._clock = clock
        self._closes = outlet.closes
        self._stop = () if stop is None else (stop,)
        self._transcript = Transcript()
        self._since: float | None = None
        self._made = 0
        """How much of the text the newest pages were made of."""
        self._texts: Sequence[str] = ()
        self._below = ("", "")
        """What stood under the newest pages."""

    def take(self, event: ReplyEvent) -> None:
        """Take note of an event; costs the same however long the text is."""
        self._transcript.add(event)
        if self._since is None:
            self._since = self._clock.monotonic()

    def newest(self, *, over: bool) -> Sequence[Page]:
        """The pages as they should stand now. `over`: what a process before us left stands there, and only words replace it."""
        text, below = self._transcript.text, (self._transcript.status, self.thinking.line)
        if not self._texts or (len(text), below) != (self._made, self._below):  # making pages costs the most of a send
            self._texts = self._pages.growing(text, *below)
            self._made, self._below = len(text), below
        return () if over and not self.worded else dressed(self._texts, self._stop, closes=self._closes, over=False)

    @property
    def messages(self) -> int:
        """How many the newest pages are."""
        return len(self._texts)

    @property
    def worded(self) -> bool:
        """Whether the newest pages show any of the model's text."""
        return self._pages.worded

    @property
    def runs_on(self) -> bool:
        """Whether words have come, since the newest pages were made, that are sure to show: no pages need be made to know that."""
        text = self._transcript.text
        paragraph = max(0, text.rfind("\n\n"))
        fresh = text[max(paragraph, self._made) :]
        return self.worded and any(map(str.isalpha, fresh)) and not _HELD.search(text, paragraph)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to show but that the model thinks."""
        return not self.worded and not self._transcript.status

    @property
    def since(self) -> float | None:
        """As `Pace.turn` takes it. That a model thinks goes last of all: it never takes a turn from anybody's text."""
        return math.inf if self.silent else self._since

    def shown(self) -> float | None:
        """Everything so far stands, or is about to. Returns since when it did not, for `missed`."""
        since, self._since = self._since, None
        return since

    def missed(self, since: float | None) -> None:
        """It did not come to stand after all."""
        self._since = since if since is not None else self._since
