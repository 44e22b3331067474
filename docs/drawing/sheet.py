"""A picture: one answer, step by step, each step with the time it took."""

from collections.abc import Sequence
from dataclasses import dataclass

from docs.drawing.canvas import Canvas
from docs.drawing.look import Look
from docs.drawing.message import Scribe
from docs.drawing.recording import Recording, Shown, Version
from docs.drawing.widths import sans

PANEL = 500
"""Pixels that a step is wide."""

PADDING = 16
GUTTER = 14
LABEL = 34
"""Pixels above a panel: its time, and what is to be seen."""

INK, FAINT, FRAME, PAPER, BACK = "#1f2328", "#59636e", "#d1d9e0", "#ffffff", "#f6f8fa"
ASKER, BOT = "Ada", "Parley"


@dataclass(frozen=True, slots=True)
class Step:
    """A version worth seeing, and why."""

    version: Version
    words: str


def sheet(recording: Recording, look: Look, steps: Sequence[Step], *, beside: int = 2) -> str:
    """The question, then the steps, `beside` each other; the SVG as text."""
    width = beside * PANEL + (beside + 1) * GUTTER
    canvas = Canvas()
    height = _drawn(canvas, recording, look, steps, beside)
    whole = Canvas()
    whole.box(0, 0, width, height, fill=BACK, round=8)
    whole.over(canvas)
    return whole.picture(width, height, title=f"One answer on {look.name}, step by step")


def _drawn(canvas: Canvas, recording: Recording, look: Look, steps: Sequence[Step], beside: int) -> float:
    y = _question(canvas, recording, look, GUTTER, beside * PANEL + (beside - 1) * GUTTER)
    for begin in range(0, len(steps), beside):
        row = steps[begin : begin + beside]
        x = [GUTTER + number * (PANEL + GUTTER) for number in range(beside)]
        y += max(_panel(canvas, look, step, left, y) for step, left in zip(row, x, strict=False)) + GUTTER
    return y + 4


def _panel(canvas: Canvas, look: Look, step: Step, x: float, y: float) -> float:
    """One step; returns how high it is."""
    _label(canvas, step, x, y)
    inner = _answer(Canvas(), look, step.version, 0, 0) + 2 * PADDING
    canvas.box(x + 0.5, y + LABEL + 0.5, PANEL - 1, inner, fill=PAPER, line=FRAME, round=8)
    _answer(canvas, look, step.version, x + PADDING, y + LABEL + PADDING)
    return LABEL + inner


def _question(canvas: Canvas, recording: Recording, look: Look, y: float, width: float) -> float:
    """Who asked what; returns where it ends."""
    asked = Shown(f"[@{BOT}](mention) {recording.question}")
    height = 2 * PADDING + 44
    canvas.box(GUTTER + 0.5, y + 0.5, width - 1, height, fill=PAPER, line=FRAME, round=8)
    Scribe(canvas, look).message(ASKER, asked, GUTTER + PADDING, y + PADDING, width - 2 * PADDING, app=False)
    return y + height + GUTTER


def _answer(canvas: Canvas, look: Look, version: Version, x: float, y: float) -> float:
    down = 0.0
    for number, shown in enumerate(version.messages):
        down += 14 if number else 0
        down += Scribe(canvas, look).message(BOT, shown, x, y + down, PANEL - 2 * PADDING, app=True)
    return down


def _label(canvas: Canvas, step: Step, x: float, y: float) -> None:
    time = f"{step.version.at:.1f} s"
    width = sans(time, 13, bold=True) + 18
    canvas.box(x, y + 4, width, 23, fill=INK, round=11.5)
    canvas.text(x + width / 2, y + 20, time, style="sb", size=13, fill=PAPER)
    canvas.text(x + width + 10, y + 20, step.words, style="s", size=13.5, fill=FAINT, width=sans(step.words, 13.5))
