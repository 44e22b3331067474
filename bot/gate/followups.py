"""Follow-ups in threads: when a message that does not name us is meant for us all the same."""

from typing import Literal

Policy = Literal["one", "always", "never"]


def follows_up(policy: Policy, *, voices: int, others_mentioned: bool) -> bool:
    """Whether to answer an unaddressed message in a thread where Parley takes part and `voices` people have spoken."""
    if policy == "always":
        return not others_mentioned
    return policy == "one" and voices == 1 and not others_mentioned
