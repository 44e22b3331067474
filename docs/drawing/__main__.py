"""`python -m docs.drawing` draws the pictures anew; `python -m docs.drawing record` lets Parley answer first."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from docs.drawing.draw import FOLDER, STEPS, drawn, steps
from docs.drawing.recording import Recording

ATTEMPTS = 5


async def _whole(record: Callable[[], Awaitable[Recording]]) -> Recording:
    """A recording with every step in it: edits come by the clock, and one may pass over a step."""
    for _ in range(ATTEMPTS):
        recording = await record()
        if len(steps(recording)) == len(STEPS):
            return recording
    raise SystemExit(f"{recording.platform}: {len(steps(recording))} of {len(STEPS)} steps in each of {ATTEMPTS} recordings")


def main() -> None:
    if sys.argv[1:] == ["record"]:
        from docs.drawing.record import record_discord, record_slack

        for record in (record_discord, record_slack):
            asyncio.run(_whole(record)).save()
    for name, picture in drawn().items():
        (FOLDER / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
