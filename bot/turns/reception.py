"""What happens to a message at the door: it joins its lane, and some process is woken. Needs nothing that answers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.gate.followups import Terms
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.mailbox import OURS, Joined, Mailbox, gathers
from bot.turns.refusals import Refusals
from bot.turns.signs import Signs
from bot.turns.wakes import Wakes
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane

SIGN_SECONDS = 2.0
"""Longest that a process which ends waits for its signs: they are a kindness."""

Steer = Callable[[Inbound, Lane], Awaitable[bool]]
"""A message came while its lane's turn runs: whether that turn was asked to make way. Its author goes on, and the server wants it so."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes messages in for whoever will answer them.

    `gather_seconds`: how long a direct message waits for what its author says next, before its lane is looked at.
    """

    mailbox: Mailbox
    wakes: Wakes
    refusals: Refusals
    signs: Signs
    is_order: Callable[[Inbound], bool]
    steer: Steer
    gather_seconds: float = 0.0
    checkpoint: Checkpoint = passed

    @asynccontextmanager
    async def open(self, *, drain_seconds: float) -> AsyncIterator[None]:
        """At the end, what is being said to people is finished, for `drain_seconds` at most."""
        try:
            yield
        finally:
            await self.refusals.drain(drain_seconds)
            await self.signs.drain(min(drain_seconds, SIGN_SECONDS))

    async def join(self, inbound: Inbound, terms: Terms = OURS) -> Receipt:
        """Durable when it returns `JOINED` or `SEEN`. Raises `StoreUnavailable`: then nothing was kept."""
        lane, order = Lane.of(inbound), self.is_order(inbound)
        joined = await self.mailbox.join(inbound, lane, order=order, terms=terms)
        if joined is Joined.IGNORED:
            return Receipt.IGNORED
        if joined is Joined.FULL:
            await self.refusals.refuse(inbound, lane)
            return Receipt.IGNORED
        await self._joined(lane, joined, later=gathers(inbound, order=order))
        if joined is Joined.BUSY and (order or not await self.steer(inbound, lane)):
            self.signs.put_up(inbound, lane)
        return Receipt.JOINED if joined in (Joined.JOINED, Joined.BUSY) else Receipt.SEEN

    async def again(self, inbound: Inbound) -> Joined:
        """As `join`, for what is to be done with an answer that stands: nobody wrote it, so it is not refused here and shows no sign."""
        lane = Lane.of(inbound)
        joined = await self.mailbox.join(inbound, lane)
        if joined not in (Joined.FULL, Joined.TWIN):
            await self._joined(lane, joined, later=False)
        return joined

    async def _joined(self, lane: Lane, joined: Joined, *, later: bool) -> None:
        if joined in (Joined.JOINED, Joined.BUSY):
            await self.checkpoint("joined")
        if joined is not Joined.SEEN:
            await self.wakes.wake(lane, after=self.gather_seconds if later and joined is Joined.JOINED else 0.0)
