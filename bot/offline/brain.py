"""Who answers: the one port of this server."""

from typing import Protocol

from bot.offline.reply import Reply


class Brain(Protocol):
    """Something that answers a request for a chat completion. `standin.StandIn` is the real one; tests have a script."""

    async def answer(self, reply: Reply) -> None:
        """Say everything through `reply` and end it. An `ApiError` raised before the first word becomes the response."""
