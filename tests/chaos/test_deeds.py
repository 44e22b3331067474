"""What people do follows from the seed, and all of it is done."""

from tests.chaos.deeds import AFTERWARDS, MEANWHILE, MOST, deeds_of
from tests.chaos.words import question, reworded, unnoted, wording_in

MANY = [deeds_of(3, question(lane, number), alone=True) for lane in range(20) for number in range(20)]


def test_the_same_question_meets_the_same_deeds() -> None:
    assert deeds_of(7, "Q00-000", alone=True) == deeds_of(7, "Q00-000", alone=True)
    assert len({deeds_of(seed, "Q00-000", alone=True) for seed in range(40)}) > 10


def test_everything_is_done_by_somebody() -> None:
    assert {deeds.meanwhile for deeds in MANY} == MEANWHILE.keys()
    assert {deed for deeds in MANY for deed in deeds.afterwards} == AFTERWARDS.keys()
    assert max(len(deeds.afterwards) for deeds in MANY) <= MOST + 1


def test_nothing_is_done_with_a_question_that_is_gone() -> None:
    for deeds in MANY:
        assert not (deeds.meanwhile == "delete" and deeds.afterwards)
        assert "delete" not in deeds.afterwards[:-1]


def test_a_question_among_others_is_not_deleted() -> None:
    together = [deeds_of(3, question(0, number), alone=False) for number in range(300)]
    assert not any(deeds.meanwhile == "delete" or "delete" in deeds.afterwards for deeds in together)


def test_other_words_say_which_they_are() -> None:
    assert wording_in("Q00-000 please") == 0
    assert reworded(reworded("Q00-000 please", 1), 2) == "Q00-000 please (in other words 2)"
    assert wording_in("Ada: Q00-000 please (in other words 2)") == 2


def test_our_own_small_lines_are_no_part_of_an_answer() -> None:
    assert unnoted("[A1:0] One.\n\n-# Stopped.").strip() == "[A1:0] One."
