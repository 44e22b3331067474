"""What happens in a run: who asks how, and which fault strikes when. All of it follows from the seed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

WEIGHTS: Mapping[str, float] = {
    "worker killed": 0.06,
    "worker frozen": 0.05,
    "worker cut off": 0.05,
    "worker unheard": 0.02,
    "receiver killed": 0.02,
    "receiver cut off": 0.02,
    "redis killed": 0.02,
    "gateway dropped": 0.03,
    "event again": 0.15,
    "events swapped": 0.10,
    "reply lost": 0.05,
}
"""Kinds of faults, and how many of each there are for every turn; each comes at least once."""

LASTS: Mapping[str, tuple[float, float]] = {
    "worker killed": (0.0, 1.0),
    "worker frozen": (1.2, 2.5),
    "worker cut off": (0.05, 2.0),
    "worker unheard": (0.5, 2.5),
    "receiver killed": (0.0, 1.0),
    "receiver cut off": (0.05, 1.0),
    "redis killed": (0.0, 1.2),
    "event again": (0.0, 2.0),
}
"""Seconds, in leases of one second: how long the fault stands before it is mended."""

LATEST = 0.85
"""Share of the questions after which no further fault begins, so that none comes when everything has been answered."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` strikes `delay` seconds after the `after`-th question was asked, and stands for `lasts` seconds.

    `target` chooses among whatever it can strike: a worker, or a message.
    """

    after: int
    delay: float
    kind: str
    target: int
    lasts: float

    def __str__(self) -> str:
        return f"after question {self.after:3} + {self.delay:4.2f} s  {self.kind} (number {self.target}) for {self.lasts:4.2f} s"


@dataclass(frozen=True, slots=True)
class Round:
    """What one person writes in a row: the seconds before each message. The next round waits for its answers."""

    pauses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LanePlan:
    """`place`: thread, dm or channel (shared with the lane before or after it)."""

    number: int
    place: str
    rounds: tuple[Round, ...]

    @property
    def questions(self) -> int:
        return sum(len(each.pauses) for each in self.rounds)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run, as far as it can be told beforehand: what the machine's own timing does with it differs a little each time."""

    seed: int
    workers: int
    lanes: tuple[LanePlan, ...]
    faults: tuple[Fault, ...]

    @property
    def questions(self) -> int:
        """Messages that people will write."""
        return sum(lane.questions for lane in self.lanes)

    @property
    def greetings(self) -> int:
        """Those of everybody's first round. Nothing breaks before they are answered: a bot cannot know of a direct message that somebody
        sent for the first time while nobody listened, since Discord does not tell.
        """
        return sum(len(lane.rounds[0].pauses) for lane in self.lanes)

    @property
    def kinds(self) -> Mapping[str, int]:
        """How often each fault strikes."""
        return Counter(fault.kind for fault in self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one answer comes: `errors` refusals first, then so many lines over so many seconds."""

    lines: int
    seconds: float
    errors: int


def plan_for(seed: int, *, turns: int, lanes: int, workers: int) -> Plan:
    """At least `turns` turns, and two a lane; at least one fault of each kind."""
    random = Random(f"plan {seed}")
    shares = [max(2, turns // lanes + (number < turns % lanes)) for number in range(lanes)]
    planned = tuple(LanePlan(number, _place(number), _rounds(random, share)) for number, share in enumerate(shares))
    plan = Plan(seed, workers, planned, ())
    faults = sorted(_faults(random, plan, turns=turns), key=lambda fault: (fault.after, fault.delay))
    return replace(plan, faults=tuple(faults))


def manner_of(seed: int, question: str) -> Manner:
    """Of the answer whose first question this is; the same each time it is asked for."""
    random = Random(f"manner {seed} {question}")
    long = random.random() < 0.2
    lines = random.randint(36, 48) if long else random.randint(12, 28)
    return Manner(lines, random.uniform(0.4, 1.5), random.choice((0, 0, 0, 0, 0, 1, 2)))


def _place(lane: int) -> str:
    return ("thread", "dm", "channel", "thread", "channel")[lane % 5]


def _rounds(random: Random, turns: int) -> tuple[Round, ...]:
    return tuple(Round(tuple(_pauses(random))) for _ in range(turns))


def _pauses(random: Random) -> Iterator[float]:
    """A question after its answer; in three of ten cases more of them in a row."""
    yield random.choice((0.0, random.uniform(0.0, 0.5)))
    for _ in range(random.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2))):
        yield random.uniform(0.0, 0.8)


def _faults(random: Random, plan: Plan, *, turns: int) -> Iterator[Fault]:
    earliest, latest = plan.greetings + 1, max(plan.greetings + 1, int(plan.questions * LATEST))
    for kind, weight in WEIGHTS.items():
        for _ in range(max(1, round(weight * turns))):
            lasts = random.uniform(*LASTS[kind]) if kind in LASTS else 0.0
            target = random.randrange(plan.workers) if kind.startswith("worker") else random.randrange(1000)
            yield Fault(random.randint(earliest, latest), round(random.uniform(0.0, 1.2), 2), kind, target, round(lasts, 2))
