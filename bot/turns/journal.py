"""How far each lane's turn has come: written under the lease's epoch, read by whoever continues."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from bot.memory.exchange import exchanges
from bot.store.connection import Store
from bot.store.keys import FREE_LEASE_SECONDS, JOURNAL_SECONDS, STOP_CHANNEL, ConversationKeys, LaneKeys
from bot.turns.begun import outcomes, placeholders
from bot.turns.checkpoint import Checkpoint
from bot.turns.lease import DELETED, Lease
from bot.turns.result import Result
from bot.turns.turn import Turn
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import Placeholder


class Journal:
    """Every method but `stop` raises `LeaseLost` when the epoch is over, and all raise `StoreUnavailable`."""

    def __init__(self, store: Store, *, turn_seconds: int) -> None:
        self._store = store
        self._turn_seconds = turn_seconds

    async def opening(self, lease: Lease, nonce: str) -> None:
        """A message is about to be posted under `nonce`."""
        await self._note(lease, {"pending": nonce, "stage": "placing"})

    async def first(self, lease: Lease, name: str) -> bool:
        """Whether `name`, which must happen once at most in this turn, may happen now. It counts as done from here on."""
        first = await self._store.run("first", self._keys(lease), [lease.epoch, name, JOURNAL_SECONDS])
        lease.check(first >= 0)
        return bool(first)

    async def adopt(self, lease: Lease, parts: tuple[Placeholder, ...], *, began: int) -> None:
        """The turn does something with the answer of one that `began` (server milliseconds), which stands in `parts`: it goes on there.

        Without parts it writes a reply of its own.
        """
        adopted = {"parts": placeholders.dump(parts), "pending": "", "stage": "placed", "adopted": "1"} if parts else {}
        await self._note(lease, {"place": str(began), **adopted})

    async def placed(self, lease: Lease, parts: Sequence[Placeholder], *, surplus: Sequence[Placeholder]) -> None:
        """All messages of the reply that stand, in order, and those that are to be deleted, in one step: none is ever unknown."""
        more = {"surplus": placeholders.dump(tuple(surplus))} if surplus else {}
        await self._note(lease, {"parts": placeholders.dump(tuple(parts)), "pending": "", "stage": "placed", **more})

    async def left(self, lease: Lease, parts: Sequence[Placeholder], *, surplus: Sequence[Placeholder]) -> None:
        """As `placed`, where nothing was posted."""
        await self._note(lease, {"parts": placeholders.dump(tuple(parts)), "surplus": placeholders.dump(tuple(surplus))})

    async def raised(self, lease: Lease, times: int) -> None:
        """So many attempts of the turn have broken."""
        await self._note(lease, {"raised": str(times)})

    async def remember(self, lease: Lease, result: Result, *, keep: int, seconds: int) -> None:
        """File the outcome, and the exchange, if there is one, into the history unless the conversation was reset meanwhile."""
        keys, exchange = ConversationKeys(lease.lane.conversation), result.exchange
        entry, whose = (exchanges.dump(exchange), exchange.turn) if exchange else ("", lease.turn)
        facts = [part for pair in result.facts.items() for part in pair]
        allowed = await self._store.run(
            "remember",
            self._keys(lease, keys.generation, keys.history, keys.order),
            [lease.epoch, whose, outcomes.dump(result.outcome), entry, keep, seconds, *facts],
        )
        lease.check(allowed)

    async def finish(self, lease: Lease, turn: Turn) -> int:
        """Drop what was answered; returns how many messages wait. At 0 the lane has left the index and the lease is released.

        What the buttons under the answer need is kept under the turn whose answer it is.
        """
        shared, whose = ConversationKeys(lease.lane.conversation), turn.again.turn if turn.again else ""
        followers = [shared.seen(message.id) for message in turn.messages[1:]]
        waiting = int(
            await self._store.run(
                "finish",
                self._keys(lease, lease.keys.mailbox, shared.pending, shared.turn(whose or turn.id), lease.keys.signs, *followers),
                [lease.epoch, str(lease.lane), turn.id, self._turn_seconds, FREE_LEASE_SECONDS * 1000, whose],
            )
        )
        lease.check(waiting >= 0)
        if not waiting:
            lease.rest()
        return waiting

    async def stop(self, lane: Lane, turn: str = "", *, by: str = "", author: str = "", why: str = "") -> bool:
        """Ask the running turn of a lane to stop, wherever it runs. False when none runs there, or it was answered already.

        `by`: the turn that carries out the order, if it is one; it does not stop itself. `author`: only this person's turn.
        """
        return await self._stop(lane, turn, by, quote(author, safe=""), why, "")

    async def runs(self, lane: Lane, turn: str, *, settling: bool = False) -> bool:
        """Whether `turn` is being answered in this lane; `settling`: or was, and is not finished yet."""
        running, outcome = await self._store.hash_many(LaneKeys(lane).journal, ["turn", "outcome"])
        return running == turn and (settling or outcome is None)

    async def writes_in(self, lane: Lane, parts: Sequence[Placeholder]) -> bool:
        """Whether the running turn of a lane writes in one of `parts`."""
        (mine,) = await self._store.hash_many(LaneKeys(lane).journal, ["parts"])
        return any(part in parts for part in placeholders.load(mine) or ())

    async def drop(self, lane: Lane, message: str, turn: str) -> None:
        """A message was deleted that is, or was, part of the question of `turn`: it is not answered; what is written for it stops.

        An answer that is being settled just now stands, and leaves no record.
        """
        keys = LaneKeys(lane)
        stopped = await self._store.run(
            "drop", [keys.mailbox, keys.journal, keys.signs], [str(lane), quote(message, safe=""), turn, DELETED]
        )
        if stopped:
            await self._store.publish(STOP_CHANNEL, f"{stopped} {DELETED}")

    async def make_way(self, lane: Lane, waiting: Inbound, *, why: str) -> bool:
        """Ask the running turn of its author to stop for `waiting`. False when none runs that it waits behind: its own may have begun."""
        return await self._stop(lane, "", "", quote(waiting.author.id, safe=""), why, quote(waiting.id, safe=""))

    async def _stop(self, lane: Lane, *which: str) -> bool:
        keys, why = LaneKeys(lane), which[3]
        found = str(await self._store.run("stop", [keys.journal, keys.mailbox], which))
        if found:
            await self._store.publish(STOP_CHANNEL, f"{found} {why}")
        return bool(found)

    async def _note(self, lease: Lease, fields: Mapping[str, str]) -> None:
        flat = [part for pair in fields.items() for part in pair]
        lease.check(await self._store.run("note", self._keys(lease), [lease.epoch, JOURNAL_SECONDS, *flat]))

    @staticmethod
    def _keys(lease: Lease, *more: str) -> list[str]:
        return [lease.keys.lease, lease.keys.journal, *more]


class JournaledReply:
    """`ReplyLog` over the journal: what a surface posts is announced and recorded under the lease."""

    def __init__(self, journal: Journal, lease: Lease, turn: Turn, checkpoint: Checkpoint) -> None:
        self._journal = journal
        self._lease = lease
        self._turn = turn
        self._checkpoint = checkpoint
        self.parts = list(turn.progress.parts)
        """All messages of the reply that stand, in order."""
        self.surplus = list(turn.progress.surplus)
        """Those that are no part of it any more, and are to be deleted once its last version stands."""
        self._told = len(self.surplus)
        """How many of them the journal knows."""
        self._posts = 0

    async def opening(self, part: int) -> str:
        # a part that is posted anew gets a nonce of its own: the platform would give us the deleted message back
        self._posts += 1
        if self._posts == 1 and self._turn.progress.announced:  # since the turn began
            await self._checkpoint("announced")
            return self._turn.progress.announced
        nonce = f"{self._turn.id[:16]}{self._lease.epoch & 0xFFFF:04x}.{self._posts}"
        await self._journal.opening(self._lease, nonce)
        await self._checkpoint("announced")
        return nonce

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        await self._checkpoint("posted")
        self._give_up(known for known in self.parts[part:] if known != placeholder)
        self.parts[part:] = [placeholder]
        await self._journal.placed(self._lease, self.parts, surplus=self.surplus)
        self._told = len(self.surplus)
        await self._checkpoint("placed")

    async def leave(self, given_up: Sequence[Placeholder]) -> None:
        self._give_up(given_up)
        self.parts[:] = [part for part in self.parts if part not in self.surplus]
        if len(self.surplus) > self._told:
            await self._journal.left(self._lease, self.parts, surplus=self.surplus)
            self._told = len(self.surplus)

    async def first(self, name: str) -> bool:
        return await self._journal.first(self._lease, name)

    def check(self) -> None:
        self._lease.may_write()

    def _give_up(self, given_up: Iterable[Placeholder]) -> None:
        self.surplus += [placeholder for placeholder in given_up if placeholder not in self.surplus]
