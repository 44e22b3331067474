"""Discord's markup as people read it: mentions become names; nothing inside code is touched."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

TOKEN = re.compile(
    r"<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>|<#(?P<channel>\d+)>|<a?:(?P<emoji>\w+):\d+>"
    r"|<t:(?P<time>-?\d{1,12})(?::[a-zA-Z])?>|</(?P<command>[^:<>]+):\d+>"
)
TICKS = re.compile(r"`+")
LATEST = 253_402_300_799
"""The last second of the year 9999, where `datetime` ends."""
CLINGING = ",.;:!?)"
BLANK_START = re.compile(r"\A(?:[ \t]*\n)+")

Lookup = Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in a text are called; None for what we do not know."""

    user: Lookup
    role: Lookup
    channel: Lookup


@dataclass(frozen=True, slots=True)
class Own:
    """The ids that mean Parley: its user, and the roles that Discord made for it."""

    users: Collection[int] = ()
    roles: Collection[int] = ()

    def named_by(self, token: re.Match[str]) -> bool:
        """Whether this token calls Parley."""
        if token["user"]:
            return int(token["user"]) in self.users
        return bool(token["role"]) and int(token["role"]) in self.roles


def readable(text: str, names: Names, *, drop: Own | None = None) -> str:
    """`text` with every token outside code in words, and what names `drop` taken out without leaving a gap."""
    code = code_spans(text)
    out, at = "", 0
    for token in TOKEN.finditer(text):
        if _inside(token.start(), code):
            continue
        out += text[at : token.start()]
        at = token.end()
        if drop is not None and drop.named_by(token):
            out, at = _closed(out, text, at)
        else:
            out += _words(token, names)
    return BLANK_START.sub("", out + text[at:]).rstrip()


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where code stands, as start and end: three or more backticks up to the next three, fewer up to as many again.

    Ticks that nothing closes are no code, as on Discord.
    """
    spans: list[tuple[int, int]] = []
    at, hopeless = 0, set[int]()
    while opening := TICKS.search(text, at):
        length = min(len(opening[0]), 3)
        closing = None if length in hopeless else _closing(length).search(text, opening.end())
        if closing is None:
            hopeless.add(length)
            at = opening.end()
        else:
            at = closing.end()
            spans.append((opening.start(), at))
    return spans


def _closing(length: int) -> re.Pattern[str]:
    return re.compile("```" if length == 3 else rf"(?<!`)`{{{length}}}(?!`)")


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    before = bisect_right(spans, position, key=lambda span: span[0]) - 1
    return before >= 0 and position < spans[before][1]


def _closed(out: str, text: str, at: int) -> tuple[str, int]:
    """Closes the gap a mention leaves: what stands before it, and where the text goes on."""
    left = out.rstrip(" \t")
    gap = left != out or text[at : at + 1] in (" ", "\t")
    if not left.strip() and text[at : at + 1] in (",", ":"):  # "@Parley, how are you"
        at += 1
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    following = text[at : at + 1]
    if left.endswith("\n") and following == "\n":  # it had a line of its own
        return left, at + 1
    joined = gap and left and not left.endswith("\n") and following not in ("", "\n", *CLINGING)
    return left + (" " if joined else ""), at


def _words(token: re.Match[str], names: Names) -> str:
    kind = token.lastgroup
    value = token[kind] if kind else ""
    match kind:
        case "user":
            return f"@{names.user(int(value)) or 'unknown-user'}"
        case "role":
            return f"@{names.role(int(value)) or 'unknown-role'}"
        case "channel":
            return f"#{names.channel(int(value)) or 'unknown-channel'}"
        case "emoji":
            return f":{value}:"
        case "time":
            return _moment(int(value)) or token[0]
        case _:
            return f"/{value}"


def _moment(seconds: int) -> str:
    if not 0 <= seconds <= LATEST:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
