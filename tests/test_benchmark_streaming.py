"""The streaming benchmark still runs, and computes what it says. Nothing measured is judged."""

import pytest

from benchmarks import streaming
from benchmarks.stream_figures import Run, Told
from benchmarks.stream_table import HEADS, columns, lines
from benchmarks.stream_text import chunks, flat, seen, shown, whole


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("who", "where"), [("floor", "discord"), ("Parley", "discord"), ("floor", "slack"), ("Parley", "slack")])
async def test_every_answer_arrives_whole(who: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("REST_SECONDS", 0.2), ("AFTER_SECONDS", 0.1), ("WARM_UP", 1)):
        monkeypatch.setattr(streaming, name, value)
    run = await streaming.measured(who, where, streaming.Order(2, 20, 50.0, 30.0))
    assert [(len(each.left), each.right, each.whole is not None) for each in run.answers] == [(20, True, True)] * 2
    assert run.cells["429"] == 0
    assert run.cells["RSS kB"] is not None


def test_the_words_of_the_stream_say_how_many_there_are() -> None:
    text = "".join(chunks(1300))
    assert [shown(text[:end]) for end in (0, 4, 12)] == [0, 1, 3]
    assert shown(text + "\n\n-# thinking… 7 s") == 1300
    assert flat([text[:1000], text[1000:]]) != whole(1300)  # a word was cut in two
    cut = text.rindex(" ", 0, 1000)
    assert flat([text[:cut], text[cut:]]) == whole(1300)


def test_staleness_is_the_age_of_the_oldest_text_not_to_be_seen() -> None:
    left = [0.0, 1.0, 2.0]
    told = Told(-1.0, left, seen([(-0.5, "…"), (0.5, "so1"), (2.5, "so1 it2 is3")]), right=True)
    ages = told.staleness()
    assert len(ages) == 100
    assert ages[0] == 0.0
    assert ages[24] == pytest.approx(0.48)  # the first chunk, just before it was shown
    assert ages[26] == 0.0
    assert ages[-1] == pytest.approx(0.98)  # the second
    assert (told.first_message, told.first_text, told.final) == (0.5, 0.5, 0.5)


def test_what_never_stands_whole_is_lost_and_another_text_is_wrong() -> None:
    lost = Told(0.0, [0.0, 1.0], seen([(0.5, "so1")]), right=False)
    wrong = Told(0.0, [0.0, 1.0], seen([(0.5, "so1 oops it2")]), right=False)
    cells = Run([lost, wrong], edits=3, refused=1, cpu=0.01, wall=2.0, memory=4096.0).cells
    assert (cells["lost"], cells["wrong"], cells["edits"], cells["429"], cells["CPU ms"]) == (1, 1, 1.5, 0.5, 5)


def test_the_table_has_a_cell_for_every_head() -> None:
    run = Run([Told(0.0, [0.0], seen([(0.5, "so1")]), right=True)], edits=1, refused=0, cpu=0.01, wall=1.0, memory=0.0)
    table = [*columns().splitlines(), *lines(1, [run], [run], longer=([run], []), chunks=1000)]
    assert {line.count("|") for line in table} == {len(HEADS) + 3}


def test_of_several_runs_the_table_has_the_medians_and_the_worst_losses() -> None:
    def run(cpu: float, seen_at: float, refused: int) -> Run:
        return Run([Told(0.0, [0.0], seen([(seen_at, "so1")]), right=True)], edits=1, refused=refused, cpu=cpu, wall=1.0, memory=0.0)

    runs = [run(0.01, 0.5, 0), run(0.05, 0.7, 2), run(0.02, 9.0, 0)]
    longer = [run(0.03, 0.5, 0), run(0.08, 0.5, 0), run(0.03, 0.5, 0)]
    _, parley, times = (
        [cell.strip() for cell in line.split("|")[3:-1]] for line in lines(1, runs[:1], runs, longer=([], longer), chunks=1000)
    )
    told = dict(zip(HEADS, parley, strict=True))
    assert (told["CPU ms"], told["first message"], told["429"], told["marginal"]) == ("20.0", "700", "2.00", "20.0")
    assert dict(zip(HEADS, times, strict=True))["CPU ms"] == "2.00"
