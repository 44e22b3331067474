"""Everything the stand-in can say, as pure functions of what was said to it. It reads the words of users only, never instructions."""

import re
from collections.abc import Callable, Sequence

from bot.offline.chat_request import ChatRequest, Line

INTRODUCTION = (
    "I am an offline stand-in, not a real model: I echo, I remember this conversation, and I can show code, tables, lists and long text. "
    "For real answers set OPENAI_API_KEY or OPENAI_BASE_URL in .env and start again."
)
QUOTED = 200
"""Characters of a message that are echoed at most."""
LONG, VERY_LONG = 3_500, 12_000
"""Characters of a long text: the first is more than one message of most platforms takes, the second more than most answers may have."""

_NAME = re.compile(r"\bmy name(?: is|'s|’s) +([\w][\w'’-]{0,39})", re.IGNORECASE)
_SPEAKER = re.compile(r"([^:\n]{1,60}): ")  # a line may begin with its speaker
_CONTEXT = "[context] "
"""How Parley marks a line of data among what people said; whoever does so also puts the speaker in front of every message."""
_TABLE = "| fruit | colour | grams |\n|---|---|---:|\n| apple | red | 180 |\n| plum | blue | 45 |\n| lemon | yellow | 110 |"
_CODE = '```python\ndef greet(name: str) -> str:\n    """Say hello."""\n    return f"Hello, {name}!"\n\n\nprint(greet("world"))\n```'
_SENTENCES = (
    "This sentence stands here so that you can watch a long answer grow.",
    "It says nothing new, and it says so on purpose.",
    "A long text shows where a platform's limit falls and how the answer goes on after it.",
    "Every paragraph has a number, so that a missing or doubled one is seen at once.",
)


def answer(request: ChatRequest) -> str:
    """The whole text of the answer; its first one in a conversation begins with `INTRODUCTION`."""
    said = _said(request.lines)
    if not said:
        return INTRODUCTION
    text = _reply(request, said)
    return text if any(line.role == "assistant" for line in request.lines) else f"{INTRODUCTION}\n\n{text}"


def _said(lines: Sequence[Line]) -> tuple[Line, ...]:
    said = (line for line in lines if line.role == "user" and line.text.strip())
    return tuple(line for line in said if not line.text.startswith(_CONTEXT))


def _speaker(line: Line) -> str:
    found = _SPEAKER.match(line.text)
    return line.name or (found[1] if found else "")


def _reply(request: ChatRequest, said: Sequence[Line]) -> str:
    asked = _words(request, said[-1])
    for pattern, speak in _ABILITIES:
        if re.search(pattern, asked, re.IGNORECASE):
            return speak(request, said)
    if found := _NAME.search(asked):
        return f"Nice to meet you, {found[1]}. Ask me “what is my name?” later."
    count = len(said)
    return f"You said: {_quoted(asked)} ({count} {'message' if count == 1 else 'messages'} of yours in my memory.)"


def _name(_: ChatRequest, said: Sequence[Line]) -> str:
    asking = _speaker(said[-1])
    theirs = (line.text for line in reversed(said) if not asking or _speaker(line) == asking)
    found = next((match for text in theirs if (match := _NAME.search(text))), None)
    return f"Your name is {found[1]}." if found else "You have not told me your name. Say “my name is …”."


def _memory(request: ChatRequest, said: Sequence[Line]) -> str:
    earlier = said[:-1][-10:]
    if not earlier:
        return "You have not said anything before this."
    return "Before this you said:\n" + "\n".join(f"{number}. {_quoted(_words(request, line))}" for number, line in enumerate(earlier, 1))


def _settings(request: ChatRequest, _: Sequence[Line]) -> str:
    sent = sorted((name, value) for name, value in request.body.items() if isinstance(value, int | float | str) and name != "user")
    rows = [f"- {name}: {value}" for name, value in sent if name != "safety_identifier"]
    return "\n".join([f"I was asked with {len(request.system):,} characters of instructions and:", *rows])


def _list(_: ChatRequest, said: Sequence[Line]) -> str:
    rows = (
        "an echo of what you say",
        "“what did I say?” and “what is my name?”",
        "code",
        "a table",
        "a list",
        "a long text",
        "a very long text",
        "settings",
    )
    return "You can ask me for:\n" + "\n".join(f"- {row}" for row in rows)


def _long(length: int) -> Callable[[ChatRequest, Sequence[Line]], str]:
    def speak(_: ChatRequest, __: Sequence[Line]) -> str:
        paragraphs: list[str] = []
        while sum(len(paragraph) + 2 for paragraph in paragraphs) < length:
            paragraphs.append(f"Paragraph {len(paragraphs) + 1}. " + " ".join(_SENTENCES))
        return "\n\n".join(paragraphs)[:length].rstrip()

    return speak


def _words(request: ChatRequest, line: Line) -> str:
    """What was said, without the name of whoever said it in front."""
    marked = any(other.text.startswith(_CONTEXT) for other in request.lines)
    return line.text.removeprefix(f"{_speaker(line)}: ") if marked else line.text


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= QUOTED else line[: QUOTED - 1] + '…'}”"


_ABILITIES: tuple[tuple[str, Callable[[ChatRequest, Sequence[Line]], str]], ...] = (
    (r"\bwhat(?: is|'s|’s|s) my name\b|\bwho am i\b", _name),
    (r"\bwhat (?:did|have) i (?:\w+ )?(?:say|said|tell|told|write|written|ask|asked)\b|\bdo you remember\b", _memory),
    (r"\b(?:very|really) long\b", _long(VERY_LONG)),
    (r"\blong\b", _long(LONG)),
    (r"\btable\b", lambda _, __: f"A table:\n\n{_TABLE}"),
    (r"\bcode\b", lambda _, __: f"Some code:\n\n{_CODE}"),
    (r"\bsettings\b", _settings),
    (r"\blist\b|\bhelp\b|\bwhat can you do\b", _list),
)
