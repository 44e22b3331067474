"""Where messages wait. A message is durable here before the platform hears that we have it, and stays until it is answered."""

from collections.abc import Callable, Sequence
from enum import Enum
from itertools import takewhile

import structlog

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import MAILBOX_SECONDS, PARTITIONS, SEEN_SECONDS, ConversationKeys, LaneKeys, pending
from bot.turns.lease import Lease
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane

BATCH = 20
"""Messages of one author that at most become one turn."""

_codec = Codec(Inbound)

log = structlog.get_logger(__name__)


class Joined(Enum):
    """What became of a message at the mailbox. `PENDING`: it is here already and waits; wake again."""

    JOINED = "joined"
    PENDING = "pending"
    SEEN = "seen"
    FULL = "full"


class Mailbox:
    """The waiting messages of every lane, and the index of lanes that have some."""

    def __init__(self, store: Store, *, most: int) -> None:
        self._store = store
        self._most = most

    async def join(self, inbound: Inbound, lane: Lane) -> Joined:
        """Duplicate check, append and index in one step. Raises `StoreUnavailable`: then it was not kept."""
        keys, shared = LaneKeys(lane), ConversationKeys(lane.conversation)
        reply: str = await self._store.run(
            "join",
            [shared.seen(inbound.id), keys.mailbox, shared.pending],
            [str(lane), _codec.dump(inbound), self._most, SEEN_SECONDS, MAILBOX_SECONDS],
        )
        return Joined(reply)

    async def first_time(self, inbound: Inbound) -> bool:
        """The duplicate check alone, for what leaves no message behind."""
        return bool(await self._store.run("once", [ConversationKeys(inbound.conversation).seen(inbound.id)], [SEEN_SECONDS]))

    async def head(self, lane: Lane) -> tuple[Inbound, ...]:
        """The oldest waiting messages, at most `BATCH`, up to the first that cannot be read: turns count their messages from the head."""
        messages = map(_codec.load, await self._lines(lane))
        return tuple(message for message in takewhile(lambda message: message is not None, messages) if message)

    async def drop_unreadable(self, lease: Lease) -> None:
        """Make way for what waits behind messages of another time. Raises `LeaseLost`."""
        unreadable = list(takewhile(lambda line: _codec.load(line) is None, await self._lines(lease.lane)))
        if not unreadable:
            return
        dropped = int(await self._store.run("drop", [lease.keys.lease, lease.keys.mailbox], [lease.epoch, *unreadable]))
        lease.check(dropped >= 0)
        log.error("messages dropped that nobody can read", lane=str(lease.lane), messages=dropped)

    async def waiting_lanes(self) -> list[Lane]:
        """Every lane with waiting messages, those that wait longest first within a partition."""
        lanes: list[Lane] = []
        for number in range(PARTITIONS):
            lanes += _lanes(await self._store.sorted_range(pending(number), 0, -1))
        return lanes

    async def lanes_of(self, lane: Lane) -> list[Lane]:
        """The waiting or running lanes of the same conversation."""
        names = await self._store.sorted_range(ConversationKeys(lane.conversation).pending, 0, -1)
        return [other for other in _lanes(names) if other.conversation == lane.conversation]

    async def _lines(self, lane: Lane) -> list[str]:
        return await self._store.range(LaneKeys(lane).mailbox, 0, BATCH - 1)


def _lanes(names: Sequence[str]) -> list[Lane]:
    """One name that is not ours must not hide the lanes behind it."""
    lanes = []
    for name in names:
        try:
            lanes.append(Lane.parse(name))
        except (TypeError, ValueError):
            log.warning("no lane has this name", name=name[:80])
    return lanes


def first_turn(messages: Sequence[Inbound], is_order: Callable[[Inbound], bool]) -> tuple[Inbound, ...]:
    """The consecutive messages of one author at the head: they are answered once. An order is a turn of its own."""
    if not messages or is_order(messages[0]):
        return tuple(messages[:1])
    author = messages[0].author.id
    count = next((i for i, message in enumerate(messages) if message.author.id != author or is_order(message)), len(messages))
    return tuple(messages[:count])
