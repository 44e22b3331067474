"""Wakes: to whom they come, and that sending them never fails nor waits."""

import asyncio
import time

from bot.store.embedded import EmbeddedServer
from bot.turns.wakes import WAKE_SECONDS, LocalWakes, open_wakes
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
        one.received(lambda lane: _note(heard["discord"], lane), platforms=("discord",)),
        other.received(lambda lane: _note(heard["slack"], lane), platforms=("slack",)),
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


async def test_here_a_wake_does_not_wait_for_a_slot() -> None:
    wakes, slot, woken = LocalWakes(), asyncio.Event(), list[str]()

    async def start(lane: str) -> None:
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
