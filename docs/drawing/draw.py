"""The pictures of the documentation, from the recordings in the repository."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.drawing.look import LOOKS
from docs.drawing.recording import Recording, Version, load
from docs.drawing.sheet import Step, sheet

FOLDER = Path(__file__).parent.parent / "pictures"

Wanted = Callable[[str, bool], bool]
"""Whether a version is meant, by what it shows and whether it is the last."""

STEPS: tuple[tuple[str, Wanted], ...] = (
    ("a sign of life, before the model is asked", lambda text, last: "Turn" not in text),
    ("the first words, as soon as they come", lambda text, last: "Turn" in text),
    ("code is in its box before its end is known", lambda text, last: "def turned" in text and "[::-1]\n```" not in text),
    ("a table is held back while it is no table yet", lambda text, last: "What comes" in text and "desserts" not in text),
    ("then it grows row by row", lambda text, last: "desserts" in text and "came off" not in text),
    ("settled, with its buttons", lambda text, last: last),
)
"""What is worth seeing, in the order in which it comes: of each the first version that shows it."""

README = (STEPS[2][0], STEPS[5][0])
"""The steps of the one picture in the README."""


def steps(recording: Recording) -> list[Step]:
    """Those of `STEPS` that were recorded; edits come by time, so one may fall between two of them."""
    found: dict[Version, str] = {}
    for words, wanted in STEPS:
        for version in recording.versions:
            if version not in found and wanted(_text(version), version is recording.versions[-1]):
                found[version] = words
                break
    return [Step(version, found[version]) for version in recording.versions if version in found]


def drawn(recordings: Mapping[str, Recording] | None = None) -> dict[str, str]:
    """Every picture by its file's name: all steps of each platform, and for the README two of the first."""
    known = recordings or {platform: load(platform) for platform in LOOKS}
    pictures = {f"{platform}.svg": sheet(recording, LOOKS[platform], steps(recording)) for platform, recording in known.items()}
    first = next(iter(LOOKS))
    shown = [step for step in steps(known[first]) if step.words in README]
    return {**pictures, "readme.svg": sheet(known[first], LOOKS[first], shown)}


def _text(version: Version) -> str:
    return "\n".join(shown.text for shown in version.messages)
