"""A reply that belongs to no running turn: nobody takes it up, and no lease guards it."""

from bot.vocabulary.reply import Placeholder


class Unfenced:
    """`ReplyLog` of what is said beside the turns; when its process dies, it stays as it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def opening(self, part: int) -> str:
        return f"{self._name}.{part}"

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        """It is not written down anywhere."""

    async def first(self, name: str) -> bool:
        """What must not happen twice is left to whoever has a journal."""
        return False

    def check(self) -> None:
        """Nobody else writes there."""
