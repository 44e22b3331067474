"""How fast Parley is: `.venv/bin/python benchmarks/latency.py [--quick]` prints one table.

Real processes of the installed program, between a local Discord, Slack and model. Figures are measured, never asserted:
the status is 0 whatever they are.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import uvloop

from benchmarks import discord_turns, slack_turns, starts
from benchmarks.figures import Row, machine, table


class Size(NamedTuple):
    """How often things are done."""

    turns: int
    starts: int


QUICK, FULL = Size(50, 5), Size(200, 10)
Measure = Callable[[int], Awaitable[list[Row]]]


PARTS: dict[str, Measure] = {"starts": starts.measure, "discord": discord_turns.measure, "slack": slack_turns.measure}


async def measured(size: Size, names: Sequence[str]) -> list[Row]:
    """The rows of these parts; what could not be measured is said on standard error and left out."""
    rows: list[Row] = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            rows += await PARTS[name](size.starts if name == "starts" else size.turns)
        except Exception as error:  # noqa: BLE001  # the border of a measurement: the others still count
            print(f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
    return rows


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description="Measure Parley's latencies and print them as one table.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK.turns} turns instead of {FULL.turns}")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    where = machine()
    gc.disable()  # our own pauses would be counted as Parley's
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(measured(QUICK if args.quick else FULL, args.parts or list(PARTS)))
    print(f"{where}\n\n{table(rows)}")


if __name__ == "__main__":
    main()
