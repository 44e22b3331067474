"""Figures, and the one table they are printed in."""

import math
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import StoreUnavailable
from bot.store.embedded import server_binary

HEADS = ("measured", "unit", "n", "median", "p95", "p99", "worst", "target")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `values`: times in seconds, also where ms are shown, all else in `unit`.

    `wanted`: how many there should be, 0 for as many as there are.
    """

    name: str
    values: Sequence[float]
    target: str = ""
    unit: str = "ms"
    wanted: int = 0

    def cells(self) -> tuple[str, ...]:
        """As text, one for each of `HEADS`."""
        count = str(len(self.values)) + (f" of {self.wanted}" if self.wanted > len(self.values) else "")
        tails = [quantile(self.values, share) if len(self.values) >= least else None for share, least in ((0.95, 20), (0.99, 50))]
        shown = (self._shown(value) for value in (quantile(self.values, 0.5), *tails))
        return (self.name, self.unit, count, *shown, self._shown(max(self.values, default=None)), self.target)

    def _shown(self, value: float | None) -> str:
        if value is None:
            return "-"
        if self.unit == "ms":
            return f"{value * 1000:.1f}"
        return f"{value:.2f}" if self.unit == "s" else f"{value:,.2f}".removesuffix(".00")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a part of a benchmark found out: lines of the table, and sentences that stand under it."""

    rows: Sequence[Row]
    notes: Sequence[str] = ()


def quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank quantile (the median as usual); None of nothing."""
    if not values:
        return None
    if share == 0.5:
        return statistics.median(values)
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(rows: Sequence[Row]) -> str:
    """Markdown, aligned so that it also reads well in a terminal."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    printed = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in (printed[0], rule, *printed[1:]))


def machine() -> str:
    """Where this was measured, in one line."""
    load = f"{os.getloadavg()[0]:.1f}"
    cores = f"{os.cpu_count()} cores ({_processor()}), load {load} at the start"
    return f"{cores}; {platform.system()} {platform.machine()}; Python {platform.python_version()}; {_server()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123  # a device of Linux, not a path of ours
            return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    except OSError:
        return platform.processor() or "unknown"


def _server() -> str:
    try:
        said = subprocess.run([server_binary(), "--version"], capture_output=True, text=True, check=False).stdout
    except (OSError, StoreUnavailable):
        return "no Redis server"
    words = dict(part.partition("=")[::2] for part in said.split() if "=" in part)
    return " ".join(said.split()[:1]) + f" server {words.get('v', '?')}"
