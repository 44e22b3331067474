"""What K answers that streamed at once say: waits, staleness, losses, and what they cost."""

import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import quantile

SAMPLE_SECONDS = 0.02
"""How far apart the staleness is looked at."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `left`: when the model handed out each chunk; `seen`: from when on how many were to be seen. Monotonic seconds."""

    asked: float
    left: Sequence[float]
    seen: Sequence[tuple[float, int]]
    right: bool
    """Whether the messages that stand in the end are the model's text."""

    @property
    def whole(self) -> float | None:
        """When all of it was to be seen."""
        return next((at for at, count in self.seen if self.left and count >= len(self.left)), None)

    @property
    def first_message(self) -> float | None:
        """Seconds from the mention."""
        return self.seen[0][0] - self.asked if self.seen else None

    @property
    def first_text(self) -> float | None:
        """Seconds from the first chunk."""
        first = next((at for at, count in self.seen if count), None)
        return first - self.left[0] if first is not None and self.left else None

    @property
    def final(self) -> float | None:
        """Seconds from the last chunk."""
        return None if self.whole is None else self.whole - self.left[-1]

    def staleness(self) -> list[float]:
        """At moments evenly spread over the stream: how old is the oldest text not yet to be seen? Seconds."""
        if not self.left:
            return []
        moments, ages = [at for at, _ in self.seen], []
        steps = int((self.left[-1] - self.left[0]) / SAMPLE_SECONDS)
        for moment in (self.left[0] + step * SAMPLE_SECONDS for step in range(steps)):
            place = bisect_right(moments, moment)
            visible = self.seen[place - 1][1] if place else 0
            stale = visible < len(self.left) and self.left[visible] <= moment
            ages.append(moment - self.left[visible] if stale else 0.0)
        return ages


@dataclass(frozen=True, slots=True)
class Run:
    """All answers of one round by one program."""

    answers: Sequence[Told]
    edits: int
    refused: int
    cpu: float
    """Seconds, beyond what the process takes at rest."""
    wall: float
    memory: float
    """Bytes more than before, when it was most."""

    @property
    def cells(self) -> dict[str, float | None]:
        """By column. Times in ms, the staleness in s, memory in kB; None where there was nothing to measure."""
        many, ages = len(self.answers), [age for each in self.answers for age in each.staleness()]
        return {
            "first message": _ms([each.first_message for each in self.answers]),
            "first text": _ms([each.first_text for each in self.answers]),
            "stale": statistics.fmean(ages) if ages else None,
            "stale p95": quantile(ages, 0.95),
            "final": _ms([each.final for each in self.answers]),
            "final p95": _ms([each.final for each in self.answers], 0.95),
            "edits": self.edits / many,
            "429": self.refused / many,
            "wrong": float(sum(each.whole is not None and not each.right for each in self.answers)),
            "lost": float(sum(each.whole is None for each in self.answers)),
            "CPU ms": self.cpu * 1000 / many,
            "busy": self.cpu / self.wall,
            "RSS kB": self.memory / 1024 / many,
        }

    @property
    def rate(self) -> float:
        """Chunks a second that a stream in the middle really got of the model."""
        rates = [(len(each.left) - 1) / (each.left[-1] - each.left[0]) for each in self.answers if len(each.left) > 1]
        return statistics.median(rates) if rates else 0.0


def _ms(values: Sequence[float | None], share: float = 0.5) -> float | None:
    found = quantile([value for value in values if value is not None], share)
    return None if found is None else found * 1000


def joined(runs: Sequence[Run]) -> Run:
    """Several rounds as one."""
    return Run(
        [each for run in runs for each in run.answers],
        sum(run.edits for run in runs),
        sum(run.refused for run in runs),
        sum(run.cpu for run in runs),
        sum(run.wall for run in runs),
        max(run.memory for run in runs) * len(runs),
    )
