"""A reply that grows in place: events come in at the model's speed, one writer brings the newest text out at the platform's pace."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from adapters.rendering.backoff import Backoff
from adapters.rendering.board import Board
from adapters.rendering.outlet import Kind, Outlet
from adapters.rendering.pace import Pace
from adapters.rendering.pages import PLACEHOLDER, Pages
from adapters.rendering.transcript import Transcript
from bot.errors import BotError, LeaseLost, PlatformError, PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.reply import Outcome, Placeholder, ReplyEvent, ReplyLog, Stopped

PATIENCE = 600.0
"""Seconds that opening and settling are repeated while a platform is away, before they raise."""

_PASSING = (PlatformUnavailable, StoreUnavailable)


class LiveMessage:
    """`Surface` over any `Outlet`.

    One task writes, from the placeholder to the last version, so sends of a reply never overlap nor overtake each other, and
    nothing that is in flight is ever cancelled: Discord's client loses count of its rate limit when that happens. What may be
    cancelled are the waits between. A cancelled `settle` leaves the writer at work; call it again, or `abandon`.
    """

    def __init__(
        self,
        outlet: Outlet,
        *,
        log: ReplyLog,
        clock: Clock,
        pace: Pace,
        resume: Sequence[Placeholder] = (),
        pending: str = "",
        patience: float = PATIENCE,
    ) -> None:
        self._outlet = outlet
        self._clock = clock
        self._pace = pace
        self._patience = patience
        self._board = Board(outlet, log=log, resume=resume, pending=pending)
        self._pages = Pages(outlet)
        self._transcript = Transcript()
        self._backoff = Backoff(clock)
        self._news = asyncio.Event()
        self._outcome: Outcome | None = None
        self._writer: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._worded = False
        self._renewed = False

    async def open(self) -> None:
        """Let the placeholder stand, posted or taken up.

        Raises `PlatformRefused`, `LeaseLost`, and after `patience` `PlatformUnavailable` or `StoreUnavailable`.
        """
        self._opened = asyncio.get_running_loop().create_future()
        self._writer = self._start()
        await asyncio.wait({self._opened, self._writer}, return_when=asyncio.FIRST_COMPLETED)
        if not self._opened.done():
            await self._writer

    def show(self, event: ReplyEvent) -> None:
        """Take note of an event; costs the same however long the text is."""
        self._transcript.add(event)
        self._news.set()

    async def settle(self, outcome: Outcome) -> None:
        """Return when the last version stands. Raises as `open` does."""
        if self._board.stopped:
            raise LeaseLost("this reply was given up")
        first, self._outcome = self._outcome is None, outcome
        if self._writer is None or self._writer.done():
            self._writer = self._start()
        elif first:
            self._backoff.hasten()
            self._interrupt()
        await asyncio.shield(self._writer)

    async def abandon(self) -> None:
        """Start no further send, and return when the one in flight has come to its end."""
        self._board.stop()
        self._interrupt()
        if self._writer is not None:
            await asyncio.wait({self._writer})

    def _start(self) -> asyncio.Task[None]:
        writer = asyncio.create_task(self._write())
        writer.add_done_callback(_heard)
        return writer

    async def _write(self) -> None:
        try:
            await self._place()
            if self._opened is not None and not self._opened.done():
                self._opened.set_result(None)
            await self._grow()
            await self._finish()
        except LeaseLost:
            self._board.stop()  # the journal may know before our own clock does
            raise

    async def _place(self) -> None:
        deadline = self._clock.monotonic() + self._patience
        while self._outcome is None and (self._board.doubtful or not self._board.standing):
            try:
                if await self._turn("post", urgent=True):
                    await (self._board.look_up() if self._board.doubtful else self._write_page(0, PLACEHOLDER))
            except _PASSING as error:
                self._repeat_before(deadline, error)

    async def _grow(self) -> None:
        while self._outcome is None and not self._board.stopped:
            behind = self._board.behind(self._newest())
            if behind is None:
                self._news.clear()
                await self._news.wait()
                continue
            try:
                await self._catch_up("edit" if behind < self._board.standing else "post")
            except _PASSING as error:
                self._backoff.failed(error)

    async def _catch_up(self, kind: Kind) -> None:
        """Wait for our turn, then send what is newest by then."""
        if not await self._turn(kind, urgent=not self._worded):
            return
        pages, worded = self._newest(), bool(self._transcript.text.strip())
        behind = self._board.behind(pages)
        if behind is None or kind != ("edit" if behind < self._board.standing else "post"):
            return
        try:
            await self._write_page(behind, pages[behind])
        except PlatformRefused:
            self._renew(behind)
            await self._closing()
            return
        self._worded = self._worded or worded

    async def _finish(self) -> None:
        deadline, kept = self._clock.monotonic() + self._patience, await self._left()
        while self._outcome is not None:
            pages = kept or self._pages.final(self._outcome)
            behind = self._board.behind(pages)
            if behind is None and not self._board.untidy(len(pages)):
                return
            try:
                await self._finish_step(pages, behind)
            except _PASSING as error:
                self._repeat_before(deadline, error)
            except PlatformRefused:
                if self._renewed or behind is None:
                    raise
                self._renew(behind)

    async def _left(self) -> list[str]:
        """A reply that is stopped before we wrote a word keeps what a process before us had written, as far as it can be read."""
        outcome = self._outcome
        if not isinstance(outcome, Stopped) or outcome.text.strip() or self._board.touched:
            return []
        try:
            kept = await self._board.kept()
        except PlatformError:
            return []
        if kept and kept[-1].endswith(self._outlet.note(outcome.note)):  # whoever wrote it had come that far
            return kept
        return self._pages.noted(kept, outcome.note) if any(text not in ("", PLACEHOLDER) for text in kept) else []

    async def _finish_step(self, pages: Sequence[str], behind: int | None) -> None:
        kind: Kind = "delete" if behind is None else "edit" if behind < self._board.standing else "post"
        if not await self._turn(kind, urgent=True):
            return
        if behind is None:
            await self._board.tidy(len(pages))
        else:
            await self._write_page(behind, pages[behind])

    async def _write_page(self, page: int, text: str) -> None:
        if await self._board.write(page, text):
            self._backoff.succeeded()

    def _newest(self) -> Sequence[str]:
        """The pages as they should stand now."""
        text, status = self._transcript.text, self._transcript.status
        if not text.strip() and not status and not self._board.touched:
            return ()  # what a process before us left is better than a placeholder
        return self._pages.growing(text, status)

    def _renew(self, page: int) -> None:
        """Somebody deleted a message, or it cannot be written: once, it is posted anew."""
        self._renewed = True
        self._board.forsake(page)

    def _repeat_before(self, deadline: float, error: PlatformUnavailable | StoreUnavailable) -> None:
        self._backoff.failed(error)
        if self._backoff.until > deadline:
            raise error

    async def _closing(self) -> None:
        while self._outcome is None and not self._board.stopped:
            self._news.clear()
            await self._news.wait()

    async def _turn(self, kind: Kind, *, urgent: bool) -> bool:
        """Whether our turn came; False when the wait was interrupted, because what is to be sent may be another now."""
        if self._board.stopped:
            raise LeaseLost("this reply was given up")
        wait = self._backoff.remaining
        if wait and not await self._unless_interrupted(self._clock.sleep(wait)):
            return False
        return await self._unless_interrupted(self._pace.turn(self._outlet.budgets(kind), urgent=urgent))

    async def _unless_interrupted(self, waiting: Coroutine[Any, Any, None]) -> bool:
        task = self._waiting = asyncio.create_task(waiting)
        await asyncio.wait({task})
        self._waiting = None
        if task.cancelled():
            return False
        task.result()
        return True

    def _interrupt(self) -> None:
        self._news.set()
        if self._waiting is not None:
            self._waiting.cancel()


def _heard(writer: asyncio.Task[None]) -> None:
    """Our own errors reach whoever opens or settles, later than the task ends; a defect is told at once."""
    error = None if writer.cancelled() else writer.exception()
    if error is not None and not isinstance(error, BotError):
        told = {"message": "the writer of a reply failed", "exception": error, "task": writer}
        writer.get_loop().call_exception_handler(told)
