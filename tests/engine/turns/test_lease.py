"""A lease as its holder knows it: until when it may write, and that it is given back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import LeaseLost, StoreUnavailable
from bot.store.connection import Store
from bot.turns.lease import MARGIN, STEER, Lease, Leases
from bot.turns.mailbox import Mailbox
from bot.turns.turn import Turn
from bot.vocabulary.lane import Lane
from tests.engine.samples import THREAD
from tests.engine.turns.crew import Crew, Speaker, message, until
from tests.fakes.clock import VirtualClock

LANE = Lane(THREAD)


@asynccontextmanager
async def taken(store: Store, leases: Leases | None = None) -> AsyncIterator[Lease]:
    """The lane, held for a turn over a message that waits there."""
    await Mailbox(store, most=9).join(message("hello"), LANE)
    leases = leases or Leases(store, clock=VirtualClock(), seconds=60)
    async with leases.hold(LANE) as lease:
        assert lease
        assert isinstance(await leases.next_turn(lease), Turn)
        yield lease


async def test_it_is_held_until_shortly_before_its_end(store: Store) -> None:
    clock = VirtualClock(patience=0.01)
    async with taken(store, Leases(store, clock=clock, seconds=10)) as lease:
        await clock.advance(9)
        lease.may_write()
        clock._elapsed += 10 * (1 - MARGIN)  # a freeze: nothing of ours ran meanwhile
        with pytest.raises(StoreUnavailable):
            lease.may_write()


async def test_a_refusal_ends_it_for_good(store: Store) -> None:
    async with taken(store) as lease:
        lease.check(1)
        with pytest.raises(LeaseLost):
            lease.check(0)
        with pytest.raises(LeaseLost):
            lease.may_write()


async def test_nobody_else_holds_it_nor_we_twice(store: Store) -> None:
    us, them = (Leases(store, clock=VirtualClock(), seconds=10) for _ in range(2))
    async with taken(store, us) as lease, us.hold(LANE) as again, them.hold(LANE) as theirs:
        assert again is None
        assert theirs
        assert await them.next_turn(theirs) is None
        ours = lease.epoch
    async with taken(store, them) as lease:
        assert lease.epoch > ours


async def test_it_is_given_back_however_impatiently_its_holder_is_cancelled(store: Store) -> None:
    leases, held = Leases(store, clock=VirtualClock(), seconds=60), asyncio.Event()

    async def hold() -> None:
        async with taken(store, leases):
            held.set()
            await asyncio.Event().wait()

    for _ in range(2):
        held.clear()
        holding = asyncio.create_task(hold())
        await held.wait()
        while not holding.done():
            holding.cancel()
            await asyncio.sleep(0)
        assert holding.cancelled()
        async with taken(store):
            pass


async def test_a_stop_reaches_only_the_turn_that_it_means(store: Store) -> None:
    one, two = (Turn(name, LANE, (message(name),)) for name in ("one", "two"))
    async with taken(store) as lease:
        lease.ask_to_stop("")
        lease.begin(one, epoch=1)
        lease.ask_to_stop("two")
        assert not lease.stop.is_set()
        lease.ask_to_stop("one", STEER)
        assert (lease.stop.is_set(), lease.why) == (True, STEER)
        lease.begin(two, epoch=1)
        assert (lease.stop.is_set(), lease.why) == (False, "")


class Lingering(Leases):
    """After it gave a lease back it stays a while where a wake can come in between."""

    left: asyncio.Event
    go: asyncio.Event

    @asynccontextmanager
    async def hold(self, lane: Lane) -> AsyncIterator[Lease | None]:
        async with super().hold(lane) as lease:
            yield lease
        self.left.set()
        await self.go.wait()


async def test_a_wake_between_the_last_look_and_the_end_of_a_lanes_task_is_not_lost(crew: Crew) -> None:
    process = crew.made(Speaker(), sweep=60.0)
    leases = Lingering(crew.store, clock=VirtualClock(), seconds=60)
    leases.left, leases.go = asyncio.Event(), asyncio.Event()
    process.worker._leases = leases
    async with process.worker.working(process.wakes, drain_seconds=1):
        await process.hears(message("one"))
        await leases.left.wait()
        await process.hears(message("two"))
        await until(lambda: bool(process.worker._again))
        leases.go.set()
        await crew.done()
    assert crew.platform.said == ["heard Ada: one", "heard Ada: two"]
