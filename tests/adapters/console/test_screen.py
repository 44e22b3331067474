"""What stands above the prompt while an answer grows, and what remains of it."""

import io
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from adapters.console.screen import TerminalScreen, tail
from bot.vocabulary.commands import CommandReply, Table
from bot.vocabulary.reply import Answered, Failed, Notice, Spent, Stopped, TextDelta, Truncated


@dataclass
class Seen:
    """A screen of 40 columns, what was printed on it, and how often it was redrawn."""

    out: io.StringIO = field(default_factory=io.StringIO)
    redrawn: int = 0

    def __post_init__(self) -> None:
        console = Console(file=self.out, width=40, highlight=False, color_system=None)
        self.screen = TerminalScreen(console, redraw=self._count)

    def _count(self) -> None:
        self.redrawn += 1

    @property
    def above(self) -> str:
        return "".join(part[1] for part in self.screen.prompt())


async def test_an_answer_grows_above_the_prompt_and_is_printed_once() -> None:
    seen = Seen()
    seen.screen.expect("m1")
    assert seen.above.startswith("…\n")
    seen.screen.begin("m1")
    seen.screen.show("m1", TextDelta("**Hello"))
    seen.screen.show("m1", TextDelta(" you**"))
    assert seen.above.startswith("**Hello you**\n")
    assert seen.redrawn >= 3
    assert seen.out.getvalue() == ""

    await seen.screen.end("m1", Answered("**Hello you**", "2 tokens"))

    assert seen.above == "› "
    assert seen.out.getvalue().split("\n")[0].strip() == "Hello you"
    assert "2 tokens" in seen.out.getvalue()
    assert not seen.screen.busy


async def test_consecutive_messages_are_answered_once_and_later_ones_still_wait() -> None:
    seen = Seen()
    for message in ("m1", "m2", "m3"):
        seen.screen.expect(message)
    await seen.screen.end("m2", Answered("both"))
    assert seen.screen.busy
    await seen.screen.end("m3", Answered("third"))
    assert not seen.screen.busy


async def test_a_message_typed_meanwhile_does_not_wipe_the_growing_answer() -> None:
    seen = Seen()
    seen.screen.expect("m1")
    seen.screen.begin("m1")
    seen.screen.show("m1", TextDelta("growing"))
    seen.screen.expect("m2")
    assert "growing" in seen.above


async def test_an_attempt_that_failed_leaves_nothing_above_the_next() -> None:
    seen = Seen()
    seen.screen.begin("m1")
    seen.screen.show("m1", TextDelta("half"))
    seen.screen.begin("m1")
    seen.screen.show("m1", Notice("trying again"))
    assert "half" not in seen.above
    assert "trying again" in seen.above


async def test_every_outcome_says_its_note() -> None:
    seen = Seen()
    for outcome in (Truncated("one", "cut"), Stopped("two"), Failed("broken")):
        await seen.screen.end("m", outcome)
    printed = seen.out.getvalue()
    assert all(word in printed for word in ("one", "cut", "two", "Stopped.", "broken"))


async def test_a_model_cannot_command_the_terminal() -> None:
    seen = Seen()
    seen.screen.show("m1", TextDelta("\x1b]0;owned\x07\x9b31mred\r"))
    assert not any((ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160 for letter in seen.above)
    await seen.screen.end("m1", Answered("\x1b[2Jgone"))
    assert "\x1b" not in seen.out.getvalue()


async def test_links_are_shown_with_their_address() -> None:
    seen = Seen()
    await seen.screen.end("m1", Answered("[here](https://example.org/x)"))
    assert "https://example.org/x" in seen.out.getvalue()


async def test_a_table_is_shown_as_one() -> None:
    seen = Seen()
    await seen.screen.reply(CommandReply("Use:", Table(("model", "cost"), (("[bold]m", "$1"),))))
    assert "[bold]m" in seen.out.getvalue()
    assert "$1" in seen.out.getvalue()


@given(st.text(max_size=400), st.integers(2, 60), st.integers(1, 10))
def test_the_tail_fits_whatever_the_text(text: str, width: int, rows: int) -> None:
    shown = tail(text, width=width, rows=rows)
    assert len(shown) <= rows
    assert all(cell_len(row) <= width for row in shown)


@given(st.lists(st.sampled_from(["a", "bb", "ccc ddd", "", "日本"]), min_size=1, max_size=80))
def test_the_tail_ends_as_the_text_does(lines: list[str]) -> None:
    shown = tail("\n".join(lines), width=30, rows=5)
    assert [row for row in shown if row] == [line for line in lines[-len(shown) :] if line]


async def test_what_an_answer_took_stands_under_it_and_under_no_other() -> None:
    seen = Seen()
    seen.screen.begin("m1")
    seen.screen.show("m1", Spent("small", 1200, 34, "$0.0010"))
    await seen.screen.end("m1", Answered("One."))
    assert "small · 1,200 tokens in, 34 out" in seen.out.getvalue()
    assert "$0.0010" in seen.out.getvalue()
    seen.screen.begin("m2")
    await seen.screen.end("m2", Failed("broken"))
    assert seen.out.getvalue().count("$0.0010") == 1
