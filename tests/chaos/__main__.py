"""Chaos by command: `python -m tests.chaos --turns 200 --lanes 20 --workers 3 [--seed N] [--runs M]`."""

import argparse
import asyncio
import secrets
import sys
from dataclasses import replace

from tests.chaos.plan import plan_for
from tests.chaos.run import Report, run, table


def main() -> int:
    """0 when nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break everything while people ask.")
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--lanes", type=int, default=20)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, help="plays the run of this seed again")
    parser.add_argument("--runs", type=int, default=1, help="so many, with seeds that follow each other")
    parser.add_argument(
        "--without", action="append", default=[], metavar="KIND", help="leaves out this kind of fault, to narrow down a cause"
    )
    parser.add_argument("--keep", action="store_true", help="keeps the processes' logs also when all went well")
    told = parser.parse_args()
    first = secrets.randbelow(1_000_000) if told.seed is None else told.seed
    reports: list[Report] = []
    for seed in range(first, first + told.runs):
        plan = plan_for(seed, turns=told.turns, lanes=told.lanes, workers=told.workers)
        faults = tuple(fault for fault in plan.faults if fault.kind not in told.without)
        report = asyncio.run(run(replace(plan, faults=faults), keep=told.keep))
        reports.append(report)
        if report.violations:
            again = f"python -m tests.chaos --seed {seed} --turns {told.turns} --lanes {told.lanes} --workers {told.workers}"
            sys.stdout.write(f"{report}\nAgain: {again}\n")
    sys.stdout.write(table(reports) + "\n")
    return int(any(report.violations for report in reports))


if __name__ == "__main__":
    sys.exit(main())
