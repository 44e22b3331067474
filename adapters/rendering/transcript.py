"""What a reply has to show so far: events in, text and one passing line out. Knows no time and no platform."""

import re

from bot.vocabulary.reply import Notice, ReplyEvent, TextDelta, ToolFinished, ToolStarted

_NOT_IN_A_NAME = re.compile(r"[^\w .:/-]")


class Transcript:
    """Accumulates the events of one reply. Adding costs the same however long the text is; reading joins what is new."""

    def __init__(self) -> None:
        self._chunks: list[str] = []
        self._notice = ""
        self._running: list[str] = []

    def add(self, event: ReplyEvent) -> None:
        """Take note of one event."""
        match event:
            case TextDelta(text):
                self._chunks.append(text)
                if text:
                    self._notice = ""
            case Notice(text):
                self._notice = text
            case ToolStarted(name):
                self._running.append(_name(name))
            case ToolFinished(name, ok):
                self._finish(_name(name), ok=ok)

    @property
    def text(self) -> str:
        """The model's text so far, byte for byte."""
        if len(self._chunks) > 1:
            self._chunks = ["".join(self._chunks)]
        return self._chunks[0] if self._chunks else ""

    @property
    def status(self) -> str:
        """The line under the text for now: tools at work, else the last notice that no text has followed, else empty."""
        if self._running:
            return f"Using {', '.join(self._running)}…"
        return self._notice

    def _finish(self, name: str, *, ok: bool) -> None:
        if name in self._running:
            self._running.remove(name)
        self._notice = "" if ok else f"{name} did not work."


def _name(name: str) -> str:
    # A tool's name may come from a stranger's tool server: nothing in it may ping or be read as markup.
    return _NOT_IN_A_NAME.sub("", name)[:60]
