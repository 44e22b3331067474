"""What `parley doctor` finds."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is: `FATAL` keeps Parley from working."""

    OK = "ok"
    WARNING = "warning"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was seen and, unless it is fine, what to do about it."""

    level: Level
    subject: str
    seen: str
    remedy: str = ""
