"""The checker of presses, edits and deletions is checked: a record in which all is well, and each kind of damage done to it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.turns.asking import WITHDRAWN
from bot.turns.pressing import AT_IT, STOPPING
from bot.turns.redo import OFFERED
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from tests.chaos.bills import cost
from tests.chaos.checker import violations
from tests.chaos.record import Changed, Filed, Kept, Money, Pressed, Question, Record, Shown
from tests.chaos.speaking import Call
from tests.chaos.words import answer_to

ASKER = "7"
AGAIN, ON, SHOW, RATE, STOP = PressKind.REGENERATE, PressKind.CONTINUE, PressKind.SHOW, PressKind.RATE, PressKind.STOP


def called(serial: int, name: str, *, at: float, **more: Any) -> Call:
    text = "".join(answer_to([name], serial=more.get("continues", serial), lines=12))
    return Call(serial, (name,), text, 1000 + serial, serial, 100, more.pop("before", ()), **({"complete": True, "at": at} | more))


def buttons(turn: str, *kinds: tuple[PressKind, str]) -> tuple[str, ...]:
    return tuple(str(Button(kind, turn, ASKER, value)) for kind, value in kinds)


def whole(turn: str, *shows: str) -> tuple[str, ...]:
    return buttons(turn, (AGAIN, ""), (RATE, GOOD), (RATE, BAD), *((SHOW, value) for value in shows))


def pressed(name: str, kind: PressKind, at: float, *, turn: str, value: str = "", **more: Any) -> Pressed:
    return Pressed(name, kind, value, turn, at, over=at + 1, **more)


FIRST, SECOND, THIRD = called(1, "Q00-000", at=1.0), called(2, "Q00-000", at=3.0), called(3, "Q01-000", at=1.0, complete=False)
REST = called(4, "Q01-000", at=6.0, continues=3)
EDITED = called(5, "Q02-000", at=1.0)
BETTER = called(6, "Q02-000", at=9.0, wording=1)
GONE = called(7, "Q03-000", at=1.0, mentioned=("Q03-000",))


def good() -> Record:
    """Four lanes: one answer was written anew and shown as it was first; one was stopped, and went on; one's question was edited, and its
    answer written anew; the last one's was deleted.
    """
    names = [f"Q0{number}-000" for number in range(4)]
    texts = [FIRST.text, THIRD.text, BETTER.text, f"{GONE.text}\n\n-# {WITHDRAWN}"]
    under = [whole("t0", "2/2"), whole("t1"), whole("t2", "1/2"), ()]
    versions = [(FIRST.text, SECOND.text), (THIRD.text,), (EDITED.text, BETTER.text)]
    return Record(
        asked=tuple(Question(name, f"1{n}", f"c{n}", "s", exclusive=True) for n, name in enumerate(names)),
        shown=tuple(Shown(f"2{n}", f"c{n}", texts[n], f"1{n}", under[n]) for n in range(4)),
        calls=(FIRST, SECOND, THIRD, REST, EDITED, BETTER, GONE),
        filed=tuple(Filed(f"c{n}", (f"1{n}",), texts[n], f"t{n}", versions[n], shown=(1, 1, 2)[n]) for n in range(3)),
        money={"s": Money(spent=sum(map(cost, (FIRST, SECOND, REST, EDITED, BETTER, GONE))) + 9, estimated=9, settled=7)},
        kept=tuple(Kept(f"t{n}", (f"1{n}",), (f"2{n}",), ASKER) for n in range(3)),
        pressed=(
            pressed("Q00-000", AGAIN, 2.9, turn="t0"),
            pressed("Q00-000", AGAIN, 2.9, turn="t0", words=AT_IT),
            pressed("Q00-000", SHOW, 5.0, turn="t0", value="1/2"),
            pressed("Q00-000", RATE, 7.0, turn="t0", value=GOOD),
            pressed("Q01-000", STOP, 1.5, turn="t1", words=STOPPING),
            pressed("Q01-000", ON, 5.9, turn="t1"),
            pressed("Q02-000", AGAIN, 8.9, turn="t2", wording=1),
        ),
        changed=(Changed("Q02-000", 5.0, 1, offered=True), Changed("Q03-000", 2.0, 0)),
        rated={"t0": True},
    )


def change(record: Record, field: str, number: int, **new: Any) -> Record:
    """Something else in one entry of a field."""
    entries = [replace(each, **new) if index == number else each for index, each in enumerate(getattr(record, field))]
    changed: dict[str, Any] = {field: tuple(entries)}
    return replace(record, **changed)


def without(record: Record, field: str, number: int) -> Record:
    left: dict[str, Any] = {field: tuple(each for index, each in enumerate(getattr(record, field)) if index != number)}
    return replace(record, **left)


def called_again(record: Record, call: Call) -> Record:
    money = record.money["s"]
    return replace(record, calls=(*record.calls, call), money={"s": replace(money, spent=money.spent + cost(call), settled=8)})


DAMAGE: dict[str, tuple[Callable[[Record], Record], str]] = {
    "never acknowledged": (lambda r: change(r, "pressed", 0, delay=None), "under the answer to Q00-000 was acknowledged never"),
    "acknowledged late": (lambda r: change(r, "pressed", 3, delay=3.2), "acknowledged after 3.2 s"),
    "a press that takes for ever": (lambda r: change(r, "pressed", 2, over=70.0), "took 65 s"),
    "an accepted press without effect": (lambda r: change(r, "pressed", 1, words=""), "Q00-000 has 2 versions, and 3 to 3 were accepted"),
    "a press that took effect twice": (
        lambda r: change(r, "filed", 0, versions=(FIRST.text, SECOND.text, "Another.")),
        "Q00-000 has 3 versions, and 2 to 2 were accepted",
    ),
    "one version twice": (lambda r: change(r, "filed", 0, versions=(FIRST.text, FIRST.text)), "Q00-000 has the same version twice"),
    "another version than was pressed last": (lambda r: change(r, "pressed", 2, value="2/2"), "Q00-000 shows version 1, and 2 was"),
    "the new version is not the one that stands": (lambda r: change(r, "filed", 2, shown=1), "Q02-000 shows version 1, and 2 was"),
    "an old edit on top of a new version": (lambda r: change(r, "shown", 2, text=EDITED.text), "where answer 5 stands"),
    "a live stop button": (
        lambda r: change(r, "shown", 1, buttons=buttons("t1", (STOP, ""))),
        "message 21 is settled and still offers to stop",
    ),
    "no buttons": (lambda r: change(r, "shown", 1, buttons=()), "under Q01-000 stand no buttons, not again, rate good, rate bad"),
    "buttons of another version": (lambda r: change(r, "shown", 0, buttons=whole("t0", "1/2")), "under Q00-000 stand again"),
    "somebody else's buttons": (lambda r: change(r, "shown", 0, buttons=whole("t1", "2/2")), "under Q00-000 stand again"),
    "buttons on a message that is not the last": (
        lambda r: change(change(r, "kept", 1, parts=("20", "21")), "shown", 0, buttons=whole("t1")),
        "message 20 of the answer to Q01-000 is not its last and has buttons",
    ),
    "no message": (lambda r: change(r, "kept", 1, parts=("99",)), "nothing stands of the answer to Q01-000"),
    "asked although it was stopped": (
        lambda r: called_again(r, called(8, "Q01-000", at=4.0)),
        "Q01-000 was stopped, and call 8 was made for it all the same",
    ),
    "cut short, and nobody stopped it": (
        lambda r: without(change(change(r, "shown", 1, text=THIRD.text[:40]), "filed", 1, answer=THIRD.text[:40]), "pressed", 4),
        "answer 3 to ('Q01-000',) stands as",
    ),
    "cut short, and called complete": (
        lambda r: change(change(r, "shown", 1, text=THIRD.text[:40]), "filed", 1, answer=THIRD.text[:40]),
        "answer 3 counts as complete, and is not",
    ),
    "a second answer to one question": (
        lambda r: replace(r, kept=(*r.kept, Kept("t9", ("10",), ("20",), ASKER))),
        "Q00-000 is the question of two turns, t0 and t9",
    ),
    "asked in the old words": (
        lambda r: replace(r, calls=(*r.calls[:5], replace(BETTER, wording=0), GONE)),
        "call 6 asked Q02-000 in old words",
    ),
    "an edit that came to nothing": (
        lambda r: change(replace(r, calls=(*r.calls[:5], replace(BETTER, wording=0), GONE)), "changed", 0, offered=False),
        "Q02-000 was edited, and nobody was offered an answer to it",
    ),
    "told of what was deleted": (
        lambda r: called_again(r, called(8, "Q00-000", at=9.0, mentioned=("Q03-000",))),
        "Q03-000 was deleted, and call 8 was told of it",
    ),
    "a rating that was lost": (lambda r: replace(r, rated={}), "the answer to Q00-000 was rated good, and is filed as None"),
    "a rating that was turned round": (lambda r: replace(r, rated={"t0": False}), "was rated good, and is filed as False"),
    "wordless, and nobody stopped it": (lambda r: change(r, "shown", 0, text="Stopped."), "message 20 is no answer: 'Stopped.'"),
    "a placeholder where it was stopped": (lambda r: change(r, "shown", 1, text="…"), "message 21 is no answer: '…'"),
    "taken back, and nobody deleted it": (lambda r: change(r, "shown", 0, text=WITHDRAWN), "message 20 is no answer"),
}  # fmt: skip


def test_all_is_well_where_all_is_well() -> None:
    assert violations(good()) == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_reported(damage: str) -> None:
    done, sentence = DAMAGE[damage]
    assert any(sentence in found for found in violations(done(good()))), violations(done(good()))


EXCUSED: dict[str, Callable[[Record], Record]] = {
    "nobody was there to hear it": lambda r: change(r, "pressed", 3, delay=None, deaf=True, unsure=True),
    "who heard it died": lambda r: replace(r, pressed=(*r.pressed, pressed("Q01-000", AGAIN, 8.0, turn="t1", unsure=True))),
    "what came of it was not told": lambda r: replace(r, pressed=(*r.pressed, pressed("Q01-000", AGAIN, 8.0, turn="t1", words="Away."))),
    "two presses at once": lambda r: change(r, "pressed", 2, value="2/2", alone=False),
    "the edit was not heard": lambda r: change(change(r, "changed", 0, offered=False, sure=False), "pressed", 6, wording=0),
    "an offer under an answer": lambda r: change(r, "shown", 2, text=f"{BETTER.text}\n\n-# {OFFERED}"),
    "deleted while it waited": lambda r: without(r, "shown", 3),
    "deleted before it could be stopped": lambda r: change(r, "shown", 3, text="Stopped."),
    "the deletion was not heard": lambda r: called_again(
        change(r, "changed", 1, sure=False), called(8, "Q01-000", at=99.0, mentioned=("Q03-000",))
    ),
}


@pytest.mark.parametrize("excuse", EXCUSED)
def test_what_faults_or_people_explain_is_no_violation(excuse: str) -> None:
    assert violations(EXCUSED[excuse](good())) == []


def test_an_answer_that_was_stopped_before_its_first_word_has_no_words() -> None:
    record = change(good(), "shown", 1, text="Stopped.", buttons=buttons("t1", (AGAIN, "")))
    money = record.money["s"]
    paid = replace(record, filed=(record.filed[0], record.filed[2]), money={"s": replace(money, spent=money.spent)})
    assert violations(paid) == []
