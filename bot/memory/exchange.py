"""One finished turn as it is remembered, with every answer that was given to it."""

from dataclasses import dataclass, field, replace

from bot.store.codec import Codec

MOST_VERSIONS = 10
"""Answers kept of one question: the newest."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one person wrote, with the message's id so that an edit or a deletion finds it."""

    id: str
    author: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """An answer that was given once and is not the one that stands. `complete` as in `Exchange`."""

    answer: str
    complete: bool = True
    persona: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What people said and what Parley answered. `at` is Unix seconds; `complete` is False for a cut or stopped answer.

    `answer` is what stands: people see it, and the model remembers it. `others` are the further answers to the same question, in the order
    in which they were given; among all of them `answer` is number `shown`, from 1.
    """

    turn: str
    lines: tuple[Line, ...]
    answer: str
    at: float
    complete: bool = True
    persona: str = ""
    model: str = ""
    tags: tuple[str, ...] = field(default=())
    others: tuple[Version, ...] = ()
    shown: int = 1

    @property
    def count(self) -> int:
        """How many answers there are."""
        return len(self.others) + 1

    def showing(self, number: int) -> "Exchange":
        """The same with answer `number`, from 1 to `count`, standing."""
        versions = [*self._versions]
        return self._standing(versions.pop(number - 1), tuple(versions), number)

    def regenerated(self, version: Version) -> "Exchange":
        """One more answer, which stands; beyond `MOST_VERSIONS` the oldest is forgotten."""
        kept = self._versions[-(MOST_VERSIONS - 1) :]
        return self._standing(version, kept, len(kept) + 1)

    def amended(self, message: str, text: str | None) -> "Exchange":
        """With other words in the line of `message`, or (None) without it."""
        lines = (replace(line, text=text or "") if line.id == message else line for line in self.lines)
        return replace(self, lines=tuple(line for line in lines if text is not None or line.id != message))

    @property
    def _versions(self) -> tuple[Version, ...]:
        standing = Version(self.answer, self.complete, self.persona, self.model)
        return (*self.others[: self.shown - 1], standing, *self.others[self.shown - 1 :])

    def _standing(self, version: Version, others: tuple[Version, ...], shown: int) -> "Exchange":
        return replace(
            self,
            answer=version.answer,
            complete=version.complete,
            persona=version.persona,
            model=version.model,
            others=others,
            shown=shown,
        )


exchanges = Codec(Exchange, sparse=True)
