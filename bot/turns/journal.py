"""How far each lane's turn has come: written under the lease's epoch, read by whoever continues."""

from collections.abc import Mapping

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import JOURNAL_SECONDS, STOP_CHANNEL, ConversationKeys, LaneKeys
from bot.turns.checkpoint import Checkpoint
from bot.turns.lease import Lease
from bot.turns.turn import Progress, Turn, turn_id
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import Outcome, Placeholder

_outcomes: Codec[Outcome] = Codec(Outcome)  # type: ignore[arg-type]  # a union is a type to pydantic, not to mypy
_placeholders: Codec[tuple[Placeholder, ...]] = Codec(tuple[Placeholder, ...])


class Journal:
    """Every method but `stop` raises `LeaseLost` when the epoch is over, and all raise `StoreUnavailable`."""

    def __init__(self, store: Store, *, turn_seconds: int) -> None:
        self._store = store
        self._turn_seconds = turn_seconds

    async def begin(self, lease: Lease, waiting: tuple[Inbound, ...], batch: tuple[Inbound, ...]) -> Turn:
        """Begin with `batch`, or take up what stands in the journal: then as many messages as were frozen there."""
        generation = ConversationKeys(lease.lane.conversation).generation
        reply: list[str] = await self._store.run(
            "begin", self._keys(lease, generation), [lease.epoch, turn_id(lease.lane, batch[0].id), len(batch), JOURNAL_SECONDS]
        )
        lease.check(reply)
        fields = dict(zip(reply[::2], reply[1::2], strict=True))
        lease.begin(fields["turn"])
        return Turn(fields["turn"], lease.lane, waiting[: int(fields["count"])], _progress(fields))

    async def opening(self, lease: Lease, nonce: str) -> None:
        """A message is about to be posted under `nonce`."""
        await self._note(lease, {"pending": nonce, "stage": "placing"})

    async def placed(self, lease: Lease, parts: tuple[Placeholder, ...]) -> None:
        """All messages of the reply that stand, in order."""
        await self._note(lease, {"parts": _placeholders.dump(parts), "pending": "", "stage": "placed"})

    async def raised(self, lease: Lease, times: int) -> None:
        """So many attempts of the turn have broken."""
        await self._note(lease, {"raised": str(times)})

    async def remember(self, lease: Lease, outcome: Outcome, *, entry: str, keep: int, seconds: int) -> None:
        """File the outcome, and `entry` into the history unless it is empty or the conversation was reset meanwhile."""
        keys = ConversationKeys(lease.lane.conversation)
        allowed = await self._store.run(
            "remember",
            self._keys(lease, keys.generation, keys.history, keys.order),
            [lease.epoch, lease.turn, _outcomes.dump(outcome), entry, keep, seconds],
        )
        lease.check(allowed)

    async def finish(self, lease: Lease, turn: str) -> int:
        """Drop what was answered; returns how many messages wait. At 0 the lane has left the index and the lease is released."""
        shared = ConversationKeys(lease.lane.conversation)
        waiting = int(
            await self._store.run(
                "finish",
                self._keys(lease, lease.keys.mailbox, shared.pending, shared.turn(turn)),
                [lease.epoch, str(lease.lane), turn, self._turn_seconds],
            )
        )
        lease.check(waiting >= 0)
        return waiting

    async def stop(self, lane: Lane, turn: str = "", *, by: str = "") -> bool:
        """Ask the running turn of a lane to stop, wherever it runs. False when none runs there, or it was answered already.

        `by`: the turn that carries out the order, if it is one; it does not stop itself.
        """
        found = str(await self._store.run("stop", [LaneKeys(lane).journal], [turn, by]))
        if found:
            await self._store.publish(STOP_CHANNEL, found)
        return bool(found)

    async def _note(self, lease: Lease, fields: Mapping[str, str]) -> None:
        flat = [part for pair in fields.items() for part in pair]
        lease.check(await self._store.run("note", self._keys(lease), [lease.epoch, JOURNAL_SECONDS, *flat]))

    @staticmethod
    def _keys(lease: Lease, *more: str) -> list[str]:
        return [lease.keys.lease, lease.keys.journal, *more]


def _progress(fields: Mapping[str, str]) -> Progress:
    return Progress(
        attempts=int(fields["attempts"]),
        raised=int(fields.get("raised", "0")),
        parts=_placeholders.load(fields.get("parts")) or (),
        pending=fields.get("pending", ""),
        outcome=_outcomes.load(fields.get("outcome")),
        stop=fields.get("stop") == fields["turn"],
    )


class JournaledReply:
    """`ReplyLog` over the journal: what a surface posts is announced and recorded under the lease."""

    def __init__(self, journal: Journal, lease: Lease, turn: Turn, checkpoint: Checkpoint) -> None:
        self._journal = journal
        self._lease = lease
        self._turn = turn
        self._checkpoint = checkpoint
        self._parts = list(turn.progress.parts)
        self._posts = 0

    async def opening(self, part: int) -> str:
        # a part that is posted anew gets a nonce of its own: the platform would give us the deleted message back
        self._posts += 1
        nonce = f"{self._turn.id[:16]}{self._lease.epoch & 0xFFFF:04x}.{self._posts}"
        await self._journal.opening(self._lease, nonce)
        await self._checkpoint("announced")
        return nonce

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        await self._checkpoint("posted")
        self._parts[part:] = [placeholder]
        await self._journal.placed(self._lease, tuple(self._parts))
        await self._checkpoint("placed")

    def held(self) -> bool:
        return self._lease.held()
