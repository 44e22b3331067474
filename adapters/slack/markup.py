"""Slack's message markup, made readable. See docs.slack.dev/messaging/formatting-message-text, "Retrieving messages"."""

import re
from collections.abc import Mapping

# Whatever a person types as < arrives as &lt;, so every literal <…> is Slack's own, inside code too.
_TOKEN = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)\|?>")
_CROWD = re.compile(r"<!(?:here|channel|everyone|subteam\^)")
_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)")


def people_in(text: str) -> frozenset[str]:
    """Ids of everybody who is mentioned."""
    return frozenset(_PERSON.findall(text))


def unnamed_channels_in(text: str) -> frozenset[str]:
    """Ids of the channels that are mentioned without their name."""
    return frozenset(_CHANNEL.findall(text))


def addresses_others(text: str, *, bot: str) -> bool:
    """Whether somebody other than `bot` is mentioned: a person, a group, or everybody here."""
    return bool(people_in(text) - {bot} or _CROWD.search(text))


def without_mention(text: str, *, bot: str) -> str:
    """`text` without any mention of `bot`; at its beginning also without the comma or colon that followed."""
    mention = rf"<@{re.escape(bot)}(?:\|[^<>]*)?>"
    text = re.sub(rf"^(?:\s*{mention}(?:[,:](?=\s|$))?\s*)+", "", text)
    return re.sub(rf"[ \t]*{mention}", "", text).strip()


def readable(text: str, names: Mapping[str, str]) -> str:
    """`text` as people see it: tokens in words, escapes undone. `names` of people and channels by id; unknown ones keep their id."""
    shown = [_in_words(part, names, in_code=bool(index % 2)) for index, part in enumerate(_CODE.split(text))]
    return unescaped("".join(shown))


def unescaped(text: str) -> str:
    """The three characters that Slack escapes, as they were typed."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _in_words(part: str, names: Mapping[str, str], *, in_code: bool) -> str:
    return _TOKEN.sub(lambda token: _words(token[1], names, in_code=in_code), part)


def _words(token: str, names: Mapping[str, str], *, in_code: bool) -> str:
    target, _, label = token.partition("|")
    match target[0]:
        case "@":
            return "@" + (names.get(target[1:]) or label or target[1:])
        case "#":
            return "#" + (label or names.get(target[1:]) or target[1:])
        case "!":
            return _special(target[1:], label)
        case _:
            return _link(target, label, in_code=in_code)


def _special(name: str, label: str) -> str:
    if name.startswith("subteam^"):
        return "@" + (label.removeprefix("@") or name.removeprefix("subteam^"))
    return label if label and name.startswith("date^") else f"@{name}"


def _link(url: str, label: str, *, in_code: bool) -> str:
    """A link that Slack made by itself reads as it was typed: its label is the address, or there is none."""
    plain = url.removeprefix("mailto:").removeprefix("tel:")
    if not label:
        return plain
    bare = _SCHEME.sub("", url).rstrip("/")
    if in_code or label.rstrip("/") in (url.rstrip("/"), bare):
        return label
    return f"{label} ({plain})"
