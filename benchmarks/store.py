"""What Parley asks of its Redis, and how fast several processes hand over to each other:
`.venv/bin/python benchmarks/store.py [--quick] [part …]` prints one table.

Real processes of the installed program on a real server. Figures are measured, never asserted: the status is 0 whatever they are.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import uvloop

from benchmarks import footprint, handovers, stored_bytes, turn_commands
from benchmarks.figures import Measured, machine, table


class Size(NamedTuple):
    """How often, how many or how long each thing is done."""

    turns: int
    edits: int
    rest: float
    conversations: int
    exchanges: int
    stops: int
    kills: int
    long_lanes: int
    streams: tuple[int, ...]
    returns: int


FULL = Size(turns=5, edits=40, rest=15.0, conversations=20, exchanges=10, stops=50, kills=10, long_lanes=10, streams=(50, 200), returns=10)
QUICK = Size(turns=1, edits=6, rest=7.5, conversations=3, exchanges=4, stops=10, kills=1, long_lanes=0, streams=(10,), returns=1)

Part = Callable[[Size], Awaitable[Measured]]

COUNTED: Mapping[str, Part] = {
    "turns": lambda size: turn_commands.cases(size.turns),
    "edits": lambda size: turn_commands.edits(size.edits),
    "rest": lambda size: turn_commands.rest(size.rest),
    "bytes": lambda size: stored_bytes.measure(size.conversations, size.exchanges),
    "long-takeovers": lambda size: handovers.long_takeovers(size.long_lanes),
}
"""Measured side by side: they count, or wait for many seconds."""

TIMED: Mapping[str, Part] = {
    "stops": lambda size: handovers.stops(size.stops),
    "takeovers": lambda size: handovers.takeovers(size.kills),
    "memory": lambda size: footprint.measure(size.streams),
    "returns": lambda size: handovers.returns(size.returns),
}
"""Measured one after the other."""

PARTS: Mapping[str, Part] = {**COUNTED, **TIMED}


async def measured(size: Size, names: Sequence[str]) -> list[Measured]:
    """What these parts found; what could not be measured is said on standard error and left out."""
    together = await asyncio.gather(*(_part(size, name) for name in names if name in COUNTED))
    return [*together, *[await _part(size, name) for name in names if name in TIMED]]


async def _part(size: Size, name: str) -> Measured:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    try:
        return await PARTS[name](size)
    except Exception as error:  # noqa: BLE001  # the border of a measurement: the others still count
        print(f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
        return Measured(())


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description="Measure what Parley asks of Redis, and print it as one table.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer of everything, in less than 40 seconds on a quiet machine")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    where = machine()
    gc.disable()  # our own pauses would be counted as Parley's
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(measured(QUICK if args.quick else FULL, args.parts or list(PARTS)))
    print(f"{where}\n\n{table([row for part in found for row in part.rows])}")
    for note in (note for part in found for note in part.notes):
        print(f"\n- {note}")


if __name__ == "__main__":
    main()
