"""The lane scripts, called as they are, for one lane: what the store promises to whoever works on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.store.connection import Store
from bot.store.keys import ConversationKeys, LaneKeys
from bot.turns.turn import turn_id
from bot.vocabulary.lane import Lane

TTL = 60
"""Seconds that everything lives here."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What `start.lua` says of a turn. `epoch` is 0 when it is not ours; `early` is in milliseconds then."""

    epoch: int
    journal: dict[str, str]
    messages: list[str]
    past: list[str]
    signs: list[str]
    early: int = 0


@dataclass(frozen=True, slots=True)
class Scripts:
    """Every script of a lane with its keys. `epoch` is the epoch of whoever calls. Messages are named by their event."""

    store: Store
    lane: Lane

    @property
    def of(self) -> LaneKeys:
        return LaneKeys(self.lane)

    @property
    def shared(self) -> ConversationKeys:
        return ConversationKeys(self.lane.conversation)

    def turn(self, event: str) -> str:
        """The name of the turn that begins with it."""
        return turn_id(self.lane, event)

    async def join(self, event: str, *, author: str = "ada", flags: str = "-", most: int = 10, word: str = "", twin: str = "") -> str:
        keys = [self.shared.seen(event), self.of.mailbox, self.shared.pending, self.of.journal, self.shared.voices]
        message = f"{flags} {author} {event}\n{event}"
        return str(await self.store.run("join", keys, [str(self.lane), message, most, TTL, TTL, word, author, TTL, twin]))

    async def voice(self, word: str, *, author: str = "ada") -> bool:
        """Whether it is answered."""
        return bool(await self.store.run("voice", [self.shared.voices], [author, TTL, word]))

    async def start(
        self, token: str, *, process: str = "", milliseconds: int = 10_000, gather: int = 0, batch: int = 20, past: int = 10
    ) -> Begun:
        keys = [self.of.lease, self.of.journal, self.of.mailbox, self.shared.pending, self.shared.generation]
        args: list[str | int] = [token, process or token, milliseconds, TTL * 1000, str(self.lane), gather, batch, TTL, past]
        epoch, *rest = await self.store.run("start", [*keys, self.shared.history, self.shared.order, self.of.signs], args)
        if not epoch:
            return Begun(0, {}, [], [], [], early=int(rest[0]))
        journal, messages, past_turns, signs = rest
        named = [line.partition("\n")[2] for line in messages]
        return Begun(int(epoch), dict(zip(journal[::2], journal[1::2], strict=True)), named, past_turns, signs)

    async def renew(self, epoch: int, *, milliseconds: int = 10_000) -> tuple[bool, str, str]:
        held, stop, why = await self.store.run("renew", [self.of.lease, self.of.journal], [epoch, milliseconds, TTL * 1000])
        return bool(held), str(stop), str(why)

    async def release(self, epoch: int) -> bool:
        return bool(await self.store.run("release", [self.of.lease, self.of.journal], [epoch]))

    async def note(self, epoch: int, **fields: str) -> bool:
        flat = [part for pair in fields.items() for part in pair]
        return bool(await self.store.run("note", self._own, [epoch, TTL, *flat]))

    async def remember(
        self, epoch: int, turn: str, entry: str, *, outcome: str = "fine", keep: int = 10, facts: Mapping[str, str] | None = None
    ) -> bool:
        keys = [*self._own, self.shared.generation, self.shared.history, self.shared.order]
        flat = [part for pair in (facts or {}).items() for part in pair]
        return bool(await self.store.run("remember", keys, [epoch, turn, outcome, entry, keep, TTL, *flat]))

    async def first(self, epoch: int, name: str) -> int:
        return int(await self.store.run("first", self._own, [epoch, name, TTL]))

    async def finish(self, epoch: int, turn: str, *, whose: str = "", others: Sequence[str] = ()) -> int:
        """How many messages wait; -1 when refused. `others`: its messages but the first."""
        keys = [*self._own, self.of.mailbox, self.shared.pending, self.shared.turn(whose or turn), self.of.signs]
        keys += [self.shared.seen(event) for event in others]
        return int(await self.store.run("finish", keys, [epoch, str(self.lane), turn, TTL, TTL * 1000, whose]))

    async def rewrite(self, old: str, new: str) -> str:
        return str(await self.store.run("rewrite", [self.of.mailbox, self.of.journal], [str(self.lane), old, new]))

    async def drop(self, event: str) -> str:
        keys = [self.of.mailbox, self.of.journal, self.of.signs]
        return str(await self.store.run("drop", keys, [str(self.lane), event, self.turn(event), "deleted"]))

    async def amend(self, event: str, *values: str) -> bool:
        """`values`: old exchange, new one, old question, new one."""
        keys = [self.shared.history, self.shared.order, self.shared.turn(self.turn(event))]
        return bool(await self.store.run("amend", keys, [self.turn(event), *values]))

    async def stop(self, turn: str = "", *, by: str = "", author: str = "", why: str = "", waiting: str = "") -> str:
        return str(await self.store.run("stop", [self.of.journal, self.of.mailbox], [turn, by, author, why, waiting]))

    async def alive(self, turn: str, process: str) -> bool:
        return bool(await self.store.run("alive", [self.of.journal], [turn, process]))

    async def sign(self, event: str) -> bool:
        return bool(await self.store.run("sign", [self.of.mailbox, self.of.journal, self.of.signs], [event, TTL]))

    async def reset(self) -> int:
        return int(await self.store.run("reset", [self.shared.generation, self.shared.history, self.shared.order], [TTL]))

    async def expires(self) -> None:
        """For the server, the lease is over."""
        await self.store._client.hset(self.of.lease, "ends", 1)

    async def voices(self) -> set[str]:
        return set(await self.store._client.smembers(self.shared.voices))

    async def waiting(self) -> list[str]:
        return [line.partition("\n")[2] for line in await self.store.range(self.of.mailbox, 0, -1)]

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
