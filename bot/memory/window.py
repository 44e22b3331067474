"""Which part of a conversation the model sees: the newest whole exchanges that fit."""

from collections.abc import Sequence

from bot.memory.exchange import Exchange
from bot.vocabulary.tokens import estimate


def window(history: Sequence[Exchange], *, messages: int, tokens: int) -> tuple[Exchange, ...]:
    """The newest exchanges of `history` (oldest first) that together stay within `messages` and estimated `tokens`.

    An exchange is never split, and none is left out in the middle.
    """
    chosen: list[Exchange] = []
    for exchange in reversed(history):
        messages -= len(exchange.lines) + 1
        tokens -= size(exchange)
        if messages < 0 or tokens < 0:
            break
        chosen.append(exchange)
    return tuple(reversed(chosen))


def size(exchange: Exchange) -> int:
    """Estimated tokens of everything in an exchange."""
    return sum(estimate(line.name) + estimate(line.text) for line in exchange.lines) + estimate(exchange.answer)
