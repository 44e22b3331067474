"""What is left of a run, put together: the answers that stand, and for each question everything that was done about it. Pure."""

from collections import defaultdict
from dataclasses import dataclass

from bot.turns.pressing import AT_IT, COMPLETE, FULL, MOMENT, NOTHING_RUNS, STOPPING, THANKS, UNKNOWN
from bot.turns.records import FORGOTTEN
from bot.turns.stopping import NOT_YOURS
from bot.vocabulary.controls import PressKind
from tests.chaos.record import Filed, Kept, Pressed, Record
from tests.chaos.words import answered_in, serials_in, unnoted

TAKEN, DECLINED = ("", STOPPING, THANKS), (AT_IT, COMPLETE, FULL, MOMENT, NOTHING_RUNS, UNKNOWN, FORGOTTEN, NOT_YOURS)
"""What people are told of a press that was accepted, and of one that was not. Any other word leaves it open."""

WORK = (PressKind.REGENERATE, PressKind.CONTINUE, PressKind.SHOW)


@dataclass(frozen=True, slots=True)
class Story:
    """One question (the last of those that are answered together), and everything that was done about it."""

    name: str
    kept: Kept | None
    filed: Filed | None
    presses: tuple[Pressed, ...]
    deleted: bool

    def among(self, *kinds: PressKind) -> list[Pressed]:
        """Presses that may have been accepted, in order."""
        return [press for press in self.presses if press.kind in kinds and may_count(press)]

    @property
    def stopped(self) -> bool:
        """Whether it may have been cut short."""
        return bool(self.among(PressKind.STOP))


def counts(press: Pressed) -> bool:
    """Whether it certainly was accepted."""
    return press.delay is not None and press.words in TAKEN and not press.unsure


def may_count(press: Pressed) -> bool:
    """Whether it may have been: nobody knows what became of one whose process died."""
    return press.words not in DECLINED


def stories(record: Record) -> list[Story]:
    """Of every question that somebody did something about, or that has an answer in the store."""
    names = {question.message: question.name for question in record.asked}
    kept = {names[each.messages[-1]]: each for each in record.kept if each.messages[-1] in names}
    filed = {each.turn: each for each in record.filed}
    deleted = {change.question for change in record.changed if not change.wording}
    told = []
    for name in names.values():
        turn = kept.get(name)
        presses = tuple(press for press in record.pressed if press.question == name)
        told.append(Story(name, turn, filed.get(turn.turn) if turn else None, presses, name in deleted))
    return told


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages of the bot that carry one call's lines, in order."""

    serial: int
    channel: str
    parts: tuple[str, ...]
    replies_to: str
    text: str

    @property
    def questions(self) -> tuple[str, ...]:
        """What it says it answers."""
        return answered_in(self.text)


def answers_in(record: Record) -> list[Answer]:
    """What stands, put together by the lines' own numbers, in the order of the first parts; without our own notes."""
    parts = defaultdict(list)
    for shown in record.shown:
        for serial in serials_in(shown.text)[:1]:
            parts[shown.channel, serial].append(shown)
    return [
        Answer(serial, channel, tuple(part.message for part in of), of[0].replies_to, "\n".join(unnoted(part.text) for part in of))
        for (channel, serial), of in parts.items()
    ]


def deleted_in(record: Record) -> set[str]:
    return {change.question for change in record.changed if not change.wording}


def unfiled_in(record: Record) -> set[str]:
    """Questions whose answer was stopped when its process was dead: whoever went on knows only what people had read, and files nothing."""
    return {story.name for story in stories(record) if story.stopped and story.filed is None and story.kept}


def cut_short_in(record: Record) -> set[str]:
    """Questions that were stopped, by their asker or because they were deleted."""
    return {story.name for story in stories(record) if story.stopped} | deleted_in(record)
