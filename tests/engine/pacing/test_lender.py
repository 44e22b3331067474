"""The lender where the store is a real one: what it costs, and what happens while it is away."""

import asyncio
import time
from itertools import pairwise

import pytest
import redis
from structlog.testing import capture_logs

from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.errors import StoreUnavailable
from bot.pacing.lender import ANSWER_SECONDS, PAUSE_SECONDS, SharedLender, milliseconds
from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer
from bot.vocabulary.pace import Budget
from tests.fakes.clock import VirtualClock
from tests.fakes.frozen import FreezingProxy

CHANNEL = Budget("channel", interval=0.05, most=4, reserve=1, refill=60.0)
OVERALL = Budget("all", interval=0.001, most=8, ahead=2, keep=5.0)


def round_trips(server: EmbeddedServer) -> int:
    """Scripts that the server ran: each is one round trip."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        stats = client.info("commandstats")
    assert isinstance(stats, dict)
    return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("eval", "evalsha"))


async def test_forty_edits_need_fewer_than_half_as_many_round_trips(store: Store, redis_server: EmbeddedServer) -> None:
    pace = Pace(SystemClock(), SharedLender(store, clock=SystemClock()))
    await pace.turn([CHANNEL, OVERALL], urgent=False)
    before = round_trips(redis_server)
    for _ in range(40):
        await pace.turn([CHANNEL, OVERALL], urgent=False)
    assert 5 <= round_trips(redis_server) - before < 20


async def test_two_processes_never_send_at_the_same_time(store: Store, redis_url: str) -> None:
    times: list[float] = []

    async def stream(store: Store) -> None:
        pace = Pace(SystemClock(), SharedLender(store, clock=SystemClock()))
        for _ in range(12):
            await pace.turn([CHANNEL], urgent=False)
            times.append(time.monotonic())

    async with open_store(redis_url) as other:
        await asyncio.gather(stream(store), stream(other))
    assert times == sorted(times)
    assert sum(later - earlier < CHANNEL.interval / 2 for earlier, later in pairwise(times)) == 0
    assert times[-1] - times[0] >= 22.5 * CHANNEL.interval


async def test_a_store_that_hangs_is_waited_for_once_and_asked_again_later(redis_url: str, redis_server: EmbeddedServer) -> None:
    clock = VirtualClock()
    async with FreezingProxy(redis_server.socket) as way, open_store(f"redis://{way.address}") as store:
        lender = SharedLender(store, clock=clock)
        assert (await lender.borrow(CHANNEL, wanted=1, urgent=False)).turns == 1
        way.freeze()
        with capture_logs() as lines:
            began = time.monotonic()
            replies = await asyncio.gather(*(lender.borrow(CHANNEL, wanted=1, urgent=False) for _ in range(5)), return_exceptions=True)
            waited = time.monotonic() - began
            assert all(isinstance(reply, StoreUnavailable) for reply in replies)
            assert waited < 4 * ANSWER_SECONDS
            assert await away_at_once(lender)
            way.thaw()
            assert await away_at_once(lender), "it is left alone for a moment"
            await clock.advance(PAUSE_SECONDS)
            assert (await lender.borrow(CHANNEL, wanted=1, urgent=False)).turns
            way.freeze()
            with pytest.raises(StoreUnavailable):
                await lender.borrow(CHANNEL, wanted=1, urgent=False)
            way.thaw()
        assert [line["event"] for line in lines] == ["pace_not_shared", "pace_shared_again", "pace_not_shared"]


async def away_at_once(lender: SharedLender) -> bool:
    """Whether it refuses without asking anybody: in the same step of the loop."""
    asking = asyncio.ensure_future(lender.borrow(CHANNEL, wanted=1, urgent=False))
    await asyncio.sleep(0)
    return isinstance(asking.exception(), StoreUnavailable)


async def test_sends_go_on_while_the_store_is_gone(redis_url: str, redis_server: EmbeddedServer) -> None:
    times: list[float] = []
    async with FreezingProxy(redis_server.socket) as way, open_store(f"redis://{way.address}") as store:
        pace = Pace(SystemClock(), SharedLender(store, clock=SystemClock()))
        for number in range(20):
            if number == 5:
                await way.cut()
            if number == 12:
                await way.mend()
            await pace.turn([CHANNEL], urgent=number % 7 == 0)
            times.append(time.monotonic())
    assert times[-1] - times[0] < 10


@pytest.mark.parametrize(("seconds", "whole"), [(1.3, 1300), (0.025, 25), (0.0251, 26), (0.1 + 0.2, 300), (0.0, 0)])
def test_intervals_are_whole_milliseconds_and_never_shorter(seconds: float, whole: int) -> None:
    assert milliseconds(seconds) == whole
