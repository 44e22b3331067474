"""Server-sent events, from bytes as they come off the wire to frames. Pure.

Lines end at LF only (a CR before it is dropped): U+2028 or a lone CR inside JSON is text. Bytes are decoded by whoever
parses a whole frame, so a character split over two reads stays whole.
"""

from typing import NamedTuple

from bot.errors import ModelNonsense

LONGEST = 4 * 1024 * 1024
"""Bytes of one line. A chunk has a few hundred; whoever sends no line end does not speak the protocol."""


class Frame(NamedTuple):
    """One event. `event` is its name, mostly empty; several data lines are joined by LF."""

    data: bytes
    event: bytes = b""

    @property
    def done(self) -> bool:
        """Whether this is the mark that nothing follows."""
        return self.data.strip() == b"[DONE]"


class FrameDecoder:
    """`feed` it every read, then `end` it: endpoints forget the blank line after the last event."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._event = b""

    def feed(self, read: bytes) -> list[Frame]:
        """The frames that this read completed. Raises `ModelNonsense` once a line is over `LONGEST`, at the first read after it was."""
        if len(self._rest) > LONGEST:
            raise ModelNonsense(f"a line of the stream is longer than {LONGEST} bytes")
        lines = (self._rest + read if self._rest else read).split(b"\n")
        self._rest = lines.pop()
        frames: list[Frame] = []
        for line in lines:
            self._line(line.removesuffix(b"\r"), frames)
        return frames

    def end(self) -> list[Frame]:
        """What was still unfinished when the stream ended; it may be cut in the middle."""
        return self.feed(b"\n\n")

    def _line(self, line: bytes, frames: list[Frame]) -> None:
        if not line:
            if self._data:
                frames.append(Frame(self._data[0] if len(self._data) == 1 else b"\n".join(self._data), self._event))
            self._data, self._event = [], b""
        elif line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"event:"):
            self._event = line[6:].strip()
        # the rest are comments (keep-alives), id and retry
