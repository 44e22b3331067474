"""What is an order when it is written as a message, and what is meant for the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.reading import read
from bot.vocabulary.commands import CommandSpec, Param

PRESET = Param("preset", "Which preset", choices=("assistant", "tutor"))
TEXT = Param("instructions", "What I should be like", long=True, limit=3000)
PAIR = (Param("parameter", "Which", choices=("seed", "stop")), Param("value", "Its value"))
OPTIONAL = (Param("day", "Which day", required=False),)
SPECS = (
    CommandSpec("persona list", ""),
    CommandSpec("persona use", "", params=(PRESET,)),
    CommandSpec("persona set", "", params=(TEXT,)),
    CommandSpec("persona tune", "", params=PAIR),
    CommandSpec("usage", "", params=OPTIONAL),
    CommandSpec("reset", ""),
    CommandSpec("stop", ""),
    CommandSpec("help", ""),
)

ORDERS = [
    ("stop", "stop", {}),
    ("  STOP\n", "stop", {}),
    ("/reset", "reset", {}),
    ("/ help", "help", {}),
    ("persona list", "persona list", {}),
    ("Persona   Use\ttutor", "persona use", {"preset": "tutor"}),
    ("persona use TUTOR", "persona use", {"preset": "TUTOR"}),
    ("persona set Be nice.\n\n  Use  `{server}`.", "persona set", {"instructions": "Be nice.\n\n  Use  `{server}`."}),
    ("persona tune seed 7", "persona tune", {"parameter": "seed", "value": "7"}),
    ("persona tune stop END | the end", "persona tune", {"parameter": "stop", "value": "END | the end"}),
    ("usage", "usage", {}),
    ("usage yesterday", "usage", {"day": "yesterday"}),
]
TALK = [
    "",
    " ",
    "/",
    "//stop",
    "stop!",
    "stop words are what?",
    "help me with my homework",
    "reset my password please",
    "persona",
    "persona list all of them",
    "persona use",
    "persona use pirate",
    "persona use tutor please",
    "persona set",
    "persona tune seed",
    "persona tune colour red",
    "please stop",
    "personause tutor",
    "persona\nuse",
    "`stop`",
]


@pytest.mark.parametrize(("text", "name", "args"), ORDERS)
def test_an_order(text: str, name: str, args: dict[str, str]) -> None:
    assert read(SPECS, text) == (name, args)


@pytest.mark.parametrize("text", TALK)
def test_talk_is_left_for_the_model(text: str) -> None:
    assert read(SPECS, text) is None


@given(
    st.text()
    | st.lists(st.sampled_from(["persona", "use", "set", "tune", "stop", "tutor", "/", " ", "\n", "\x1c", "\u3000", "x"])).map("".join)
)
def test_reading_never_fails_and_finds_only_what_fits(text: str) -> None:
    order = read(SPECS, text)
    if order is not None:
        spec = next(spec for spec in SPECS if spec.name == order[0])
        assert {param.name for param in spec.params if param.required} <= order[1].keys() <= {param.name for param in spec.params}
        assert all(value and value == value.strip() for value in order[1].values())
