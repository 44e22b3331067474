"""Follow-ups without a mention: the policy alone."""

import pytest

from bot.gate.followups import Policy, follows_up


@pytest.mark.parametrize(
    ("policy", "voices", "others_mentioned", "answered"),
    [
        ("one", 1, False, True),
        ("one", 1, True, False),
        ("one", 2, False, False),
        ("one", 0, False, False),
        ("always", 1, False, True),
        ("always", 5, False, True),
        ("always", 1, True, False),
        ("never", 1, False, False),
        ("never", 5, True, False),
    ],
)
def test_the_policy(policy: Policy, voices: int, others_mentioned: bool, answered: bool) -> None:
    assert follows_up(policy, voices=voices, others_mentioned=others_mentioned) is answered
