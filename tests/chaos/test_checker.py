"""The checker is checked: a record in which all is well, and that record with each kind of damage done to it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.bills import cost, worst
from tests.chaos.checker import violations
from tests.chaos.record import Filed, Money, Question, Record, Shown
from tests.chaos.speaking import Call
from tests.chaos.stories import answers_in
from tests.chaos.words import answer_to, question

LONG = 48
"""Lines of an answer that stands in two messages."""


def asked(lane: int, number: int, message: int) -> Question:
    return Question(question(lane, number), str(message), f"channel{lane}", f"server{lane}", exclusive=True)


def called(serial: int, *questions: str, lines: int = 12, before: Sequence[str] = (), complete: bool = True) -> Call:
    text = "".join(answer_to(questions, serial=serial, lines=lines))
    return Call(serial, questions, text, 1000 + serial, serial, 100, tuple(before), complete=complete)


def good() -> Record:
    """Lane 0: one answer, then one to two messages in a row, in two parts, after a call that was cut. Lane 1: one answer."""
    first = called(1, "Q00-000")
    other = called(2, "Q01-000")
    cut = called(3, "Q00-001", "Q00-002", before=[first.text], complete=False)
    second = called(4, "Q00-001", "Q00-002", lines=LONG, before=[first.text])
    head, tail = second.text[:1900].rpartition("\n")[0], second.text[:1900].rpartition("\n")[2] + second.text[1900:]
    return Record(
        asked=(asked(0, 0, 10), asked(0, 1, 12), asked(0, 2, 13), asked(1, 0, 11)),
        shown=(
            Shown("20", "channel0", first.text, "10"),
            Shown("22", "channel0", head, "13"),
            Shown("23", "channel0", tail),
            Shown("21", "channel1", other.text, "11"),
        ),
        calls=(first, other, cut, second),
        filed=(
            Filed("channel0", ("10",), first.text),
            Filed("channel0", ("12", "13"), second.text),
            Filed("channel1", ("11",), other.text),
        ),
        money={
            "server0": Money(spent=cost(first) + cost(second) + 50, estimated=50, settled=3),
            "server1": Money(spent=cost(other), settled=1),
        },
    )


def shown(record: Record, number: int, **new: Any) -> Record:
    """Another text, channel, … in one message."""
    changed = [replace(each, **new) if index == number else each for index, each in enumerate(record.shown)]
    return replace(record, shown=tuple(changed))


def spent(record: Record, server: str, **new: int) -> Record:
    return replace(record, money={**record.money, server: replace(record.money[server], **new)})


def doubled(record: Record) -> Record:
    """Another call's answer to the same question stands besides."""
    again = called(5, "Q01-000")
    twice = (*record.shown, Shown("24", "channel1", again.text, "11"))
    return replace(record, shown=twice, calls=(*record.calls, again))


def swapped(record: Record) -> Record:
    """The later question's answer stands first; everything else is in order."""
    earlier, *parts = record.shown[:3]
    return replace(record, shown=(replace(earlier, message="25"), *parts, record.shown[3]))


DAMAGE: dict[str, tuple[Callable[[Record], Record], str]] = {
    "doubled answer": (doubled, "Q01-000 is answered 2 times, by calls [2, 5]"),
    "the same answer posted twice": (
        lambda r: replace(r, shown=(*r.shown, Shown("24", "channel1", r.shown[3].text, "11"))),
        "answer 2 to ('Q01-000',) stands as",
    ),
    "lost message": (lambda r: replace(r, shown=r.shown[:3], filed=r.filed[:2]), "Q01-000 is answered 0 times"),
    "swapped order": (swapped, "lane 0 is answered in the order ['Q00-001', 'Q00-002', 'Q00-000']"),
    "swapped in a burst": (
        lambda r: replace(r, asked=(r.asked[0], r.asked[2], r.asked[1], r.asked[3])),
        "lane 0 is answered in the order ['Q00-000', 'Q00-001', 'Q00-002']",
    ),
    "lost end": (lambda r: shown(r, 0, text=r.shown[0].text[:300]), "answer 1 to ('Q00-000',) stands as 300 characters"),
    "lost second part": (lambda r: replace(r, shown=(*r.shown[:2], r.shown[3])), "answer 4 to ('Q00-001', 'Q00-002') stands as"),
    "an old edit on top": (lambda r: shown(r, 0, text=called(9, "Q00-000").text), "answer 9 was never given by the model"),
    "two answers in one message": (
        lambda r: shown(r, 0, text=r.shown[0].text + "\n" + r.shown[3].text),
        "message 20 mixes the answers of calls (1, 2)",
    ),
    "orphan placeholder": (lambda r: replace(r, shown=(*r.shown, Shown("24", "channel1", "…", "11"))), "message 24 is no answer: '…'"),
    "error instead of an answer": (lambda r: shown(r, 0, text="Something went wrong."), "message 20 is no answer: 'Something went wrong.'"),
    "left waiting": (lambda r: replace(r, asked=(replace(r.asked[0], waited=70.0), *r.asked[1:])), "Q00-000 waited 70 s for its answer"),
    "in the wrong channel": (lambda r: shown(r, 3, channel="channel0"), "answer 2 stands in channel channel0"),
    "a reply to somebody else": (lambda r: shown(r, 1, replies_to="12"), "replies to message 12"),
    "never asked": (lambda r: replace(r, asked=r.asked[:3]), "Q01-000 is answered and was never asked"),
    "not in the history": (lambda r: replace(r, filed=r.filed[1:]), "answer 1 to ('Q00-000',) is not in the history"),
    "another text in the history": (
        lambda r: replace(r, filed=(replace(r.filed[0], answer="Another."), *r.filed[1:])),
        "the history has 'Another.' where answer 1 stands",
    ),
    "twice in the history": (lambda r: replace(r, filed=(*r.filed, r.filed[2])), "messages ('11',) are in the history 2 times"),
    "history of what nobody sees": (
        lambda r: replace(r, filed=(*r.filed, Filed("channel1", ("99",), "A secret."))),
        "the history has an answer to messages ('99',) that nobody sees",
    ),
    "history out of order": (lambda r: replace(r, filed=(r.filed[1], r.filed[0], r.filed[2])), "the history of lane 0 is in the order"),
    "an answer that did not know the one before": (
        lambda r: replace(r, calls=(*r.calls[:3], replace(r.calls[3], before=()))),
        "answer 4 did not know answer 1",
    ),
    "charged twice": (lambda r: spent(r, "server1", spent=2 * r.money["server1"].spent), "was charged, and the model counted"),
    "not charged": (lambda r: spent(r, "server1", spent=0), "the calls of server server1: 0 was charged"),
    "charged one millionth too much": (
        lambda r: spent(r, "server0", spent=r.money["server0"].spent + 1),
        "was charged, and the model counted",
    ),
    "a call that nobody paid for": (lambda r: spent(r, "server0", settled=2), "3 were made, 2 charged and 0 held"),
    "an estimate above the hold": (lambda r: spent(r, "server0", spent=10**9 + r.money["server0"].spent, estimated=10**9), "was estimated"),
    "a key that rests": (lambda r: replace(r, leftovers=("parley:{1}:journal:x",)), "left behind: parley:{1}:journal:x"),
    "a complaint": (lambda r: replace(r, complaints=("worker 1 ended with 1",)), "worker 1 ended with 1"),
}  # fmt: skip


def test_all_is_well_where_all_is_well() -> None:
    assert violations(good()) == []
    assert [len(answer.parts) for answer in answers_in(good())] == [1, 2, 1]


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_reported(damage: str) -> None:
    done, sentence = DAMAGE[damage]
    assert any(sentence in found for found in violations(done(good()))), violations(done(good()))


def test_a_finished_call_whose_process_died_before_it_was_charged_is_no_violation_while_it_is_held() -> None:
    record = good()
    held = spent(record, "server1", spent=0, settled=0, held=1, set_aside=worst(record.calls[1]))
    assert violations(held) == []


def test_a_finished_call_that_nobody_sees_may_have_been_estimated() -> None:
    record = good()
    extra = called(5, "Q01-000")
    seen = replace(record, calls=(*record.calls, extra))
    assert violations(spent(seen, "server1", spent=cost(record.calls[1]) + 70, estimated=70, settled=2)) == []
    assert violations(spent(seen, "server1", spent=cost(record.calls[1]) + cost(extra), settled=2)) == []
