"""What is left to do once the last version of a reply stands: files."""

from collections.abc import Sequence

import structlog

from adapters.rendering.board import Board
from adapters.rendering.outlet import File, Outlet
from adapters.rendering.turntaking import TurnTaking
from bot.errors import BotError, PlatformUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.reply import ReplyLog

TRIES = 3
"""How often files are offered to the platform. One that failed may have arrived: a file twice is better than none."""

log = structlog.get_logger(__name__)


class Afterwards:
    """Trouble here is logged and never raised: the answer stands all the same. No lease guards it: whether files were given away
    is asked for first.
    """

    def __init__(self, outlet: Outlet, *, board: Board, turns: TurnTaking, log: ReplyLog, clock: Clock) -> None:
        self._outlet = outlet
        self._board = board
        self._turns = turns
        self._log = log
        self._clock = clock

    async def give(self, files: Sequence[File], *, deadline: float) -> None:
        """All `files` behind the reply, in one message; none when a reply of this turn had files before."""
        if not files or (last := self._board.last) is None:
            return
        since = self._clock.monotonic()
        try:
            if not await self._log.first("files"):
                return
            for left in reversed(range(TRIES)):
                await self._turn(since)
                try:
                    await self._outlet.attach(files, after=last)
                except PlatformUnavailable as error:
                    self._turns.failed(error, deadline=deadline if left else since)
                else:
                    return
        except BotError as error:
            log.warning("files not given", files=[file.name for file in files], reason=str(error))

    async def _turn(self, since: float) -> None:
        """Not given up when the reply is settled anew meanwhile: nobody would give the files any more."""
        while not await self._turns.take("attach", urgent=False, since=since):
            continue
