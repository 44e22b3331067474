"""What the processes of a run wrote down that nobody expected: defects that were caught at a task's border and survived."""

import json
from collections.abc import Iterator
from pathlib import Path

FOREIGN = ("docket",)
"""Loggers whose own traces of an outage are no defect of ours."""


def defects_in(folder: Path) -> list[str]:
    """One sentence for each trace of our own, and for each line that is no log line."""
    return [f"{log.stem} logged: {said}" for log in sorted(folder.glob("*.log")) for said in _unexpected(log.read_text(errors="replace"))]


def _unexpected(text: str) -> Iterator[str]:
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            if not line.startswith((" ", "\t")):
                yield line[:200]
            continue
        if "exception" in entry and not str(entry.get("logger")).startswith(FOREIGN):
            yield f"{entry.get('event')}: {entry['exception'].strip().splitlines()[-1][:200]}"
