"""Wakes: to whom they come, and that sending them never fails nor waits."""

import asyncio
import time
from collections.abc import Callable
from itertools import count

import redis

from bot.store.embedded import EmbeddedServer
from bot.turns.docket_wakes import DOCKET, SENDERS, WAKE_SECONDS, open_wakes
from bot.turns.wakes import LocalWakes
from bot.vocabulary.lane import Lane
from tests.engine.samples import SLACK_DIRECT, THREAD
from tests.engine.turns.crew import until
from tests.fakes.frozen import FreezingProxy


async def test_a_wake_comes_to_a_process_that_serves_the_platform(redis_url: str) -> None:
    heard: dict[str, list[str]] = {"discord": [], "slack": []}

    async with (
        open_wakes(redis_url) as sender,
        open_wakes(redis_url) as one,
        open_wakes(redis_url) as other,
        one.received(lambda lane, _: _note(heard["discord"], lane), platforms=("discord",)),
        other.received(lambda lane, _: _note(heard["slack"], lane), platforms=("slack",)),
    ):
        for lane in (Lane(THREAD), Lane(SLACK_DIRECT), Lane(THREAD)):
            await sender.wake(lane)
        await until(lambda: len(heard["discord"]) + len(heard["slack"]) == 3)
    assert heard == {"discord": [str(Lane(THREAD))] * 2, "slack": [str(Lane(SLACK_DIRECT))]}


async def _note(heard: list[str], lane: str) -> None:
    heard.append(lane)


async def test_sending_never_raises_and_never_waits_long(redis_server: EmbeddedServer, redis_url: str) -> None:
    assert redis_url
    async with FreezingProxy(redis_server.socket) as way, open_wakes(f"redis://{way.address}") as wakes:
        await wakes.wake(Lane(THREAD))
        way.freeze()
        began = time.monotonic()
        await wakes.wake(Lane(THREAD))
        assert time.monotonic() - began < WAKE_SECONDS + 1
        way.thaw()
        await way.cut()
        await wakes.wake(Lane(THREAD))
        await way.mend()


async def test_many_at_once_share_a_few_connections(redis_url: str) -> None:
    async with open_wakes(redis_url) as wakes:
        await wakes.wake(Lane(THREAD))
        with redis.Redis.from_url(redis_url) as client:
            before = len(client.client_list())
            await asyncio.gather(*(wakes.wake(Lane(THREAD)) for _ in range(100)))
            assert len(client.client_list()) - before < SENDERS
    assert _sent(redis_url) == 101


async def test_how_long_to_wait_reaches_whoever_is_woken(redis_url: str) -> None:
    heard = list[tuple[str, float]]()

    async def woken(lane: str, after: float) -> None:
        heard.append((lane, after))

    async with open_wakes(redis_url) as one, one.received(woken, platforms=("discord",)), open_wakes(redis_url) as sender:
        await sender.wake(Lane(THREAD), after=1.2)
        await until(lambda: heard == [(str(Lane(THREAD)), 1.2)])
    wakes = LocalWakes()
    async with wakes.received(woken, platforms=("discord",)):
        await wakes.wake(Lane(SLACK_DIRECT), after=0.5)
        await until(lambda: len(heard) == 2)
    assert heard[1] == (str(Lane(SLACK_DIRECT)), 0.5)


async def test_here_a_wake_does_not_wait_for_a_slot() -> None:
    wakes, slot, woken = LocalWakes(), asyncio.Event(), list[str]()

    async def start(lane: str, _: float) -> None:
        await slot.wait()
        woken.append(lane)

    await wakes.wake(Lane(THREAD))
    async with wakes.received(start, platforms=("discord",)):
        await wakes.wake(Lane(THREAD))
        assert woken == []
        slot.set()
        await until(lambda: woken == [str(Lane(THREAD))])
        slot.clear()
        await wakes.wake(Lane(THREAD))
    await wakes.wake(Lane(THREAD))
    assert len(woken) == 1


async def test_a_full_process_leaves_wakes_to_others_until_it_has_room(redis_url: str) -> None:
    full, heard = True, {"full": list[str](), "free": list[str]()}
    async with (
        open_wakes(redis_url) as one,
        one.received(lambda lane, _: _note(heard["full"], lane), platforms=("discord",), full=lambda: full),
    ):
        async with open_wakes(redis_url) as other, other.received(lambda lane, _: _note(heard["free"], lane), platforms=("discord",)):
            for _ in range(6):
                await one.wake(Lane(THREAD))
            await until(lambda: len(heard["free"]) == 6)
        await one.wake(Lane(THREAD))
        await asyncio.sleep(0.3)  # it looks again every twentieth of a second
        assert _sent(redis_url) == 7, "who is full takes no wake, rather than handing it back again and again"
        assert heard["full"] == []
        full = False
        await until(lambda: len(heard["full"]) == 1)


async def test_a_wake_that_was_read_together_with_the_one_that_took_the_last_slot_goes_back(redis_url: str) -> None:
    heard: dict[str, list[str]] = {"small": [], "free": []}

    async with open_wakes(redis_url) as one:
        for _ in range(2):
            await one.wake(Lane(THREAD))
        async with one.received(lambda lane, _: _note(heard["small"], lane), platforms=("discord",), full=lambda: bool(heard["small"])):
            await until(lambda: len(heard["small"]) == 1)
            async with open_wakes(redis_url) as other, other.received(lambda lane, _: _note(heard["free"], lane), platforms=("discord",)):
                await until(lambda: len(heard["free"]) == 1)
    assert len(heard["small"]) == 1


async def test_who_answers_alone_needs_no_work_engine_until_it_is_full_or_another_comes(redis_url: str) -> None:
    full, heard = False, {"one": list[str](), "other": list[str]()}

    async def wakes_until(done: Callable[[], bool]) -> int:
        """How many it took."""
        for number in count(1):
            await one.wake(Lane(THREAD))
            await asyncio.sleep(0.02)
            if done():
                return number
        raise AssertionError

    async with (
        open_wakes(redis_url, others_seconds=0.05) as one,
        one.received(lambda lane, _: _note(heard["one"], lane), platforms=("discord",), full=lambda: full),
    ):
        sent = await wakes_until(lambda: len(heard["one"]) > _sent(redis_url))
        before = _sent(redis_url)
        for _ in range(5):
            await one.wake(Lane(THREAD), after=0.0)
        await until(lambda: len(heard["one"]) == sent + 5)
        assert _sent(redis_url) == before, "none of them went through the work engine"
        full = True
        await one.wake(Lane(THREAD))
        assert _sent(redis_url) == before + 1
        full = False
        async with open_wakes(redis_url) as other, other.received(lambda lane, _: _note(heard["other"], lane), platforms=("discord",)):
            await wakes_until(lambda: bool(heard["other"]))
        assert await wakes_until(lambda: len(heard["one"]) > sent + 6)


def _sent(redis_url: str) -> int:
    """Wakes for one platform, as the work engine has counted them."""
    with redis.Redis.from_url(redis_url) as client:
        stream = f"{DOCKET}-discord:stream"
        return int(client.xinfo_stream(stream)["entries-added"]) if client.exists(stream) else 0
