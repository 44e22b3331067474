"""A reply that belongs to no running turn: nobody takes it up, and no lease guards it."""

from collections.abc import Sequence

from bot.turns.leftovers import Leftovers
from bot.vocabulary.reply import Placeholder


class Unfenced:
    """`ReplyLog` of what is said beside the turns; when its process dies, it stays as it is. `parts` stand already."""

    def __init__(self, name: str, leftovers: Leftovers, parts: Sequence[Placeholder] = ()) -> None:
        self._name = name
        self._leftovers = leftovers
        self._parts = list(parts)

    async def opening(self, part: int) -> str:
        return f"{self._name}.{part}"

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        """It is not written down anywhere; what it stands for can go."""
        await self._leftovers.leave(known for known in self._parts[part:] if known != placeholder)
        self._parts[part:] = [placeholder]

    async def leave(self, given_up: Sequence[Placeholder]) -> None:
        await self._leftovers.leave(given_up)

    async def first(self, name: str) -> bool:
        """What must not happen twice is left to whoever has a journal."""
        return False

    def check(self) -> None:
        """Nobody else writes there."""
