"""What the model streams in the benchmark: words that are numbered, so that a version of a message says how many chunks it shows."""

import re
from collections.abc import Sequence
from itertools import accumulate

PARAGRAPH = 40
"""Chunks of a paragraph. 300 chunks are some 1,700 characters, one message on either platform; 1,300 are some 8,600."""

WORDS = ("so", "it", "is", "as", "he", "we", "or", "at")
_NUMBERED = re.compile(r"[a-z](\d+)")
_TAIL = 200
"""Characters: the last numbered word stands in them, whatever else stands below it."""


def chunks(count: int) -> list[str]:
    """So many deltas, each one word with what parts it from the next."""
    words = [f"{WORDS[number % len(WORDS)]}{number}" for number in range(1, count + 1)]
    parted = [word + (".\n\n" if number % PARAGRAPH == 0 else " ") for number, word in enumerate(words, 1)]
    return [*parted[:-1], words[-1]]


def whole(count: int) -> str:
    """The text of all of them, as `flat` gives it."""
    return flat(["".join(chunks(count))])


def flat(messages: Sequence[str]) -> str:
    """The words of a reply's messages, one space apart: where a message ends, white space is lost."""
    return " ".join(" ".join(messages).split())


def shown(text: str) -> int:
    """How many chunks a reply shows whose last message is `text`."""
    found = _NUMBERED.findall(text[-_TAIL:])
    return int(found[-1]) if found else 0


def seen(versions: Sequence[tuple[float, str]]) -> list[tuple[float, int]]:
    """From when on how many chunks were to be seen: versions of all messages of a reply, oldest first. What came once stays."""
    counts = accumulate((shown(text) for _, text in versions), max)
    return [(at, count) for (at, _), count in zip(versions, counts, strict=True)]
