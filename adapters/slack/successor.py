"""One reply that a process before us began, brought to its end by updates."""

from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.outlet import SlackOutlet
from adapters.slack.session import Sessions
from adapters.slack.stray import stray
from adapters.slack.thinking import Thinking
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Placeholder, ReplyAddress


class Successor(SlackOutlet):
    """`SlackOutlet` that also finds and ends native streams. `standing`: the messages that are known to stand."""

    def __init__(
        self, client: AsyncWebClient, address: ReplyAddress, *, thinking: Thinking, sessions: Sessions, standing: Sequence[Placeholder]
    ) -> None:
        super().__init__(client, address, thinking=thinking)
        self._sessions = sessions
        self._standing = frozenset(placeholder.data["ts"] for placeholder in standing)
        self._sought = ""
        self._moved_on = False

    async def find(self, nonce: str) -> Placeholder | None:
        """By the nonce, or as a stream that nobody knows. Each look-up begins with what is left to look for."""
        if self._sought != nonce:
            found = await super().find(nonce)
            if found is not None:
                return found
            self._sought = nonce
        ts = await stray(self._client, self._to, known=self._standing)
        self._sought = ""
        return None if ts is None else self._placeholder(ts)

    async def edit(self, placeholder: Placeholder, text: str, *, buttons: Sequence[Button] = (), closed: bool = False) -> None:
        """The session of the thread is moved on with it: whoever began it cannot do that any more."""
        await super().edit(placeholder, text, buttons=buttons, closed=closed)
        if not self._moved_on:
            self._moved_on = True
            self._sessions.active(self._to)
