"""Once more, a lease later: an edit that a dead or frozen process had on its way may have come after ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog

from bot.errors import BotError, LeaseLost, StoreUnavailable
from bot.turns.ending import to_its_end
from bot.turns.leftovers import Leftovers
from bot.turns.standing import Settled, Standing
from bot.turns.turn import Turn
from bot.turns.unfenced import Unfenced
from bot.vocabulary.clock import Clock
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import Placeholder
from bot.vocabulary.tasks import end

log = structlog.get_logger(__name__)

FRESH = 1.0
"""Seconds, or a quarter of a lease where that is shorter, for which it is believed that a reply is as the store said."""


class _Fresh(Unfenced):
    """Sends nothing any more from `until` on, by the monotonic clock."""

    def __init__(self, name: str, leftovers: Leftovers, parts: Sequence[Placeholder], *, clock: Clock, until: float) -> None:
        super().__init__(name, leftovers, parts)
        self._clock = clock
        self._until = until

    def check(self) -> None:
        """A process that was frozen, or waited long for its turn to edit, does not know any more what stands there."""
        if self._clock.monotonic() >= self._until:
            raise LeaseLost("the store was asked too long ago")


class Mending:
    """Repeats the last version of replies that were taken up from somebody who left no word, `seconds` after they were settled.

    By then nothing of the old process is on its way: it has stopped sending before its lease ended. Repeating needs no look at what
    stands there, and what stands there rightly is not changed by it. An answer that is not the same any more, because a button was
    pressed, was written whole after ours. No lease guards what we send: who begins to change it just then is waited for, and what they
    wrote is repeated as well. What comes to be sent long after the store was asked is not sent but looked up again.
    """

    def __init__(
        self, platforms: Mapping[str, Platform], leftovers: Leftovers, standing: Standing, *, clock: Clock, seconds: float
    ) -> None:
        self._platforms = platforms
        self._standing = standing
        self._leftovers = leftovers
        self._clock = clock
        self._seconds = seconds
        self._waiting: set[asyncio.Task[None]] = set()

    def later(self, turn: Turn, settled: Settled) -> None:
        """Mend the reply to `turn`."""
        task = asyncio.create_task(self._mend(turn, settled), name=f"mending {turn.id}")
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """At the end, what is not due yet is given up."""
        try:
            yield
        finally:
            await end(*self._waiting)

    async def _mend(self, turn: Turn, settled: Settled | None) -> None:
        try:
            while settled is not None:
                await self._clock.sleep(self._seconds)
                settled = await self._mended(turn, settled)
        except Exception:  # task boundary: nobody waits for this task
            log.exception("reply not mended", turn=turn.id)

    async def _mended(self, turn: Turn, settled: Settled) -> Settled | None:
        """What is still to be written, a while later; None when all is well."""
        try:
            if await self._standing.changes(turn, settled.parts):
                return settled
            until = self._clock.monotonic() + min(FRESH, self._seconds / 4)
            if await self._standing.exchange(turn) != settled.exchange:
                return None
            if not await self._written(turn, settled, until=until):
                return settled
            same = await self._standing.exchange(turn) == settled.exchange
            return None if same and not await self._standing.changes(turn, settled.parts) else await self._standing.now(turn)
        except StoreUnavailable:
            return settled

    async def _written(self, turn: Turn, settled: Settled, *, until: float) -> bool:
        """False where it came to be too late for it."""
        platform = self._platforms[turn.last.address.platform]
        unfenced = _Fresh(turn.id, self._leftovers, settled.parts, clock=self._clock, until=until)
        surface = platform.surface(turn.last.address, log=unfenced, resume=settled.parts, pending="")
        try:
            await surface.settle(settled.outcome, settled.buttons)
        except LeaseLost:
            return False
        except BotError as error:
            log.debug("reply not mended", turn=turn.id, reason=str(error))
        finally:
            await to_its_end(surface.abandon())
        return True
