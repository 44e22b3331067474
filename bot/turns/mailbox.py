"""Where messages wait. A message is durable here before the platform hears that we have it, and stays until it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

import structlog

from bot.gate.followups import Terms
from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import MAILBOX_SECONDS, PARTITIONS, SEEN_SECONDS, ConversationKeys, LaneKeys, pending
from bot.vocabulary.inbound import Addressed, Again, Inbound, Redo
from bot.vocabulary.lane import Lane

ORDER, DIRECT, PLAIN = "o", "d", "-"
"""Flags that the scripts read: an order written as text, a direct message, neither."""

OURS = Terms()
"""For us, whoever else speaks there."""

inbounds = Codec(Inbound, sparse=True)
_agains = Codec(Again, sparse=True)

log = structlog.get_logger(__name__)


class Joined(Enum):
    """What became of a message at the mailbox.

    `BUSY`: it joined behind a turn that runs. `PENDING`: it is here already and waits; wake again. `IGNORED`: it is not for us.
    `TWIN`: another that asks for the same to be done again waits, or is being carried out.
    """

    JOINED = "joined"
    BUSY = "busy"
    PENDING = "pending"
    SEEN = "seen"
    FULL = "full"
    IGNORED = "ignored"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lane with waiting messages; `since` is the server's time in milliseconds at which the first of them joined."""

    lane: Lane
    since: int


class Mailbox:
    """The waiting messages of every lane, and the index of lanes that have some."""

    def __init__(self, store: Store, *, most: int) -> None:
        self._store = store
        self._most = most

    async def join(self, inbound: Inbound, lane: Lane, *, order: bool = False, terms: Terms = OURS) -> Joined:
        """Whether it is for us, duplicate check, append and index in one step. Raises `StoreUnavailable`: then it was not kept.

        `order`: it is answered by itself, not together with what its author says before or after it; so is what is to be done again.
        `terms`: the gate's.
        """
        keys, shared = LaneKeys(lane), ConversationKeys(lane.conversation)
        reply: str = await self._store.run(
            "join",
            [shared.seen(inbound.id), keys.mailbox, shared.pending, keys.journal, shared.voices],
            [
                *(str(lane), written(inbound, order=order), self._most, SEEN_SECONDS, MAILBOX_SECONDS),
                *(terms.word, inbound.author.id, terms.seconds, _asks(inbound)),
            ],
            replicated=True,
        )
        return Joined(reply)

    async def seen(self, inbound: Inbound) -> bool:
        """Whether the event came before."""
        return await self._store.get(ConversationKeys(inbound.conversation).seen(inbound.id)) is not None

    async def first_time(self, inbound: Inbound) -> bool:
        """The duplicate check alone, for what leaves no message behind."""
        return bool(await self._store.run("once", [ConversationKeys(inbound.conversation).seen(inbound.id)], [SEEN_SECONDS]))

    async def still_waits(self, inbound: Inbound, lane: Lane) -> bool:
        """Whether no turn has begun with the message yet; if so, it is noted that it shows a sign of waiting."""
        keys = LaneKeys(lane)
        return bool(await self._store.run("sign", [keys.mailbox, keys.journal, keys.signs], [_name(inbound), MAILBOX_SECONDS]))

    async def head(self, lane: Lane, most: int = 1) -> tuple[Inbound, ...]:
        """The oldest `most` waiting messages, without those that nobody can read."""
        return read(await self._store.range(LaneKeys(lane).mailbox, 0, most - 1))

    async def line(self, lane: Lane, message: str) -> str | None:
        """The line of a message that waits or is being answered, by its id."""
        lines = await self._store.range(LaneKeys(lane).mailbox, 0, -1)
        name = quote(message, safe="")
        return next((line for line in lines if line.partition("\n")[0].rpartition(" ")[2] == name), None)

    async def waiting(self) -> list[Waiting]:
        """Every lane with waiting messages, those that wait longest first."""
        indexes = await self._store.sorted_scores(*map(pending, range(PARTITIONS)))
        return sorted((waiting for index in indexes for waiting in _lanes(index)), key=lambda waiting: waiting.since)

    async def lanes_of(self, lane: Lane) -> list[Lane]:
        """The waiting or running lanes of the same conversation."""
        (index,) = await self._store.sorted_scores(ConversationKeys(lane.conversation).pending)
        return [other.lane for other in _lanes(index) if other.lane.conversation == lane.conversation]


def gathers(inbound: Inbound, *, order: bool) -> bool:
    """Whether it waits a moment for what its author says next: in direct messages people press return in mid-thought."""
    return inbound.addressed is Addressed.DIRECT and not order and not inbound.opens and inbound.again is None


def written(inbound: Inbound, *, order: bool = False) -> str:
    """A message as `join.lua` takes it: a line for the scripts, then the whole."""
    flags = (ORDER if order or inbound.again else "") + (DIRECT if gathers(inbound, order=order) else "")
    return f"{flags or PLAIN} {quote(inbound.author.id, safe='')} {_name(inbound)}\n{inbounds.dump(inbound)}"


def read(lines: Sequence[str]) -> tuple[Inbound, ...]:
    """The messages in a mailbox's lines. What nobody can read, of another time or not ours, is left out and logged."""
    messages = [(line, inbounds.load(line.partition("\n")[2])) for line in lines]
    for line, message in messages:
        if message is None:
            log.error("a message that nobody can read", message=line.partition("\n")[0][:200])
    return tuple(message for _, message in messages if message)


def by_name(messages: Sequence[Inbound], names: Sequence[str]) -> tuple[Inbound, ...]:
    """Those of `messages` that the scripts call by `names`."""
    wanted = {unquote(name) for name in names}
    return tuple(message for message in messages if message.id in wanted)


def _asks(inbound: Inbound) -> str:
    """What is written down of each message that asks for the same; an edit asks for nothing that another one does not."""
    if inbound.again is None or inbound.again.redo is Redo.OFFER:
        return ""
    return f'"again":{_agains.dump(inbound.again).partition(" ")[2]}'


def _name(inbound: Inbound) -> str:
    return quote(inbound.id, safe="")


def _lanes(scores: Sequence[tuple[str, float]]) -> list[Waiting]:
    """One name that is not ours must not hide the lanes behind it."""
    lanes = []
    for name, since in scores:
        try:
            lanes.append(Waiting(Lane.parse(name), int(since)))
        except (TypeError, ValueError):
            log.warning("no lane has this name", name=name[:80])
    return lanes
