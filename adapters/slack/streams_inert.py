"""What is put into the model's Markdown on its way into a native stream, where nothing can be taken back: insertions, no more.

Each of them depends on the text before it and on at most `AHEAD` characters behind, so that it is known soon and stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.rendering.markdown.lines import Kind, lines
from adapters.rendering.markdown.links import host, shows

ZERO_WIDTH = "\u200b"
AHEAD = 300
"""Characters within which an address in <> must end: a longer one is broken."""
CODE = 120
"""Characters within which code in a line must end: a longer run is read as text."""

Numbers = tuple[tuple[int, int], ...]

_CALL = re.compile(r"<(?:@[UW]|#[CDG]|!(?i:channel|here|everyone|group|subteam|date)(?![a-z]))")
"""What is a mention to Slack (docs.slack.dev/messaging/formatting-message-text), in code too, and nothing else."""
_CALLS = ("@", "#", "!channel", "!here", "!everyone", "!group", "!subteam", "!date")
_CROWD = re.compile(r"(?<![\w@/])@(?:channel|here|everyone)(?!\w)", re.IGNORECASE)
_CROWDS = ("channel", "here", "everyone")
_SCHEME = re.compile(r"<(?:https?:|mailto:|tel:)", re.IGNORECASE)
_SCHEMES = ("https:", "http:", "mailto:", "tel:")
_LONGEST = max(map(len, (*_CALLS, *_CROWDS, *_SCHEMES)))
_MASKED = re.compile(r"<[^\s<>|]*(?P<end>[\s<>|])")
_TITLE = r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?"
_LINK = re.compile(rf"\]\([ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>(?:[^\s()<>]|\([^\s()<>]*\))*)){_TITLE}[ \t]*\)")
_TOKEN = re.compile(r"\\[\[\]`]|(?P<code>`+)|(?P<link>\]\()|(?P<angle><)|(?P<at>@)")
_ITEM = re.compile(r"[ \t]*(\d{1,9})[.)]")


@dataclass(frozen=True, slots=True)
class Change:
    """`text` stands in place of characters `start` to `end`, which are none unless a list's number is counted on."""

    start: int
    end: int
    text: str


def changes(text: str, numbers: Numbers, *, whole: bool) -> tuple[list[Change], int]:
    """What is put into `text`, a page, and how many of its characters are decided: all when it is `whole`."""
    found: list[Change] = []
    for start, run, code in _runs(text, numbers):
        told = whole or start + len(run) < len(text)
        for change in _in_code(run, 0, len(run), whole=told) if code else _in_prose(run, whole=told):
            if isinstance(change, int):
                return _in_order(found, text, numbers), start + change
            found.append(Change(start + change.start, start + change.end, change.text))
    return _in_order(found, text, numbers), len(text)


def _in_order(found: list[Change], text: str, numbers: Numbers) -> list[Change]:
    return sorted([*found, *(_counted(text, numbers) if numbers else ())], key=lambda change: (change.start, change.end))


def _runs(text: str, numbers: Numbers) -> Iterator[tuple[int, str, bool]]:
    """Lines of code, and all else between them: where each begins, what it says, and whether it is code."""
    start, code = 0, False
    for line in lines(text, numbers):
        now = line.kind in (Kind.OPEN, Kind.CODE, Kind.CLOSE)
        if now is not code:
            if line.start > start:
                yield start, text[start : line.start], code
            start, code = line.start, now
    if len(text) > start:
        yield start, text[start:], code


def _in_code(run: str, start: int, end: int, *, whole: bool) -> Iterator[Change | int]:
    """Mentions, and addresses behind a text of their own. An int tells how far the text is decided."""
    while (at := run.find("<", start, end)) >= 0:
        start, made = at + 1, _angle(run, at, whole=whole)
        if made is not None:
            yield made


def _in_prose(run: str, *, whole: bool) -> Iterator[Change | int]:
    """Mentions, addresses behind a text of their own, and where links lead. An int tells how far the text is decided."""
    at = 0
    while (token := _TOKEN.search(run, at)) is not None:
        at = token.end()
        made: Change | int | None = None
        if token["code"]:
            end = _code_end(run, token)
            if end is None and not whole and len(run) < token.end() + CODE and "\n\n" not in run[token.end() :]:
                yield token.start()
                return
            if end is not None:
                yield from _in_code(run, at, end, whole=True)
                at = end
        elif token["link"]:
            made = _told(run, token.start())
        elif token["angle"]:
            made = _angle(run, token.start(), whole=whole)
        elif token["at"]:
            made = _crowd(run, token.start(), whole=whole)
        if made is not None:
            yield made
        if isinstance(made, int):
            return


def _broken(at: int) -> Change:
    return Change(at, at, ZERO_WIDTH)


def _half(run: str, at: int, words: tuple[str, ...]) -> bool:
    """Whether what comes from `at` on may still become one of `words`, or one of them that goes on."""
    return len(run) - at <= _LONGEST and any(word.startswith(run[at:].lower()) for word in words)


def _code_end(run: str, token: re.Match[str]) -> int | None:
    closing = re.compile(rf"(?<!`){token['code']}(?!`)").search(run, token.end(), token.end() + CODE)
    return closing.end() if closing and "\n\n" not in run[token.end() : closing.start()] else None


def _angle(run: str, at: int, *, whole: bool) -> Change | int | None:
    if _CALL.match(run, at):
        return _broken(at + 1)
    if not whole and _half(run, at + 1, _CALLS + _SCHEMES):
        return at
    if not _SCHEME.match(run, at):
        return None
    masked = _MASKED.match(run, at, at + AHEAD)
    if masked is None:
        return _broken(at + 1) if whole or len(run) >= at + AHEAD else at
    return _broken(at + 1) if masked["end"] == "|" else None


def _crowd(run: str, at: int, *, whole: bool) -> Change | int | None:
    if not whole and _half(run, at + 1, _CROWDS) and not re.match(r"[\w@/]", run[at - 1 : at]):
        return at
    return _broken(at + 1) if _CROWD.match(run, at) else None


def _told(run: str, at: int) -> Change | None:
    """The host behind a link that has a text, unless the text tells it."""
    link = _LINK.match(run, at)
    opened = run.rfind("[", max(at - 4 * AHEAD, 0), at)
    if link is None or opened < 0:
        return None
    name = host(link["angled"] or link["bare"] or "")
    return None if not name or shows(run[opened + 1 : at], name) else Change(link.end(), link.end(), f" ({name})")


def _counted(text: str, numbers: Numbers) -> Iterator[Change]:
    """Numbers of a list that goes on from the page before, as they go on."""
    for line in lines(text, numbers):
        found = _ITEM.match(line.text) if line.kind is Kind.ITEM else None
        if found is not None and line.after.number and int(found[1]) != line.after.number:
            yield Change(line.start + found.start(1), line.start + found.end(1), str(line.after.number))
