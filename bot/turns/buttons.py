"""Which buttons stand under an answer."""

from bot.memory.exchange import Exchange
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from bot.vocabulary.reply import Answered, Failed, Outcome, Stopped, Truncated


def buttons_for(turn: str, asker: str, outcome: Outcome, exchange: Exchange | None = None) -> tuple[Button, ...]:
    """Under the answer of `turn` to `asker`, once it is settled. `exchange`: how it is remembered, with all its versions."""
    has_text = isinstance(outcome, Answered | Truncated | Stopped) and bool(outcome.text.strip())
    if not has_text:  # after a refusal the question must change first
        return (Button(PressKind.REGENERATE, turn, asker),) if isinstance(outcome, Failed | Stopped) else ()
    kinds = [(PressKind.REGENERATE, ""), (PressKind.CONTINUE, ""), (PressKind.RATE, GOOD), (PressKind.RATE, BAD)]
    if isinstance(outcome, Answered):
        kinds.remove((PressKind.CONTINUE, ""))
    if exchange:
        neighbours = (exchange.shown - 1, exchange.shown + 1)
        kinds += [(PressKind.SHOW, f"{number}/{exchange.count}") for number in neighbours if 1 <= number <= exchange.count]
    return tuple(Button(kind, turn, asker, value) for kind, value in kinds)
