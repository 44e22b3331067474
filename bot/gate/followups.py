"""Follow-ups in threads: when a message that does not name us is meant for us all the same."""

from dataclasses import dataclass
from typing import Literal

Policy = Literal["one", "always", "never"]

Word = Literal["", "called", "one", "always", "never"]
"""What the scripts go by: nobody is counted; we were called; or the policy for who was not calling us, which counts them in any case."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a message may join. With a `word`, its author is counted among the thread's voices, for `seconds` from then on."""

    word: Word = ""
    seconds: int = 0
