"""Going on where an answer ended: what the model repeats of it is dropped, the half word is made whole, and nothing else is touched."""

import unicodedata
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from bot.errors import ModelError
from bot.vocabulary.model import Finished, Model, ModelEvent, ModelRequest, Refusal, Text

MOST_REPEATED = 2000
"""Characters of what stands that a model may repeat."""

LONGEST_WORD = 60
"""What is longer has no end in sight (an address, a number without end): it is gone on with where it stands."""

SURE = 12
"""Characters that must be repeated behind quotes or an opening fence before these count as not meant."""

DECORATION = " \t\r\n\"'“”„«»…."
"""What some models put before the words that they repeat."""


def cut_back(text: str) -> str:
    """`text` up to its last whole word, without white space at its end. The model is shown this much and asked to go on from there."""
    end = len(text)
    while end and len(text) - end <= LONGEST_WORD and not _parts(text[end - 1]):
        end -= 1
    if len(text) - end > LONGEST_WORD:
        return text
    return text[:end].rstrip()


def join(so_far: str, more: str) -> str:
    """`so_far`, gone on with `more`, which the model wrote after it was shown `cut_back(so_far)`."""
    seam = Seam(so_far)
    return (seam.feed(more) + seam.close()) or so_far


def _parts(character: str) -> bool:
    """Whether a word may end behind it: white space, and the writing of languages that set none between words."""
    return character.isspace() or unicodedata.east_asian_width(character) in "WF"


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands before the seam: the `text` that the model was shown, and the white space that followed it there."""

    text: str
    space: str
    whole: bool
    """Whether the white space is known to its end: a word began behind it."""

    @classmethod
    def of(cls, so_far: str) -> "_Place":
        text = cut_back(so_far)
        rest = so_far[len(text) :]
        word = rest.lstrip()
        return cls(text, rest[: len(rest) - len(word)], bool(word))

    @property
    def end(self) -> str:
        """As far back as a model repeats."""
        return self.text[-MOST_REPEATED:]

    @property
    def fence(self) -> str:
        """The line that opened the code in which the text ends, or empty."""
        opened = ""
        for line in self.text.splitlines():
            if line.lstrip().startswith(("```", "~~~")):
                opened = "" if opened else line.strip()
        return opened


class Seam:
    """Takes what the model writes after `cut_back(so_far)`, and gives out the whole text, from its beginning.

    Nothing comes out until it is clear how much of the end the model repeats: a few words, as a rule.
    """

    def __init__(self, so_far: str) -> None:
        self._place = _Place.of(so_far)
        self._held = ""
        self._open = True

    def feed(self, piece: str) -> str:
        """What follows what came out before; the first piece begins with what stood there."""
        if not self._open:
            return piece
        self._held += piece
        return "" if self._undecided() else self._decided()

    def close(self) -> str:
        """What was still held back, when nothing more comes."""
        return self._decided() if self._open and self._held.strip() else ""

    def _undecided(self) -> bool:
        """Whether all that came may be the beginning of a longer repetition."""
        held, end = self._held, self._place.end
        if len(held) > 2 * MOST_REPEATED:
            return False
        if not held.strip(DECORATION) or held in end:
            return True
        if self._place.fence and held.lstrip().startswith(("`", "~")) and "\n" not in held.lstrip():
            return True
        if any(held[skipped:] in end for skipped in self._skips() if skipped):
            return True
        return not self._without_repetition().strip()  # how much white space comes is not known yet

    def _decided(self) -> str:
        self._open = False
        place = self._place
        rest = self._without_repetition()
        own = rest[: len(rest) - len(rest.lstrip())]
        if not place.text or not place.space:
            return place.text + rest
        if place.whole or not own.startswith(place.space):
            own = place.space
        return place.text + own + rest.lstrip() if rest.strip() else place.text + own

    def _without_repetition(self) -> str:
        held = self._held
        for skipped in self._skips():
            repeated = self._repeated(held[skipped:])
            if repeated >= (SURE if skipped else 1):
                return held[skipped + repeated :]
        first, newline, rest = held.lstrip().partition("\n")
        fence = self._place.fence
        if newline and len(fence) > len("```") and first.strip() == fence:  # one without a language would close it
            return "\n" + rest
        return held

    def _skips(self) -> list[int]:
        """How much may stand before a repetition: nothing; quotes and the like; the opening line of the code once more."""
        held = self._held
        skips = [0, len(held) - len(held.lstrip(DECORATION))]
        first, newline, _ = held.lstrip().partition("\n")
        if newline and self._place.fence and first.strip() in (self._place.fence, self._place.fence[:3]):
            begin = len(held) - len(held.lstrip())
            after = held[begin + len(first) + 1 :]
            skips += [begin + len(first) + 1, len(held) - len(after.lstrip())]
        return sorted(set(skips))

    def _repeated(self, text: str) -> int:
        """Length of the longest end of the place with which `text` begins, and behind which it goes on as the place did."""
        end = self._place.end
        for length in range(min(len(text), len(end)), 0, -1):
            behind = text[length : length + 1]
            if end.endswith(text[:length]) and (not behind or not self._place.space or behind.isspace()):
                return length
        return 0


class Continued:
    """A Model around a Model: its text is the whole answer, of which `so_far` stood before."""

    def __init__(self, model: Model, so_far: str) -> None:
        self._model = model
        self._seam = Seam(so_far)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        events = self._model.stream(request)
        try:
            async for event in events:
                if isinstance(event, Text | Refusal):
                    joined = self._seam.feed(event.text)
                    if joined:
                        yield replace(event, text=joined)
                    continue
                if isinstance(event, Finished) and (rest := self._seam.close()):
                    yield Text(rest)
                yield event
        except ModelError:
            if rest := self._seam.close():
                yield Text(rest)
            raise
        finally:
            await events.aclose()
