"""The lane scripts, called as they are, for one lane: what the store promises to whoever works on it."""

from dataclasses import dataclass
from typing import Any

from bot.store.connection import Store
from bot.store.keys import ConversationKeys, LaneKeys
from bot.vocabulary.lane import Lane

TTL = 60
"""Seconds that everything lives here."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """Every script of a lane with its keys. `epoch` is the epoch of whoever calls."""

    store: Store
    lane: Lane

    @property
    def of(self) -> LaneKeys:
        return LaneKeys(self.lane)

    @property
    def shared(self) -> ConversationKeys:
        return ConversationKeys(self.lane.conversation)

    async def join(self, event: str, *, most: int = 10) -> str:
        keys = [self.shared.seen(event), self.of.mailbox, self.shared.pending]
        return str(await self.store.run("join", keys, [str(self.lane), event, most, TTL, TTL]))

    async def take(self, token: str, *, milliseconds: int = 10_000) -> int:
        """The epoch, or 0."""
        epoch, _ = await self.store.run("take", [self.of.lease], [token, milliseconds])
        return int(epoch)

    async def renew(self, epoch: int, *, milliseconds: int = 10_000) -> tuple[bool, str]:
        held, stop = await self.store.run("renew", [self.of.lease, self.of.journal], [epoch, milliseconds])
        return bool(held), str(stop)

    async def release(self, epoch: int) -> bool:
        return bool(await self.store.run("release", [self.of.lease], [epoch]))

    async def begin(self, epoch: int, turn: str, count: int = 1) -> dict[str, str]:
        """The journal; empty when refused."""
        reply: list[str] = await self.store.run("begin", [*self._own, self.shared.generation], [epoch, turn, count, TTL])
        return dict(zip(reply[::2], reply[1::2], strict=True))

    async def note(self, epoch: int, **fields: str) -> bool:
        flat = [part for pair in fields.items() for part in pair]
        return bool(await self.store.run("note", self._own, [epoch, TTL, *flat]))

    async def drop(self, epoch: int, *messages: str) -> int:
        return int(await self.store.run("drop", [self.of.lease, self.of.mailbox], [epoch, *messages]))

    async def remember(self, epoch: int, turn: str, entry: str, *, outcome: str = "fine", keep: int = 10) -> bool:
        keys = [*self._own, self.shared.generation, self.shared.history, self.shared.order]
        return bool(await self.store.run("remember", keys, [epoch, turn, outcome, entry, keep, TTL]))

    async def finish(self, epoch: int, turn: str) -> int:
        """How many messages wait; -1 when refused."""
        keys = [*self._own, self.of.mailbox, self.shared.pending, self.shared.turn(turn)]
        return int(await self.store.run("finish", keys, [epoch, str(self.lane), turn, TTL]))

    async def stop(self, turn: str = "", *, by: str = "") -> str:
        return str(await self.store.run("stop", [self.of.journal], [turn, by]))

    async def reset(self) -> int:
        return int(await self.store.run("reset", [self.shared.generation, self.shared.history, self.shared.order], [TTL]))

    async def waiting(self) -> list[str]:
        return await self.store.range(self.of.mailbox, 0, -1)

    async def indexed(self) -> bool:
        return str(self.lane) in await self.store.sorted_range(self.shared.pending, 0, -1)

    async def journal(self) -> dict[str, str]:
        return await self.store.hash_all(self.of.journal)

    async def history(self) -> list[str | None]:
        return await self.store.hash_many(self.shared.history, await self.store.sorted_range(self.shared.order, 0, -1))

    async def everything(self) -> dict[str, Any]:
        """All that a script could have changed, for "nothing was written"."""
        client = self.store._client
        keys = sorted([key async for key in client.scan_iter()])
        return {key: await client.dump(key) for key in keys}

    @property
    def _own(self) -> list[str]:
        return [self.of.lease, self.of.journal]
