"""One reply, its room and its journal, on one clock."""

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any

from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from adapters.rendering.split import Render, identity
from adapters.rendering.written import WrittenText
from bot.vocabulary.controls import Button
from bot.vocabulary.pace import Lender
from bot.vocabulary.reply import Answered, Outcome, Placeholder, TextDelta
from tests.adapters.rendering.room import Log, Room, RoomOutlet
from tests.fakes.clock import VirtualClock


class Scene:
    """Edits at most once a second, posts without a limit, messages of `limit` characters."""

    def __init__(self, *, limit: int = 2000, render: Render = identity, lender: Lender | None = None, reserve: int = 0) -> None:
        self.clock = VirtualClock()
        self.room = Room(self.clock, limit=limit)
        self.pace = Pace(self.clock, lender)
        self.log = Log()
        self._render = render
        self._reserve = reserve
        self.closes = False
        self.late_seconds = math.inf
        self.every = 1.0
        self.post_every = 0.0
        self.writer: Callable[[], WrittenText] | None = None

    def live(
        self, *, name: str = "reply", log: Log | None = None, resume: Sequence[Placeholder] = (), patience: float = 600, **more: Any
    ) -> LiveMessage:
        """`more`: what else `LiveMessage` takes."""
        outlet = RoomOutlet(self.room, name=name, every=self.every, reserve=self._reserve, render=self._render)
        outlet.closes, outlet.late_seconds, outlet.post_every = self.closes, self.late_seconds, self.post_every
        outlet.writer = self.writer or outlet.writer
        log = log or self.log
        log.parts = list(resume)
        return LiveMessage(outlet, log=log, clock=self.clock, pace=self.pace, resume=resume, patience=patience, **more)

    async def opened(self, **options: object) -> LiveMessage:
        live = self.live(**options)  # type: ignore[arg-type]
        await self.clock.run_until(live.open())
        return live

    async def say(self, live: LiveMessage, text: str, *, then: float = 0.0) -> None:
        """Text comes, then `then` seconds pass."""
        live.show(TextDelta(text))
        await self.clock.advance(then)

    async def settle(self, live: LiveMessage, outcome: Outcome | str, buttons: Sequence[Button] = ()) -> float:
        """Settle and return how long it took."""
        before = self.clock.elapsed
        await self.clock.run_until(live.settle(Answered(outcome) if isinstance(outcome, str) else outcome, buttons))
        return self.clock.elapsed - before

    def tidy(self) -> None:
        """Others delete what was left to them."""
        for placeholder in self.log.left:
            self.room.messages[int(placeholder.data["message"])].deleted = True

    async def idle(self, within: float) -> None:
        """So much time passes, and nothing is sent."""
        sends = len(self.room.sends)
        await self.clock.advance(within)
        assert len(self.room.sends) == sends

    async def rest(self) -> None:
        """Nothing wrong was seen, nothing is left running, and nothing more is sent however long one waits."""
        sends = len(self.room.sends)
        await self.clock.advance(3_600)
        assert self.room.violations == []
        assert len(self.room.sends) == sends
        assert asyncio.all_tasks() == {asyncio.current_task()}
