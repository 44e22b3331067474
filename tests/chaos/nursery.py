"""Brings processes of Parley into the world without their second of imports each: `python -m tests.chaos.nursery` has everything loaded
and forks whoever is asked for. Orders come as JSON lines, and each gets one line back. At the end of orders all of them are killed.
"""

import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.chaos.process import live

HEAVY = ("discord", "docket", "openai", "adapters.discord.opening", "adapters.rendering.pace", "bot.llm.client", "genai_prices")


class Nursery:
    """Children by their process id."""

    def __init__(self) -> None:
        self._alive: set[int] = set()

    def bear(self, role: str, environment: dict[str, str], log: str) -> int:
        """A new process; returns its id."""
        child = os.fork()
        if child:
            self._alive.add(child)
            return child
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        live(role, environment, Path(log))
        os._exit(0)

    def send(self, child: int, number: int) -> None:
        """A signal, if it still lives."""
        if child in self._alive:
            os.kill(child, number)

    def look(self, child: int) -> int | None:
        """Its exit code, negative for the signal that killed it; None while it lives."""
        if child not in self._alive:
            raise LookupError(f"no child {child}")
        pid, status = os.waitpid(child, os.WNOHANG)
        if not pid:
            return None
        self._alive.discard(child)
        return os.waitstatus_to_exitcode(status)

    def end(self) -> None:
        """Nobody is left."""
        for child in self._alive:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def main() -> None:
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever gives the orders
    nursery = Nursery()
    orders: dict[str, Callable[..., Any]] = {"bear": nursery.bear, "send": nursery.send, "look": nursery.look}
    _say("ready")
    try:
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            _say(orders[name](*arguments))
    finally:
        nursery.end()


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
