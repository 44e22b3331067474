"""The words on a button, the same on all platforms."""

from bot.vocabulary.controls import GOOD, Button, PressKind

_WORDS = {PressKind.STOP: "Stop", PressKind.REGENERATE: "Regenerate", PressKind.CONTINUE: "Continue"}


def label(button: Button) -> str:
    """A few characters for people: a word, a thumb, or the version that a press shows, such as "‹ 1/3"."""
    if button.kind is PressKind.RATE:
        return "👍" if button.value == GOOD else "👎"
    return _WORDS.get(button.kind) or _version(button.value)


def _version(value: str) -> str:
    number, _, count = value.partition("/")
    if number == "1":
        return f"‹ {value}"
    return f"{value} ›" if number == count else value  # which way one in between lies depends on where one is
