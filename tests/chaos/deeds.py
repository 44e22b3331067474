"""What people do besides asking: buttons they press, questions they change. All of it follows from the seed and the question's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

MEANWHILE: Mapping[str, float] = {"": 0.66, "stop": 0.18, "edit": 0.08, "delete": 0.08}
"""What somebody does while their question waits or is answered."""

AFTERWARDS: Mapping[str, float] = {
    "regenerate": 4,
    "regenerate, heard twice": 2,
    "regenerate, pressed twice": 2,
    "regenerate and show": 1,
    "regenerate, then stop": 2,
    "show": 3,
    "continue": 1,
    "good": 1,
    "bad": 1,
    "edit": 2,
    "delete": 1,
}
"""What somebody does with an answer that stands, and how often."""

BUSY, MOST = 0.45, 3
"""Share of the answers with which somebody does something, and how many such things at most."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """`meanwhile` after `delay` seconds; `afterwards` one after the other. Nobody does anything more with a question that is deleted."""

    meanwhile: str = ""
    delay: float = 0.0
    afterwards: tuple[str, ...] = ()


def deeds_of(seed: int, question: str, *, alone: bool) -> Deeds:
    """Of whoever asked this one, the last before they wait; `alone`: it was the only one, and is deleted without taking others along."""
    random = Random(f"deeds {seed} {question}")
    meanwhile, delay = _one(random, MEANWHILE, alone=alone), random.uniform(0.0, 0.9)
    if meanwhile == "delete":
        return Deeds(meanwhile, delay)
    many = random.randint(1, MOST) if random.random() < BUSY else 0
    afterwards = ["continue"] if meanwhile == "stop" and random.random() < 0.6 else []
    for _ in range(many):
        afterwards.append(_one(random, AFTERWARDS, alone=alone))
        if afterwards[-1] == "delete":
            break
    return Deeds(meanwhile, delay, tuple(afterwards))


def _one(random: Random, among: Mapping[str, float], *, alone: bool) -> str:
    choices = {deed: weight for deed, weight in among.items() if alone or deed != "delete"}
    return random.choices(tuple(choices), tuple(choices.values()))[0]
