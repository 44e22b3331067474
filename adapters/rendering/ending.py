"""How a reply comes to its end: the last version stands, what was given up is left to be deleted, then come files."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.rendering.afterwards import Afterwards
from adapters.rendering.board import Board, Page, dressed
from adapters.rendering.files import files_of
from adapters.rendering.outlet import Outlet
from adapters.rendering.pages import Pages
from adapters.rendering.turntaking import TurnTaking
from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Outcome, Stopped

PATIENCE = 600.0
"""Seconds that opening and settling are repeated while a platform is away, before they raise."""

LINGER = 5.0
"""Seconds that settling waits for files once the last version stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """A last version that was asked for. `at`: when, by the monotonic clock. `stands`: set when nobody need wait for it any more."""

    outcome: Outcome
    buttons: tuple[Button, ...]
    at: float
    stands: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, writer: asyncio.Task[None]) -> None:
        """Return when it stands. Raises what `writer` raised. Cancelling leaves the writer at work."""
        waiting = asyncio.create_task(self.stands.wait())
        try:
            await asyncio.wait({waiting, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if not self.stands.is_set():
            writer.result()


class Ending:
    """The writer's last steps. `last` may be replaced at any time by a newer settlement, which wins."""

    def __init__(self, outlet: Outlet, *, board: Board, turns: TurnTaking, pages: Pages, clock: Clock) -> None:
        self.last: Settlement | None = None
        self._outlet = outlet
        self._board = board
        self._turns = turns
        self._pages = pages
        self._clock = clock

    async def finish(self, last: Settlement, *, patience: float) -> Settlement:
        """Bring the last version to stand, and return which that was in the end.

        Raises `PlatformRefused`, `LeaseLost`, and after `patience` seconds `PlatformUnavailable` or `StoreUnavailable`.
        """
        deadline, kept = self._clock.monotonic() + patience, await self._left(last)
        while True:
            last = self.last or last
            pages = dressed(kept or self._pages.final(last.outcome), last.buttons, closes=self._outlet.closes, over=True)
            behind = self._board.behind(pages)
            if behind is None and not self._board.untidy(len(pages)):
                return last
            try:
                await self._step(pages, behind, last.at + self._outlet.late_seconds)
            except (PlatformUnavailable, StoreUnavailable) as error:
                self._turns.failed(error, deadline=deadline)
            except PlatformRefused:
                if self._board.renewed or behind is None:
                    raise
                self._board.renew(behind)

    async def hand_files(self, done: Settlement, afterwards: Afterwards, *, file_after: int, deadline: float) -> None:
        """Give files, if there are any.

        Whoever settles holds the lane, and those who wait there should wait for no more than the answer: after a while the writer goes
        on with this alone. It is waited for at all because a process that ends soon would leave it undone.
        """
        whole = 0 < file_after < self._board.standing
        files = files_of(done.outcome, whole=whole, tables=self._pages.wide_tables)
        lingering = asyncio.create_task(self._linger(done))
        try:
            await afterwards.give(files, deadline=deadline)
        finally:
            lingering.cancel()
            done.stands.set()

    async def _linger(self, done: Settlement) -> None:
        await self._clock.sleep(LINGER)
        done.stands.set()

    async def _step(self, pages: Sequence[Page], behind: int | None, late: float) -> None:
        """One change towards `pages`. From the moment `late` on a text that still waits to be edited may be posted anew."""
        if behind is None:
            if await (self._turns.take("post", urgent=True) if self._board.lost else self._turns.ready()):
                await self._board.tidy(len(pages))
            return
        if behind >= self._board.standing:
            came = await self._turns.take("post", urgent=True)
        elif late < float("inf") and self._board.outdated(behind, pages[behind]):
            came = await self._edited_or_given_up(behind, late)
        else:
            came = await self._turns.take("edit", urgent=True)
        if came and await self._board.write(behind, pages[behind]):
            self._turns.succeeded()

    async def _edited_or_given_up(self, behind: int, late: float) -> bool:
        """Whether a turn came. It may be one to post: then message `behind` is given up, and stands until its successor does."""
        came = await self._turns.edit_or_post(late)
        if came == "post":
            self._board.forsake(behind)
        return came is not None

    async def _left(self, last: Settlement) -> list[str]:
        """A reply that is stopped before we wrote a word keeps what a process before us had written, as far as it can be read."""
        outcome = last.outcome
        if not isinstance(outcome, Stopped) or outcome.text.strip() or self._board.touched:
            return []
        try:
            return self._pages.kept(await self._board.kept(), outcome.note)
        except PlatformError:
            return []
