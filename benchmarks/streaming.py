"""How answers stream, many at once: `.venv/bin/python benchmarks/streaming.py [--quick] [--k 1,10,50] [--runs 3] [discord] [slack]`.

Parley as the installed program, and beside it a floor: the least that an asyncio program does for the same calls (`benchmarks/floor.py`).
The local platforms run in this process with the limits that Discord and Slack document, the model in one of its own. Figures are
measured, never asserted: the status is 0 whatever they are.
"""

import argparse
import asyncio
import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
import uvloop

from benchmarks.figures import machine
from benchmarks.process import ROOT, Running, program, running
from benchmarks.stream_figures import Run, Told, joined
from benchmarks.stream_places import Place, place
from benchmarks.stream_table import columns, lines
from benchmarks.stream_text import flat, seen, shown, whole
from tests.fakes.redis_servers import SingleServer

MANY, QUICK = (1, 10, 50, 200, 1000), (1, 10, 50)
CHUNKS, LONG = 300, 1300
RATE = 50.0
ROUNDS = {1: 3}
"""One answer alone says little about CPU time: it is asked for so often, one after the other."""

PROGRAMS = ("floor", "Parley")
MARGINAL = 50
"""Where the marginal cost is measured, on Discord: on Slack the workspace's budgets, not the chunks, say how often is edited."""

WARM_UP = 3
"""First answers, five chunks each, for which a process loads and opens what it then keeps."""

REST_SECONDS, AFTER_SECONDS, LOOK_SECONDS = 3.0, 1.0, 0.1
PATIENCE = 600.0
"""Seconds after which what has no final text is lost."""


class Order(NamedTuple):
    """What is asked of a bot at once."""

    k: int
    chunks: int
    rate: float
    patience: float


@asynccontextmanager
async def model(rate: float) -> AsyncIterator[str]:
    """Its address."""
    command = (sys.executable, "-m", "benchmarks.stream_model", str(rate))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def bot(who: str, where: str, settings: dict[str, str]) -> AsyncIterator[Running]:
    """Parley, or the floor."""
    if who == "floor":
        async with program(sys.executable, "-m", "benchmarks.floor", where, settings=settings | {"PYTHONPATH": str(ROOT)}) as process:
            yield process
        return
    with SingleServer() as redis:
        async with running("run", where, settings=settings | {"REDIS_URL": redis.url, "SLOTS": "2000"}) as process:
            yield process


async def measured(who: str, where: str, order: Order) -> Run:
    """A fresh platform, model and bot, and K answers at once."""
    rounds = ROUNDS.get(order.k, 1)
    size = WARM_UP + order.k * rounds
    async with place(where, size) as there, model(order.rate) as address:
        settings = there.settings | {"OPENAI_BASE_URL": f"{address}/v1", "OPENAI_MODEL": "test-model", "OPENAI_MAX_TOKENS": "4000"}
        async with bot(who, where, settings) as process:
            await there.joined()
            await asyncio.sleep(1.0)
            await _answered(there, range(WARM_UP), 5, process, order.patience)
            await asyncio.sleep(1.0)
            cpu = process.cpu
            await asyncio.sleep(REST_SECONDS)
            rest = (process.cpu - cpu) / REST_SECONDS
            starts = range(WARM_UP, size, order.k)
            run = joined([await _round(there, range(start, start + order.k), order, process, rest, address) for start in starts])
            if any(each.whole is None or not each.right for each in run.answers):
                print(f"{who}, {order.k} at once, said last:\n{process.last_words}", file=sys.stderr)
            return run


async def _round(there: Place, numbers: range, order: Order, process: Running, rest: float, address: str) -> Run:
    cpu, memory, refused, began = process.cpu, process.rss, there.refused, time.monotonic()
    most = await _answered(there, numbers, order.chunks, process, order.patience)
    await asyncio.sleep(AFTER_SECONDS)
    wall = time.monotonic() - began
    used = max(0.0, process.cpu - cpu - rest * wall)
    left = await _left(address)
    answers = [_told(there, number, left.get(number, []), order.chunks) for number in numbers]
    return Run(answers, there.edits(began), there.refused - refused, used, wall, (most - memory) * 1024**2)


async def _answered(there: Place, numbers: range, chunks: int, process: Running, patience: float) -> float:
    """All of them at once, until each has its final text; the most memory that was in use, in MB."""
    until = time.monotonic() + patience
    for number in numbers:
        await there.ask(number, f"question {number}, {chunks} chunks")
    waiting, most = set(numbers), 0.0
    while waiting and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        most = max(most, process.rss)
        waiting = {number for number in waiting if not any(shown(text) >= chunks for text in there.standing(number)[-2:])}
    return most


async def _left(address: str) -> dict[int, list[float]]:
    """When the model handed out each chunk, by question."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/log") as response:
        return {each["number"]: each["times"][-1] for each in await response.json()}


def _told(there: Place, number: int, left: Sequence[float], chunks: int) -> Told:
    versions, standing = there.versions(number), there.standing(number)
    text = whole(chunks)
    right = any(flat(standing[first:]) == text for first in range(len(standing)))
    return Told(there.asked[number], left, seen(versions), right)


async def compared(where: str, order: Order, runs: int) -> None:
    """Floor and Parley in turn, and the medians of so many `runs`, printed as they come."""
    longer = where == "discord" and order.k == MARGINAL
    short: dict[str, list[Run]] = {who: [] for who in PROGRAMS}
    long: dict[str, list[Run]] = {who: [] for who in PROGRAMS}
    for _ in range(runs):
        for who in PROGRAMS:
            gc.collect()
            short[who].append(await measured(who, where, order))
            long[who] += [await measured(who, where, order._replace(chunks=LONG))] if longer else []
    floor, parley = short.values()
    print("\n".join(lines(order.k, floor, parley, longer=(long["floor"], long["Parley"]), chunks=LONG - CHUNKS)), flush=True)
    if slow := [f"{who} {run.rate:.0f}" for who, these in short.items() for run in these if run.rate < 0.98 * order.rate]:
        print(f"chunks a second and stream that the model came to: {', '.join(slow)}", flush=True)


async def main_of(parts: Sequence[str], orders: Sequence[Order], runs: int) -> None:
    """All of them, one after the other."""
    for where in parts:
        print(f"\n{where}\n\n{columns()}", flush=True)
        for order in orders:
            await compared(where, order, runs)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description="Measure how answers stream, many at once, beside the least that a program needs for it.")
    parser.add_argument("parts", nargs="*", metavar="part", help="discord, slack; both by default")
    parser.add_argument("--k", type=_numbers, metavar="K,K,…", help=f"conversations at once; by default {','.join(map(str, MANY))}")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="of each, in turn; the medians are printed")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(map(str, QUICK))}")
    parser.add_argument("--chunks-per-second", type=float, default=RATE, metavar="N", help=f"of each stream; {RATE:g} by default")
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar="S", help="what has no final text after so long is lost")
    args = parser.parse_args()
    if unknown := set(args.parts) - {"discord", "slack"}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are discord, slack")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 20_000)), hard))
    many = args.k or (QUICK if args.quick else MANY)
    orders = [Order(k, CHUNKS, args.chunks_per_second, args.patience) for k in many]
    print(machine())
    gc.disable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main_of(args.parts or ["discord", "slack"], orders, max(1, args.runs)))
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
