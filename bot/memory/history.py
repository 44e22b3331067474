"""The finished turns of a conversation, oldest first."""

from collections.abc import Sequence

from bot.memory.exchange import Exchange, exchanges
from bot.memory.window import window
from bot.store.connection import Store
from bot.store.keys import ConversationKeys
from bot.vocabulary.conversation import ConversationKey


class Memory:
    """History in Redis, kept for `seconds` after the last turn. Filing is part of the journal's step, under its epoch."""

    def __init__(self, store: Store, *, seconds: int, messages: int, tokens: int) -> None:
        self._store = store
        self.seconds = seconds
        self._messages = messages
        self._tokens = tokens

    @property
    def keep(self) -> int:
        """Turns kept: what the window can show, and room for what later needs more."""
        return 10 * self._messages

    async def recent(self, conversation: ConversationKey) -> tuple[Exchange, ...]:
        """What the model sees of the past."""
        keys = ConversationKeys(conversation)
        turns = await self._store.sorted_range(keys.order, -self._messages, -1)
        entries = await self._store.hash_many(keys.history, turns)
        return self.shown([entry for entry in entries if entry])

    async def before(self, conversation: ConversationKey, turn: str, *, began: int) -> tuple[Exchange | None, tuple[Exchange, ...]]:
        """The exchange of a turn, and what the model saw of the past when that one `began` (server milliseconds)."""
        keys = ConversationKeys(conversation)
        entry, past = await self._store.run("before", [keys.order, keys.history], [turn, began, self._messages])
        return exchanges.load(entry), self.shown(past)

    async def of(self, conversation: ConversationKey, turn: str) -> Exchange | None:
        """The exchange of one turn, if it is remembered."""
        (entry,) = await self._store.hash_many(ConversationKeys(conversation).history, [turn])
        return exchanges.load(entry)

    def shown(self, entries: Sequence[str]) -> tuple[Exchange, ...]:
        """What the model sees of stored exchanges, oldest first."""
        known = [exchange for exchange in map(exchanges.load, entries) if exchange]
        return window(known, messages=self._messages, tokens=self._tokens)

    async def reset(self, conversation: ConversationKey) -> int:
        """Forget everything; a turn that runs now files nothing. Returns the number of turns forgotten."""
        keys = ConversationKeys(conversation)
        return int(await self._store.run("reset", [keys.generation, keys.history, keys.order], [self.seconds]))
