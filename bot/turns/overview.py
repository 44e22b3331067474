"""How the work stands, read without touching it, and a second chance for what was given up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.store.connection import Store
from bot.store.keys import LaneKeys
from bot.turns.buried import Graveyard, afresh
from bot.turns.mailbox import Joined, Mailbox
from bot.turns.wakes import Wakes
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.standing import Again, Buried, Standing

MOST_LANES = 2000
"""Lanes looked into, those that wait longest first."""

LATE_SECONDS = 60
"""After so long somebody should work on a lane."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Overview:
    """What admins are shown of their server, and what they can do about it. `is_order` as in `Mailbox.join`.

    Every method raises `StoreUnavailable`.
    """

    store: Store
    mailbox: Mailbox
    wakes: Wakes
    graveyard: Graveyard
    is_order: Callable[[Inbound], bool]

    async def standing(self, server: ServerKey) -> Standing:
        """What goes on there."""
        return await standing(self.store, self.mailbox, server)

    async def buried(self, server: ServerKey) -> Sequence[Buried]:
        """What can be tried again, newest first."""
        return await self.graveyard.list(server)

    async def again(self, server: ServerKey, turn: str) -> Again:
        """Put its messages into their lane again: whoever asks at the same time, it is tried once."""
        buried = await self.graveyard.again(server, turn)
        if buried is None:
            return Again.UNKNOWN
        for message in afresh(buried):
            if await self.mailbox.join(message, buried.lane, order=self.is_order(message)) is Joined.FULL:
                await self.graveyard.returned(server, turn)
                return Again.FULL
        await self.graveyard.left(server, turn)
        await self.wakes.wake(buried.lane)
        log.info("buried turn tried again", turn=turn, lane=str(buried.lane))
        return Again.WAITS


async def standing(store: Store, mailbox: Mailbox, server: ServerKey | None = None) -> Standing:
    """Of one server, or of all together; exact up to `MOST_LANES` lanes with waiting messages. Raises `StoreUnavailable`."""
    lanes = [waiting.lane for waiting in await mailbox.waiting() if server in (None, waiting.lane.conversation.server_key)]
    whole = Standing()
    for lane in lanes[:MOST_LANES]:
        whole = _together(whole, await _lane(store, lane))
    return whole


async def _lane(store: Store, lane: Lane) -> Standing:
    keys = LaneKeys(lane)
    now, messages, answered, since, writes = map(int, await store.run("standing", [keys.lease, keys.journal, keys.mailbox], []))
    oldest = 0.0 if since < 0 else max(0, now - since) / 1000
    return Standing(writes, max(0, messages - answered), oldest, int(not answered and oldest > LATE_SECONDS))


def _together(one: Standing, other: Standing) -> Standing:
    return replace(
        one,
        writing=one.writing + other.writing,
        waiting=one.waiting + other.waiting,
        oldest=max(one.oldest, other.oldest),
        left=one.left + other.left,
    )
