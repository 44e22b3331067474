"""Lines typed at the prompt: what is an order, what is said, what completes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from adapters.console.orders import OrderCompleter, leaves, parse, unknown
from bot.vocabulary.commands import CommandSpec, Param

USE = CommandSpec("persona use", "Use a preset", params=(Param("preset", "Which preset", choices=("tutor", "translator")),))
SET = CommandSpec("persona set", "Own words", params=(Param("instructions", "What I should be like", long=True, limit=3000),))
TUNE = CommandSpec("persona tune", "Tune", params=(Param("parameter", "Which", choices=("seed", "stop")), Param("value", "Its value")))
SPECS = (USE, SET, TUNE, CommandSpec("reset", "Forget"), CommandSpec("help", "Help"), CommandSpec("stop", "Stop"))


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ("/reset", "reset", {}),
        ("  /RESET ", "reset", {}),
        ("clear", "reset", {}),
        ("/clear", "reset", {}),
        ("help", "help", {}),
        ("stop", "stop", {}),
        ("/persona use tutor", "persona use", {"preset": "tutor"}),
        ("/Persona Use Tutor", "persona use", {"preset": "Tutor"}),
        ("/persona set", "persona set", {}),
        ("/persona set Speak  like a pirate", "persona set", {"instructions": "Speak like a pirate"}),
        ("/persona tune stop END OF TEXT", "persona tune", {"parameter": "stop", "value": "END OF TEXT"}),
    ],
)
def test_orders_are_read(line: str, name: str, args: dict[str, str]) -> None:
    order = parse(line, SPECS)
    assert order is not None
    assert (order.spec.name, order.args, order.wrong) == (name, args, "")


@pytest.mark.parametrize("line", ["reset everything please", "what is /etc/hosts?", "/etc/hosts what is it", "", "/", "hello", "/persona"])
def test_what_is_said_is_no_order(line: str) -> None:
    assert parse(line, SPECS) is None


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("/persona use", "tutor, translator"),
        ("/persona use wizard", "`wizard` is none of: tutor, translator"),
        ("/persona tune seed", "/persona tune <parameter> <value>"),
        ("/reset now", "takes nothing more"),
    ],
)
def test_a_wrong_order_says_what_to_write(line: str, part: str) -> None:
    order = parse(line, SPECS)
    assert order is not None
    assert part in order.wrong


def test_a_mistyped_order_is_not_sent_to_the_model() -> None:
    assert unknown("/presona use tutor")
    assert not unknown("/etc/hosts is a file")
    assert not unknown("and/or")


@pytest.mark.parametrize("line", ["quit", "exit", "/quit", " EXIT "])
def test_leaving(line: str) -> None:
    assert leaves(line)
    assert not leaves(f"{line} smoking")


def completions(line: str) -> list[str]:
    found = OrderCompleter(SPECS).get_completions(Document(line), CompleteEvent())
    return [line[: len(line) + completion.start_position] + completion.text for completion in found]


def test_tab_completes_orders_and_choices() -> None:
    assert completions("/re") == ["/reset"]
    assert completions("/persona use t") == ["/persona use tutor", "/persona use translator"]
    assert completions("/persona tune ") == ["/persona tune seed", "/persona tune stop"]
    assert completions("/persona tune seed ") == []
    assert completions("hello /re") == []


@given(st.text())
def test_no_line_breaks_the_prompt(line: str) -> None:
    order = parse(line, SPECS)
    assert order is None or order.spec in SPECS
    assert isinstance(completions(f"/{line}"), list)
