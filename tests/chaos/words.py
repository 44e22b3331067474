"""What is asked and answered: texts that name themselves, so that a doubled, swapped, mixed or torn answer is seen in what it says."""

import re
from collections.abc import Sequence

_QUESTION = re.compile(r"\bQ\d\d-\d{3}\b")
_LINE = re.compile(r"^\[A(\d+):(\d+)\]", re.MULTILINE)
_FIRST = re.compile(r"^\[A(\d+):0\] To ((?:Q\d\d-\d{3}(?: and )?)+)\.$", re.MULTILINE)
_WORDING = re.compile(r" \(in other words (\d+)\)")
_LAST = re.compile(r"^\[A(\d+):\d+\] The end\.$", re.MULTILINE)
PADDING = "one more line of what was asked for, of some sixty characters"


def question(lane: int, number: int) -> str:
    """The name of the `number`-th question of a lane."""
    return f"Q{lane:02}-{number:03}"


def lane_of(name: str) -> int:
    """The lane that a question belongs to."""
    return int(name[1:3])


def questions_in(text: str) -> tuple[str, ...]:
    """The questions that a text names, in order."""
    return tuple(_QUESTION.findall(text))


def reworded(text: str, wording: int) -> str:
    """A question in its `wording`-th other words, from 1."""
    return f"{_WORDING.sub('', text)} (in other words {wording})"


def wording_in(text: str) -> int:
    """The highest number of other words in a text; 0 when all is as it was asked first."""
    return max(map(int, _WORDING.findall(text)), default=0)


def answer_to(questions: Sequence[str], *, serial: int, lines: int) -> tuple[str, ...]:
    """An answer in pieces, one a line: the first names the questions, the last is the end, and each tells whose line it is."""
    first = f"[A{serial}:0] To {' and '.join(questions)}.\n"
    between = (f"[A{serial}:{number}] {PADDING}\n" for number in range(1, lines - 1))
    return (first, *between, f"[A{serial}:{lines - 1}] The end.")


def serials_in(text: str) -> tuple[int, ...]:
    """Whose lines stand in a visible text, each serial once, in order."""
    return tuple(dict.fromkeys(int(serial) for serial, _ in _LINE.findall(text)))


def answered_in(text: str) -> tuple[str, ...]:
    """The questions that an answer beginning in this text says it answers."""
    found = _FIRST.search(text)
    return questions_in(found.group(2)) if found else ()


def ends_in(text: str) -> int | None:
    """The serial of the answer that ends in this text."""
    found = _LAST.search(text)
    return int(found.group(1)) if found else None


def unnoted(text: str) -> str:
    """Without the small lines that Parley puts under an answer."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("-# "))


def bare(text: str) -> str:
    """Without the blanks that are lost where a long text is cut into messages."""
    return "".join(text.split())
