"""The short form of the chaos run: two seeds, one of them another each time. The long form is `python -m tests.chaos`."""

import secrets

import pytest

from tests.chaos.plan import WEIGHTS, plan_for
from tests.chaos.run import run

FIXED = 1
RANDOM = secrets.randbelow(1_000_000)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [pytest.param(FIXED, id="fixed"), pytest.param(RANDOM, id="random")])
async def test_whatever_breaks_every_message_is_answered_once_and_in_order(seed: int) -> None:
    report = await run(plan_for(seed, turns=20, lanes=8, workers=3))
    assert not report.violations, str(report)
    assert report.faults.keys() == WEIGHTS.keys()
