"""What people saw of one answer: every version of it, as the platform was sent it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

FOLDER = Path(__file__).parent / "recordings"


@dataclass(frozen=True, slots=True)
class Button:
    """`accent`: danger, primary, success, or empty for a plain one."""

    label: str
    accent: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it stood at one time, `text` in the platform's Markdown."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """What stood there from `at` on, in seconds after the question; oldest message first."""

    at: float
    messages: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """One answer on one platform, the last version last."""

    platform: str
    question: str
    versions: tuple[Version, ...]

    def save(self) -> None:
        """Into the repository, in a form that shows well what a new recording changed."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (FOLDER / f"{self.platform}.json").write_text(f"{text}\n", encoding="utf-8")


def load(platform: str) -> Recording:
    """The recording in the repository."""
    text = (FOLDER / f"{platform}.json").read_text(encoding="utf-8")
    return TypeAdapter(Recording).validate_json(text)
