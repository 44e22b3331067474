"""The stand-in's word list: phrases that stand for each category of the moderation endpoint.

It is small and blunt, made for trying things out: whole words only, and phrases where a single word has a harmless
meaning ("kill a process").
"""

import re
import unicodedata
from collections.abc import Mapping

_PEOPLE = r"(?:him|her|someone|everyone|everybody|people|your family)"
_OTHERS = rf"(?:you|them|{_PEOPLE})"
_GROUPS = r"(?:immigrants|foreigners|jews|muslims|christians|gays|women|blacks|whites|asians|gypsies)"
_MEANS_TO = r"(?:will|gonna|going to|want to)"
_THREAT = rf"{_MEANS_TO} (?:hurt|kill|beat) {_OTHERS}"
_SELF_HARM = r"(?:kill myself|end my life|cut myself|hurt myself|commit suicide)"
_BEHEADING = r"behead(?:ed|ing)"

PATTERNS: Mapping[str, str] = {
    "harassment": rf"you are (?:worthless|pathetic|disgusting|an idiot)|go kill yourself|nobody likes you|{_THREAT}",
    "harassment/threatening": _THREAT,
    "hate": rf"(?:hate all|kill all|deport all|gas the) {_GROUPS}|{_GROUPS} are (?:subhuman|vermin|animals)",
    "hate/threatening": rf"(?:kill all|gas the) {_GROUPS}",
    "illicit": r"how (?:to|do i) (?:build|make) a bomb|cook meth|how to shoplift|buy stolen credit cards",
    "illicit/violent": r"how (?:to|do i) (?:build|make) a bomb|buy an illegal gun",
    "self-harm": rf"{_SELF_HARM}|want to die",
    "self-harm/intent": rf"{_MEANS_TO} {_SELF_HARM}|want to die",
    "self-harm/instructions": rf"how (?:to|do i|can i) {_SELF_HARM}",
    "sexual": r"porn(?:ography)?|explicit sex scene|have sex with me",
    "sexual/minors": r"child porn(?:ography)?|sex with (?:a child|children|minors)",
    "violence": rf"{_THREAT}|how to (?:kill|murder|stab|shoot|strangle) {_PEOPLE}|{_BEHEADING}",
    "violence/graphic": rf"{_BEHEADING}|dismember(?:ed|ing)|guts spill(?:ed|ing)",
}
"""Category to a regular expression over `plain` text."""

CATEGORIES = tuple(PATTERNS)
IMAGE_CATEGORIES = ("self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence", "violence/graphic")
"""Those for which the real endpoint looks at images too."""

_COMPILED = {category: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for category, pattern in PATTERNS.items()}


def plain(text: str) -> str:
    """`text` without case, look-alike forms, invisible characters and punctuation; words separated by one space."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c) != "Cf")
    return " ".join(re.findall(r"\w+", visible.replace("'", "").replace("’", "")))


def matches(text: str) -> frozenset[str]:
    """The categories whose phrases occur in `text`."""
    words = plain(text)
    return frozenset(category for category, pattern in _COMPILED.items() if pattern.search(words))
