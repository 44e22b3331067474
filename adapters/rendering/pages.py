"""From text to rendered pages, one page for each message of a reply. No I/O."""

from collections.abc import Sequence

from adapters.rendering.outlet import Outlet
from adapters.rendering.split import split
from adapters.rendering.written import Table
from bot.vocabulary.reply import Answered, Outcome

PLACEHOLDER = "…"
"""What stands until the first word."""

EMPTY_ANSWER = "I have nothing to say to that. Could you put it another way?"
"""What stands when the model answered with nothing."""

_BELOW = "\n\n"


class Pages:
    """The pages of one reply. Pages that the growing text has left behind are kept, not rendered again."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._written = outlet.written()
        self.worded = False
        """Whether the growing pages show any of the model's text."""

    def growing(self, text: str, status: str, quiet: str = "") -> list[str]:
        """Pages while text arrives; `status` stands under the last one if there is room for it, `quiet` when there is nothing else."""
        pages = self._written.growing(text)
        self.worded = bool(pages)
        said = status or ("" if pages else quiet)
        if not said:
            return pages or [PLACEHOLDER]
        line = self._outlet.note(said)[: self._outlet.limits.text]
        return self._below(pages, line) or pages

    def final(self, outcome: Outcome) -> list[str]:
        """Pages of the last version: the text and, quietly under it, the note; without text the note speaks for itself."""
        text, note = _words(outcome)
        pages = self._written.final(text) or self._written.final(EMPTY_ANSWER)
        return self.noted(pages, note) if note else pages

    def kept(self, pages: list[str], note: str) -> list[str]:
        """What a process before us wrote, with `note` under it; nothing when it wrote nothing."""
        if pages and (pages[-1].endswith(self._outlet.note(note)) or pages == self._written.final(note)):
            return pages  # whoever wrote it had come that far
        return self.noted(pages, note) if any(page not in ("", PLACEHOLDER) for page in pages) else []

    def wide_tables(self, text: str) -> Sequence[Table]:
        """The tables of `text` that are too wide for columns."""
        return self._written.wide_tables(text)

    def noted(self, pages: list[str], note: str) -> list[str]:
        """Written pages with a line of ours quietly under the last, or after it where it finds no room."""
        whole = self._below(pages, self._outlet.note(note))
        return whole or [*pages, *self._split_note(note)]

    def _below(self, pages: list[str], line: str) -> list[str]:
        """Pages with `line` under the last, or nothing when it does not fit there."""
        whole = f"{pages[-1]}{_BELOW}{line}" if pages else line
        return [*pages[:-1], whole] if len(whole) <= self._outlet.limits.text else []

    def _split_note(self, note: str) -> list[str]:
        pieces = split(note, limit=self._outlet.limits.text, render=self._outlet.note)
        return [self._outlet.note(piece) for piece in pieces if piece.strip()]


def _words(outcome: Outcome) -> tuple[str, str]:
    if outcome.text.strip():
        return outcome.text, outcome.note
    if isinstance(outcome, Answered) or not outcome.note.strip():
        return EMPTY_ANSWER, outcome.note
    return outcome.note, ""
