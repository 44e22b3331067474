"""What a dead process must not leave behind, read from the store as it stands."""

from bot.memory.history import Memory
from bot.store.connection import Store
from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import ConversationKey
from tests.engine.turns.crew import until

RESTING = {"seen", "lease", "turn", "history", "order", "spend", "settled", "holds", "voices", "heard", "directs"}
"""Kinds of keys that may stand while nothing waits."""


class Afterwards:
    """The store's side of one conversation."""

    def __init__(self, conversation: ConversationKey, store: Store) -> None:
        self._store = store
        self._conversation = conversation
        self._money = ServerKeys(conversation.server_key)

    async def answered(self, turns: int) -> None:
        """Return when so many turns were finished, and no lane waits."""

        async def finished() -> bool:
            kinds = await self._kinds()
            return kinds.count("turn") == turns and "pending" not in kinds

        await until(finished)

    async def history(self) -> list[tuple[str, str]]:
        """What was said and what was answered, oldest first."""
        exchanges = await Memory(self._store, seconds=600, messages=100, tokens=100_000).recent(self._conversation)
        return [("\n".join(line.text for line in exchange.lines), exchange.answer) for exchange in exchanges]

    async def is_clean(self, *, turns: int) -> None:
        """No journal, mailbox, index or lease of anybody is left; `turns` were settled."""
        kinds = await self._kinds()
        assert set(kinds) <= RESTING
        assert kinds.count("turn") == turns
        for key in await self._keys("parley:{*}:lease:*"):
            assert "token" not in await self._store.hash_all(key)

    async def spent(self) -> tuple[int, int]:
        """Millionths of a dollar of all days, and the estimated part of them."""
        days = [await self._store.hash_all(key) for key in await self._keys(self._money.spend("*"))]
        return sum(int(day.get("spent", 0)) for day in days), sum(int(day.get("estimated", 0)) for day in days)

    async def holds(self) -> dict[str, str]:
        """As the ledger's scripts write them: amount, day, and when it ends in server milliseconds; "-" before one that was charged."""
        return await self._store.hash_all(self._money.holds)

    async def holds_run_out(self) -> None:
        """For the server, the time of every hold is over, just now."""
        now, _ = await self._store._client.time()
        for call, hold in (await self.holds()).items():
            amount, day, _ = hold.split()
            await self._store._client.hset(self._money.holds, call, f"{amount} {day} {now * 1000}")

    async def _kinds(self) -> list[str]:
        """Of every key of ours: what follows the braces."""
        return [key.partition("}:")[2].partition(":")[0] for key in await self._keys("parley:{*}:*")]

    async def _keys(self, pattern: str) -> list[str]:
        return [key async for key in self._store._client.scan_iter(match=pattern, count=1000)]
