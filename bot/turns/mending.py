"""Once more, a lease later: an edit that a dead or frozen process had on its way may have come after ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog

from bot.errors import BotError
from bot.turns.ending import to_its_end
from bot.turns.turn import Turn
from bot.turns.unfenced import Unfenced
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import Outcome, Placeholder
from bot.vocabulary.tasks import end

log = structlog.get_logger(__name__)


class Mending:
    """Repeats the last version of replies that were taken up from somebody who left no word, `seconds` after they were settled.

    By then nothing of the old process is on its way: it has stopped sending before its lease ended. Repeating needs no look at what
    stands there, and what stands there rightly is not changed by it.
    """

    def __init__(self, platforms: Mapping[str, Platform], *, clock: Clock, seconds: float) -> None:
        self._platforms = platforms
        self._clock = clock
        self._seconds = seconds
        self._waiting: set[asyncio.Task[None]] = set()

    def later(self, turn: Turn, parts: Sequence[Placeholder], outcome: Outcome, buttons: Sequence[Button]) -> None:
        """Mend the reply to `turn`, which stands in `parts` with `buttons` under it."""
        task = asyncio.create_task(self._mend(turn, tuple(parts), outcome, buttons), name=f"mending {turn.id}")
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """At the end, what is not due yet is given up."""
        try:
            yield
        finally:
            await end(*self._waiting)

    async def _mend(self, turn: Turn, parts: Sequence[Placeholder], outcome: Outcome, buttons: Sequence[Button]) -> None:
        await self._clock.sleep(self._seconds)
        platform = self._platforms[turn.last.address.platform]
        surface = platform.surface(turn.last.address, log=Unfenced(turn.id), resume=parts, pending="")
        try:
            await surface.settle(outcome, buttons)
        except BotError as error:
            log.debug("reply not mended", turn=turn.id, reason=str(error))
        except Exception:  # task boundary: nobody waits for this task
            log.exception("reply not mended", turn=turn.id)
        finally:
            await to_its_end(surface.abandon())
