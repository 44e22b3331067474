"""What is open in the middle of a paragraph: emphasis, code, half a link. Near enough to CommonMark for what nobody has finished yet."""

import re
from dataclasses import dataclass, field

_PARTS = re.compile(r"\\.|(?P<code>`+)|(?P<mark>\*+|_+|~~)|(?P<link>!?\[)|(?P<label>\](?:\(|))|<https?:[^\s>]*>?", re.DOTALL)
_TARGET = re.compile(r"(?:<[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*)(?:[ \t\n]+(?:\"[^\"]*\"|'[^']*'))?[ \t]*\)")
_TRAILING = re.compile(r"[*_~`\s\\]+\Z")
_MARKS = re.compile(r"[*_~`]+\Z")
_TAIL = re.compile(r"!?\[[^\[\]]*\]\Z")
_OPENERS = re.compile(r"!?\[|[*_~`<]+")
HELD = 120
"""Characters for which emphasis and code that are open are held back where they cannot be closed for the time being."""
FARTHEST = 300
"""Characters after which an open bracket is taken for just a bracket."""
_ROUNDS = 12
LONGEST_RUN = 2
"""Backticks that open code within a line and may be written again at the top of a page, where three would begin a block."""
DEEPEST = 4
"""Emphasis within emphasis that is closed and opened again."""


@dataclass(slots=True)
class Unfinished:
    """What stands open at the end of a paragraph."""

    marks: list[str] = field(default_factory=list)
    """Emphasis, the outermost first."""
    code: str = ""
    """The backticks of a code span that has not ended."""
    atom: int = -1
    """Where an unfinished link, image, address or code span begins; -1 when there is none."""
    label: str = ""
    """The text of an unfinished link whose target has begun."""

    @property
    def closing(self) -> str:
        """What closes all of it."""
        return self.code + "".join(reversed(self.marks))

    @property
    def opening(self) -> str:
        """What opens it again."""
        return "".join(self.marks) + self.code


def unfinished(text: str) -> Unfinished:
    """What is open at the end of `text`, one paragraph."""
    found, position, brackets = Unfinished(), 0, list[int]()
    while (part := _PARTS.search(text, position)) is not None:
        position = part.end()
        if part["code"]:
            position = _code(found, text, part)
        elif part["mark"]:
            _mark(found.marks, text, part)
        elif part["link"]:
            brackets.append(part.start())
        elif part["label"]:
            position = _label(found, text, part, brackets)
        elif part[0].startswith("<") and not part[0].endswith(">") and position == len(text):
            found.atom = part.start()
        if found.atom >= 0:
            return found
    if brackets and len(text) - brackets[-1] <= FARTHEST:
        found.atom = next(start for start in brackets if len(text) - start <= FARTHEST)
    return found


def completed(text: str) -> str:
    """A paragraph still being written, as it may be shown: emphasis and code closed, half a link as its text or held back."""
    open_ = unfinished(text)
    for _ in range(_ROUNDS):
        shorter = _without_end(text, open_)
        if shorter == text:
            break
        text = shorter
        open_ = unfinished(text)
    return text + open_.closing


def unopened(text: str) -> int:
    """How many characters of a paragraph still being written stand before what is open at its end; all where that is long."""
    open_ = unfinished(text)
    end = len(text)
    if open_.marks or open_.code:
        openers = [found.start() for found in _OPENERS.finditer(text, max(end - HELD, 0))]
        end = next((at for at in reversed(openers) if not _is_open(text[:at])), end)
    if open_.atom >= 0 and (open_.atom < end) and not open_.code:
        end = open_.atom
    tail = None if open_.code and end == len(text) else _TAIL.search(text, max(end - FARTHEST, 0), end)
    end = tail.start() if tail is not None else end
    marks = _MARKS.search(text, 0, end)
    if marks is not None and not _is_open(text[: marks.start()]):  # what closes nothing may open something
        end = marks.start()
    return len(text[:end].rstrip(" \t\n\r\\"))


def _is_open(text: str) -> bool:
    found = unfinished(text)
    return bool(found.marks or found.code or found.atom >= 0)


def _without_end(text: str, open_: Unfinished) -> str:
    if open_.atom >= 0 and not open_.code:
        return text[: open_.atom] + open_.label
    tail = None if open_.code else _TAIL.search(text, max(len(text) - FARTHEST, 0))
    if tail is not None:
        return text[: tail.start()]
    trailing = _TRAILING.search(text)
    return text[: trailing.start()] if trailing is not None else text


def _code(found: Unfinished, text: str, part: re.Match[str]) -> int:
    run = part["code"]
    closing = re.compile(rf"(?<!`){run}(?!`)").search(text, part.end())
    if closing is not None:
        return closing.end()
    if len(run) > LONGEST_RUN:
        return part.end()
    found.code, found.atom = run, part.start()
    return len(text)


def _label(found: Unfinished, text: str, part: re.Match[str], brackets: list[int]) -> int:
    if not brackets:
        return part.end()
    start = brackets.pop()
    if not part["label"].endswith("("):
        return part.end()
    target = _TARGET.match(text, part.end())
    if target is not None:
        return target.end()
    if len(text) - part.end() <= FARTHEST * 4 and not re.search(r"\s\S", text[part.end() :]):
        found.atom = start
        found.label = "" if text[start] == "!" else text[start + 1 : part.start()]
    return part.end()


def _mark(marks: list[str], text: str, part: re.Match[str]) -> None:
    run, before, after = part["mark"], text[part.start() - 1 : part.start()], text[part.end() : part.end() + 1]
    opens = bool(after) and not after.isspace()
    closes = bool(before) and not before.isspace()
    if run[0] == "_":
        opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
    if opens and closes and before.isalnum() and not after.isalnum():
        opens = False  # as in **word**, where a closing mark comes before punctuation
    left = len(run)
    while left and closes and marks and marks[-1][0] == run[0] and len(marks[-1]) <= left:
        left -= len(marks.pop())
    while left and opens and left <= 3 and len(marks) < DEEPEST:
        marks.append(run[0] * min(left, 2))
        left -= len(marks[-1])
