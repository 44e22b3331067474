"""What a stream shows of a reply's pages: the text, and nothing that would have to be taken back."""

from collections.abc import Callable, Sequence

from adapters.rendering.pages import PLACEHOLDER
from adapters.rendering.written import Table, WrittenText
from adapters.slack.streams_text import StreamText

MARK = "\ue0fe"
"""Stands for a passing line of ours, which a stream could not take back: Slack's own status says such things there."""


class StreamedPages:
    """`WrittenText` for streams, or for updates once all is written by them."""

    def __init__(self, streamed: StreamText, updated: WrittenText, by_updates: Callable[[], bool]) -> None:
        self.passing = False
        """Whether what was written last may still grow."""
        self._streamed = streamed
        self._updated = updated
        self._by_updates = by_updates

    def growing(self, text: str) -> list[str]:
        self.passing = True
        return self._now().growing(text)

    def final(self, text: str) -> list[str]:
        self.passing = False
        return self._now().final(text)

    def wide_tables(self, text: str) -> Sequence[Table]:
        return self._updated.wide_tables(text)

    def _now(self) -> WrittenText:
        return self._updated if self._by_updates() else self._streamed


def bare(text: str, *, closed: bool = False) -> str:
    """A page without what cannot be taken back: the placeholder while more may come, and what `MARK` stands for."""
    if text.endswith(MARK):
        text = text.removesuffix(MARK).removesuffix("\n\n")
    return "" if text == PLACEHOLDER and not closed else text
