"""How findings are told."""

import io

import pytest
from rich.console import Console

from adapters.console.doctor import report
from bot.vocabulary.finding import Finding, Level

FINE = Finding(Level.OK, "Redis", "reachable")
ODD = Finding(Level.WARNING, "AOF", "off", "Set appendonly yes.")
BAD = Finding(Level.FATAL, "Model key", "refused [401]", "Set OPENAI_API_KEY.")


@pytest.mark.parametrize(
    ("findings", "status", "last"),
    [
        ([FINE], 0, "All is well."),
        ([FINE, ODD], 0, "Parley can work; 1 thing is worth a look."),
        ([FINE, ODD, BAD], 1, "1 problem keeps Parley from working."),
        ([BAD, BAD], 1, "2 problems keep Parley from working."),
    ],
)
def test_every_finding_is_told_with_its_remedy(findings: list[Finding], status: int, last: str) -> None:
    out = io.StringIO()
    assert report(findings, Console(file=out, width=100)) == status
    told = out.getvalue()
    assert all(f"{finding.subject}: {finding.seen}" in told for finding in findings)
    assert all(f"→ {finding.remedy}" in told for finding in findings if finding.remedy)
    assert told.rstrip().endswith(last)
