"""The table of the streaming benchmark: three lines for each K, the floor, Parley, and how many times the floor that is."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.stream_figures import Run

HEADS = {
    "first message": ("mention → first message, ms", 0),
    "first text": ("first chunk → first text, ms", 0),
    "stale": ("staleness mean, s", 2),
    "stale p95": ("p95, s", 2),
    "final": ("last chunk → final text, ms", 0),
    "final p95": ("p95, ms", 0),
    "edits": ("edits a turn", 1),
    "429": ("429s a turn", 2),
    "wrong": ("wrong", 0),
    "lost": ("lost", 0),
    "CPU ms": ("CPU ms a turn", 1),
    "marginal": ("CPU ms per 1,000 chunks more", 1),
    "RSS kB": ("RSS kB an open conversation", 0),
    "busy": ("CPU busy", 2),
}
COMPARED = ("first message", "first text", "stale", "stale p95", "final", "final p95", "CPU ms", "marginal")
"""Columns of which Parley has a multiple of the floor's."""


def columns() -> str:
    """Head and rule."""
    return f"{_line('K', '', [name for name, _ in HEADS.values()])}\n|{'---|' * (len(HEADS) + 2)}"


WORST = ("429", "wrong", "lost")
"""Columns of which the worst of several runs is shown; of the others the median."""


def lines(k: int, floor: Sequence[Run], parley: Sequence[Run], *, longer: tuple[Sequence[Run], Sequence[Run]], chunks: int) -> list[str]:
    """One or several runs of each. `longer`: the same with `chunks` more in each answer, where that was measured."""
    least, ours = (_middle(run, long, chunks) for run, long in zip((floor, parley), longer, strict=True))
    times = [_times(least.get(name), ours.get(name)) if name in COMPARED else "" for name in HEADS]
    return [_line(str(k), "floor", _texts(least)), _line(str(k), "Parley", _texts(ours)), _line("", "times the floor", times)]


def _texts(cells: Mapping[str, float | None]) -> list[str]:
    return [_shown(cells.get(name), digits) for name, (_, digits) in HEADS.items()]


def _middle(runs: Sequence[Run], longer: Sequence[Run], chunks: int) -> dict[str, float | None]:
    each = [run.cells for run in runs]
    middle: dict[str, float | None] = {}
    for name in HEADS:
        values = [value for cells in each if (value := cells.get(name)) is not None]
        middle[name] = (max if name in WORST else statistics.median)(values) if values else None
    if longer:
        extra = [long.cpu / len(long.answers) - run.cpu / len(run.answers) for run, long in zip(runs, longer, strict=True)]
        middle["marginal"] = statistics.median(extra) * 1000 * 1000 / chunks
    return middle


def _times(floor: float | None, parley: float | None) -> str:
    return "" if not floor or parley is None else f"{parley / floor:.2f}"


def _shown(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _line(k: str, who: str, cells: Sequence[str]) -> str:
    return "| " + " | ".join((k, who, *cells)) + " |"
