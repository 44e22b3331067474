"""Messages that cannot be kept now, because the store is away: held in this process for a while, with the waiting sign."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.errors import PlatformError, PlatformRefused, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.tasks import end

log = structlog.get_logger("discord")

FIRST_WAIT = 0.25
LONGEST_WAIT = 2.0
"""Seconds between two tries of the whole process; doubling, with jitter."""
SIGNS_AT_ONCE = 8
"""Requests for the sign under way at once: answers need Discord as well."""


@dataclass(eq=False, slots=True)
class Held:
    """One message. `until`: monotonic seconds; `over` is set once it was handed over or given up."""

    inbound: Inbound
    until: float
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ambient(self) -> bool:
        """Nobody spoke to us: no sign and no word."""
        return self.inbound.addressed is Addressed.AMBIENT

    @property
    def channel(self) -> str:
        """The channel's id."""
        return self.inbound.address.data["channel"]


@dataclass(frozen=True, slots=True)
class Means:
    """What holding needs of others: `receive` hands over, `sign` puts or takes the waiting sign, `apologise` speaks in a channel."""

    receive: Callable[[Inbound], Awaitable[object]]
    sign: Callable[[Inbound, bool], Awaitable[None]]
    apologise: Callable[[str], Awaitable[None]]


class Holding:
    """At most `most` messages, each for `seconds`, handed over in each channel's order by one task that tries for all.

    Talk that nobody addressed to us takes at most half of the places, so that it never costs somebody an answer.
    """

    def __init__(self, means: Means, *, clock: Clock, most: int, seconds: float) -> None:
        self._means = means
        self._clock = clock
        self._most = most
        self._seconds = seconds
        self._lines: dict[str, deque[Held]] = {}
        self._signs: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(SIGNS_AT_ONCE)
        self._running: asyncio.Task[None] | None = None
        self._kept = self._given_up = 0
        self._closed = False

    def holds(self, channel: str) -> bool:
        """Whether messages wait in `channel`: later ones must wait behind them."""
        return channel in self._lines

    def last(self, channel: str) -> asyncio.Event | None:
        """Tells when the last message that waits in `channel` is over with; None where none waits."""
        line = self._lines.get(channel)
        return line[-1].over if line else None

    async def hold(self, inbound: Inbound) -> asyncio.Event:
        """Keep it; the event tells when it is over with. Where there is no room its author is told at once."""
        held = Held(inbound, self._clock.monotonic() + self._seconds)
        if self._closed:
            await self._give_up(held)
            return held.over
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="held messages")
        waiting = sum(map(len, self._lines.values()))
        if waiting >= (self._most // 2 if held.ambient else self._most):
            await self._give_up(held)
            return held.over
        self._lines.setdefault(held.channel, deque()).append(held)
        if not held.ambient:
            self._signs.add(task := asyncio.create_task(self._signed(held), name="waiting sign"))
            task.add_done_callback(self._signs.discard)
        return held.over

    async def close(self) -> None:
        """Hand over what the store takes now; whoever else waits, or still comes, is told. Returns when no sign of ours is left."""
        self._closed = True
        if self._running is not None:
            await end(self._running)
            await self._hand_over()
            for held in list(self._all()):
                await self._give_up(held)
            self._report()
        await asyncio.gather(*self._signs)

    async def _run(self) -> None:
        wait = FIRST_WAIT
        while self._lines:
            await self._clock.sleep(wait * random.uniform(0.75, 1.0))
            taken = await self._hand_over()
            wait = FIRST_WAIT if taken else min(LONGEST_WAIT, 2 * wait)
            await self._expire()
        self._report()

    def _report(self) -> None:
        tell = log.warning if self._given_up else log.info  # that the store is away the store says
        tell("messages_held", handed_over=self._kept, given_up=self._given_up)
        self._kept = self._given_up = 0
        self._running = None

    async def _hand_over(self) -> bool:
        """Whether the store took at least one."""
        taken = False
        for channel in list(self._lines):
            while line := self._lines.get(channel):
                held = line[0]
                try:
                    await self._means.receive(held.inbound)
                except StoreUnavailable:
                    return taken
                except Exception:  # one message's defect must not hold up the others
                    log.exception("event_failed", event_name="held message")
                taken = True
                self._kept += 1
                self._done(held)
        return taken

    async def _expire(self) -> None:
        now = self._clock.monotonic()
        for held in [held for held in self._all() if held.until <= now]:
            await self._give_up(held)

    async def _give_up(self, held: Held) -> None:
        self._given_up += 1
        self._done(held)
        if not held.ambient:
            await self._means.apologise(held.channel)

    def _all(self) -> Iterator[Held]:
        return (held for line in self._lines.values() for held in line)

    def _done(self, held: Held) -> None:
        line = self._lines.get(held.channel)
        if line and held in line:
            line.remove(held)
            if not line:
                del self._lines[held.channel]
        held.over.set()

    async def _signed(self, held: Held) -> None:
        """Shows the sign until it is over. A sign is never worth more than a line in the log."""
        async with self._at_once:
            if held.over.is_set():
                return
            try:
                await self._means.sign(held.inbound, True)
            except PlatformRefused:
                return
            except PlatformError as error:
                log.debug("waiting_sign_failed", message=held.inbound.id, error=str(error))
        await held.over.wait()
        async with self._at_once:
            with suppress(PlatformError):
                await self._means.sign(held.inbound, False)
