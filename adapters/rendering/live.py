"""A reply that grows in place: events come in at the model's speed, one writer brings the newest text out at the platform's pace."""

import asyncio
from collections.abc import Sequence

from adapters.rendering.afterwards import Afterwards
from adapters.rendering.board import Board, Page
from adapters.rendering.ending import PATIENCE, Ending, Settlement
from adapters.rendering.growth import Growth
from adapters.rendering.outlet import Kind, Outlet
from adapters.rendering.pace import Pace
from adapters.rendering.pages import PLACEHOLDER, Pages
from adapters.rendering.turntaking import TurnTaking
from bot.errors import BotError, LeaseLost, PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Outcome, Placeholder, ReplyEvent, ReplyLog

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
        stop: Button | None = None,
        file_after: int = 0,
    ) -> None:
        """`stop` stands under the reply while it grows. An answer of more than `file_after` messages comes as a file too (0: never)."""
        self._clock = clock
        self._patience = patience
        self._file_after = file_after
        self._board = Board(outlet, log=log, resume=resume, pending=pending)
        self._turns = TurnTaking(outlet, clock=clock, pace=pace)
        self._afterwards = Afterwards(outlet, board=self._board, turns=self._turns, log=log, clock=clock)
        pages = Pages(outlet)
        self._growth = Growth(outlet, pages, clock=clock, stop=stop)
        self._ending = Ending(outlet, board=self._board, turns=self._turns, pages=pages, clock=clock)
        self._stop = () if stop is None else (stop,)
        self._news = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None
        self._wordless = False
        """Whether what waits now shows no words: the next event may change what it waits for."""
        self._worded = False

    async def open(self) -> None:
        """Let the placeholder stand, posted or taken up.

        Raises `PlatformRefused`, `LeaseLost`, and after `patience` `PlatformUnavailable` or `StoreUnavailable`.
        """
        self._growth.thinking.begin()
        self._opened = asyncio.get_running_loop().create_future()
        self._writer = self._start()
        await asyncio.wait({self._opened, self._writer}, return_when=asyncio.FIRST_COMPLETED)
        if not self._opened.done():
            await self._writer

    def show(self, event: ReplyEvent) -> None:
        """Take note of an event; costs the same however long the text is."""
        self._growth.take(event)
        self._news.set()
        if self._wordless:
            self._turns.interrupt()

    async def settle(self, outcome: Outcome, buttons: Sequence[Button] = ()) -> None:
        """Return when the last version stands, `buttons` under its last message. Raises as `open` does."""
        if self._board.stopped:
            raise LeaseLost("this reply was given up")
        first, last = self._ending.last is None, Settlement(outcome, tuple(buttons), self._clock.monotonic())
        self._ending.last = last
        if self._writer is None or self._writer.done():
            self._writer = self._start()
        else:
            self._interrupt(hasten=first)
        await last.wait(self._writer)

    async def abandon(self) -> None:
        """Start no further send, and return when the one in flight has come to its end."""
        self._board.stop()
        self._turns.stop()
        self._news.set()
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
            done = None
            while (last := self._ending.last) is not None and last is not done:
                done = await self._ending.finish(last, patience=self._patience)
                deadline = self._clock.monotonic() + self._patience
                await self._ending.hand_files(done, self._afterwards, file_after=self._file_after, deadline=deadline)
        except LeaseLost:
            self._board.stop()  # the journal may know before our own clock does
            raise

    async def _place(self) -> None:
        deadline = self._clock.monotonic() + self._patience
        while self._ending.last is None and (self._board.doubtful or not self._board.standing):
            try:
                if await self._turns.take("post", urgent=True):
                    await (self._board.look_up() if self._board.doubtful else self._write_page(0, Page(PLACEHOLDER, self._stop)))
            except _PASSING as error:
                self._turns.failed(error, deadline=deadline)

    async def _grow(self) -> None:
        while self._ending.last is None and not self._board.stopped:
            kind = self._wanted()
            try:
                await (self._rest() if kind is None else self._catch_up(kind))
            except _PASSING as error:
                self._turns.failed(error, deadline=float("inf"))

    async def _rest(self) -> None:
        """Wait for news, or until people should read how long the model has been thinking."""
        self._growth.shown()
        self._news.clear()
        if not self._growth.silent or not self._board.touched:
            await self._news.wait()
            return
        self._wordless = True
        if await self._turns.unless_interrupted(self._clock.sleep(self._growth.thinking.due)):
            self._growth.thinking.renew()
        self._wordless = False

    async def _catch_up(self, kind: Kind) -> None:
        """Wait for our turn, then send what is newest by then."""
        self._wordless = not self._growth.worded
        came = await self._turns.take(kind, urgent=self._growth.worded and not self._worded, since=self._growth.since)
        self._wordless = False
        if not came:
            return
        if self._growth.silent:
            self._growth.thinking.renew()
        pages, worded = self._newest(), self._growth.worded
        behind = self._board.behind(pages)
        if behind is None or kind != self._kind(behind):
            return
        since = self._growth.shown() if behind == len(pages) - 1 else None
        try:
            await self._write_page(behind, pages[behind])
        except PlatformRefused:
            self._board.renew(behind)
            await self._closing()
        except _PASSING:
            self._growth.missed(since)
            raise
        else:
            self._worded = self._worded or worded

    async def _write_page(self, number: int, page: Page) -> None:
        if await self._board.write(number, page):
            self._turns.succeeded()

    def _newest(self) -> Sequence[Page]:
        return self._growth.newest(over=not self._board.touched)

    def _wanted(self) -> Kind | None:
        """What the next send is, or None when all stands. Where plain words run on in the last message no pages are made for that."""
        if self._growth.runs_on and self._growth.messages == self._board.standing and self._board.touched:
            return "edit"
        behind = self._board.behind(self._newest())
        return None if behind is None else self._kind(behind)

    def _kind(self, behind: int) -> Kind:
        return "edit" if behind < self._board.standing else "post"

    async def _closing(self) -> None:
        while self._ending.last is None and not self._board.stopped:
            self._news.clear()
            await self._news.wait()

    def _interrupt(self, *, hasten: bool) -> None:
        if hasten:
            self._turns.hasten()
        self._news.set()
        self._turns.interrupt()


def _heard(writer: asyncio.Task[None]) -> None:
    """Our own errors reach whoever opens or settles, later than the task ends; a defect is told at once."""
    error = None if writer.cancelled() else writer.exception()
    if error is not None and not isinstance(error, BotError):
        told = {"message": "the writer of a reply failed", "exception": error, "task": writer}
        writer.get_loop().call_exception_handler(told)
