"""`parley doctor`: what was looked at, what was seen, and what to do about it."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.vocabulary.finding import Finding, Level

MARKS = {Level.OK: ("✓", "green"), Level.WARNING: ("!", "yellow"), Level.FATAL: ("✗", "bold red")}


def report(findings: Sequence[Finding], console: Console) -> int:
    """Print them all; returns the exit status: 1 when one of them keeps Parley from working."""
    for finding in findings:
        mark, style = MARKS[finding.level]
        console.print(Text.assemble((f"{mark} ", style), (finding.subject, "bold"), f": {finding.seen}"))
        if finding.remedy:
            console.print(Padding(Text(f"→ {finding.remedy}"), (0, 0, 0, 2)))
    fatal = sum(finding.level is Level.FATAL for finding in findings)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    console.print()
    console.print(_verdict(fatal, warnings))
    return 1 if fatal else 0


def _verdict(fatal: int, warnings: int) -> str:
    if fatal:
        return f"{fatal} {'problem keeps' if fatal == 1 else 'problems keep'} Parley from working."
    if warnings:
        return f"Parley can work; {warnings} {'thing is' if warnings == 1 else 'things are'} worth a look."
    return "All is well."
