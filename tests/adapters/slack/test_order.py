"""The text after /parley."""

import pytest

from adapters.slack.form import Ticket, submitted, view
from adapters.slack.order import Order, order_from
from bot.vocabulary.commands import CommandSpec, Param
from tests.adapters.slack.doors import SPECS


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("", "help", {}),
        ("   ", "help", {}),
        ("nonsense", "help", {}),
        ("help", "help", {}),
        ("help me please", "help", {}),
        ("Usage", "usage", {}),
        ("persona", "help", {}),
        ("persona use", "persona use", {}),
        ("persona  USE   tutor ", "persona use", {"preset": "tutor"}),
        ("persona use the wrong one", "persona use", {"preset": "the wrong one"}),
        ("persona set Ada You are Ada.\n  Be  brief.", "persona set", {"name": "Ada", "instructions": "You are Ada.\n  Be  brief."}),
    ],
)
def test_order_from(text: str, name: str, args: dict[str, str]) -> None:
    order = order_from(text, SPECS)
    assert (order.name, order.args) == (name, args)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("usage", []),
        ("persona use", []),
        ("persona set", ["name", "instructions"]),
        ("persona set Ada", ["instructions"]),
        ("persona set Ada You are Ada.", []),
    ],
)
def test_a_form_asks_for_what_is_missing(text: str, missing: list[str]) -> None:
    assert [param.name for param in order_from(text, SPECS).missing] == missing


def test_a_form_keeps_to_slacks_sizes() -> None:
    spec = CommandSpec(
        "persona of quite a long name",
        "…",
        params=(
            Param("preset", "", choices=tuple(f"{number}-" + "x" * 90 for number in range(150))),
            Param("text", "Text", long=True, limit=9_000),
        ),
    )
    form = view(Order(spec), Ticket(spec.name, {}, "C1", "https://hooks.example/1"), filled={"text": "y" * 9_000})
    select, text = (block["element"] for block in form["blocks"])
    assert len(form["title"]["text"]) == 24
    assert len(select["options"]) == 100
    assert max(len(option["value"]) for option in select["options"]) == 75
    assert (text["max_length"], len(text["initial_value"])) == (3_000, 3_000)
    assert len(form["private_metadata"]) <= 3_000


def test_what_a_form_remembers_comes_back() -> None:
    order = order_from("persona set Ada", SPECS)
    ticket = Ticket(order.name, dict(order.args), "C1", "https://hooks.example/1")
    form = view(order, ticket, filled={})
    form["state"] = {"values": {"instructions": {"instructions": {"type": "plain_text_input", "value": "Be brief."}}}}
    assert submitted(form) == (ticket, {"name": "Ada", "instructions": "Be brief."})


def test_a_form_remembers_a_short_argument_no_further_than_its_limit() -> None:
    order = order_from("persona set " + "A" * 5_000, SPECS)
    assert order.kept == {"name": "A" * 41}
