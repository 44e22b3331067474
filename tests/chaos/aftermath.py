"""What presses, edits and deletions must have come to: every violation in one sentence. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from bot.memory.exchange import Exchange, Version
from bot.turns.buttons import buttons_for
from bot.turns.pressing import STOPPING
from bot.vocabulary.controls import GOOD, Button, PressKind
from bot.vocabulary.reply import Answered, Failed, Truncated
from tests.chaos.record import Filed, Kept, Record, Shown
from tests.chaos.stories import WORK, Story, counts, stories

PATIENCE = 60.0
"""Seconds that somebody waits for what a press brings, as for an answer."""

ACKNOWLEDGED_SECONDS = 3.0
"""Discord's own: what is answered later has failed (documents, "Interaction Callback")."""

STOPPED_SECONDS = 2.0
"""After which nobody asks the model any more for what was stopped: a process that was just about to do so has done it."""

REMEMBERED_SECONDS = 6.0
"""After which nobody shows the model what was deleted: what was on its way, and an outage of the store, are over."""


def aftermath(record: Record) -> Iterator[str]:
    """Everything that went wrong with them."""
    told = stories(record)
    yield from _unheard(record)
    yield from _answered_again(record)
    yield from _misbuttoned(record, told)
    for story in told:
        yield from _miscounted(story)
        yield from _not_standing(story)
        yield from _unstopped(record, story)
        yield from _in_old_words(record, story)
        yield from _unrated(record, story)
    yield from _remembered(record)
    yield from _not_offered(record)


def _unheard(record: Record) -> Iterator[str]:
    for press in record.pressed:
        if not press.deaf and (press.delay is None or press.delay >= ACKNOWLEDGED_SECONDS):
            heard = "never" if press.delay is None else f"after {press.delay:.1f} s"
            yield f"a press of {press.kind.value} under the answer to {press.question} was acknowledged {heard}"
        if press.over - press.at > PATIENCE:
            yield f"a press of {press.kind.value} under the answer to {press.question} took {press.over - press.at:.0f} s"


def _answered_again(record: Record) -> Iterator[str]:
    names = {question.message: question.name for question in record.asked}
    seen: dict[str, str] = {}
    for kept in record.kept:
        for message in kept.messages:
            if message in seen:
                yield f"{names.get(message, message)} is the question of two turns, {seen[message]} and {kept.turn}"
            seen[message] = kept.turn


def _miscounted(story: Story) -> Iterator[str]:
    """One version each that was accepted, besides the first; a stop may have come before the first word of one."""
    if story.filed is None or story.deleted:
        return
    presses, count = story.among(PressKind.REGENERATE), len(story.filed.versions)
    least = 1 + len([press for press in presses if counts(press)]) - len(story.among(PressKind.STOP))
    if not least <= count <= 1 + len(presses):
        yield f"{story.name} has {count} versions, and {least} to {1 + len(presses)} were accepted"
    doubled = len(set(story.filed.versions)) < count
    if doubled:
        yield f"{story.name} has the same version twice"


def _not_standing(story: Story) -> Iterator[str]:
    """What was pressed last is what stands."""
    work = story.among(PressKind.REGENERATE, PressKind.SHOW)
    if story.filed is None or story.deleted or not work or not counts(work[-1]) or not work[-1].alone:
        return
    last = work[-1]
    if last.kind is PressKind.SHOW:
        wanted = int(last.value.partition("/")[0])
    elif any(press.at > last.at for press in story.among(PressKind.STOP)):
        return
    else:
        wanted = len(story.filed.versions)
    if story.filed.shown != wanted:
        yield f"{story.name} shows version {story.filed.shown}, and {wanted} was asked for last"


def _misbuttoned(record: Record, told: Sequence[Story]) -> Iterator[str]:
    shown = {each.message: each for each in record.shown}
    for each in record.shown:
        if any(button.kind is PressKind.STOP for button in _under(each)):
            yield f"message {each.message} is settled and still offers to stop"
    for story in told:
        if story.kept is None or story.deleted:
            continue
        parts, wanted = [shown[part] for part in story.kept.parts if part in shown], _wanted(story.kept, story.filed)
        early = [part for part in parts[:-1] if part.buttons]
        yield from (f"message {part.message} of the answer to {story.name} is not its last and has buttons" for part in early)
        if not parts:
            yield f"nothing stands of the answer to {story.name}"
        elif _under(parts[-1]) != wanted:
            yield f"under {story.name} stand {_words(_under(parts[-1]))}, not {_words(wanted)}"


def _wanted(kept: Kept, filed: Filed | None) -> tuple[Button, ...]:
    if filed is None:
        return buttons_for(kept.turn, kept.asker, Failed(""))
    others = [Version(text) for number, text in enumerate(filed.versions, 1) if number != filed.shown]
    exchange = Exchange(kept.turn, (), filed.answer, 0.0, filed.complete, others=tuple(others), shown=filed.shown)
    return buttons_for(kept.turn, kept.asker, Answered(filed.answer) if filed.complete else Truncated(filed.answer, ""), exchange)


def _unstopped(record: Record, story: Story) -> Iterator[str]:
    for stop in story.presses:
        if stop.kind is PressKind.STOP and counts(stop) and stop.words == STOPPING:
            until = min((press.at for press in story.presses if press.at > stop.at and press.kind in WORK), default=float("inf"))
            late = [call for call in record.calls if story.name in call.questions and stop.at + STOPPED_SECONDS < call.at < until]
            yield from (f"{story.name} was stopped, and call {call.serial} was made for it all the same" for call in late)


def _in_old_words(record: Record, story: Story) -> Iterator[str]:
    """Who saw that the new words can be answered gets the answer to them."""
    for press in story.among(PressKind.REGENERATE):
        later = [call for call in record.calls if story.name in call.questions and call.at > press.at]
        yield from (f"call {call.serial} asked {story.name} in old words" for call in later if call.wording < press.wording)


def _unrated(record: Record, story: Story) -> Iterator[str]:
    rated = story.among(PressKind.RATE)
    if rated and counts(rated[-1]) and not story.deleted:
        found = record.rated.get(rated[-1].turn)
        if found is not (rated[-1].value == GOOD):
            yield f"the answer to {story.name} was rated {rated[-1].value}, and is filed as {found}"


def _remembered(record: Record) -> Iterator[str]:
    for change in record.changed:
        if change.sure and not change.wording:
            late = [call for call in record.calls if change.question in call.mentioned and call.at > change.at + REMEMBERED_SECONDS]
            yield from (f"{change.question} was deleted, and call {call.serial} was told of it" for call in late)


def _not_offered(record: Record) -> Iterator[str]:
    """Who edits a question gets the answer to the new words, or is told how to get it."""
    deleted: Mapping[str, float] = {change.question: change.at for change in record.changed if not change.wording}
    for change in record.changed:
        asked = any(change.question in call.questions and call.wording >= change.wording for call in record.calls)
        if change.wording and change.sure and change.question not in deleted and not (asked or change.offered):
            yield f"{change.question} was edited, and nobody was offered an answer to it"


def _under(shown: Shown) -> tuple[Button, ...]:
    return tuple(button for button in map(Button.parse, shown.buttons) if button)


def _words(buttons: Sequence[Button]) -> str:
    return ", ".join(f"{button.kind.value} {button.value}".strip() for button in buttons) or "no buttons"
