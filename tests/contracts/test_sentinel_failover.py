"""The master dies like a machine: what its replica had is still there, and the store goes on by itself."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from bot.errors import StoreUnavailable
from bot.store import replicas
from bot.store.connection import Store, open_store
from bot.turns.docket_wakes import DocketWakes, open_wakes
from bot.turns.mailbox import Joined, Mailbox
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import Scripts
from tests.engine.samples import SLACK_DIRECT, THREAD, inbound
from tests.fakes.redis_servers import SentinelServers

AGAIN_SECONDS = 20.0
"""Sentinels notice after half a second here and elect within two; the rest is room for a busy machine."""


@pytest.fixture
def three_sentinels() -> Iterator[SentinelServers]:
    with SentinelServers(sentinels=3) as servers:
        yield servers


@pytest.fixture
def one_sentinel() -> Iterator[SentinelServers]:
    """Which need not agree with others: it is sooner up."""
    with SentinelServers() as servers:
        yield servers


async def test_a_failover_loses_nothing_that_the_replica_has(three_sentinels: SentinelServers) -> None:
    async with open_store(three_sentinels.url) as store, asyncio.TaskGroup() as group:
        lane, heard = Scripts(store, Lane(THREAD)), asyncio.Event()
        group.create_task(_hear(store, heard))
        assert await lane.join("before") == "joined"
        epoch = (await lane.start("us", milliseconds=60_000)).epoch
        assert await store._client.wait(1, 5_000) == 1
        three_sentinels.master.kill()
        joined = await _join_until_it_works(lane, "after")
        assert joined in {"busy", "pending"}, "behind the turn that was begun"
        assert await lane.waiting() == ["before", "after"]
        assert (await lane.renew(epoch))[0], "the lease outlives its server"
        assert three_sentinels.replica.tells("replication")["role"] == "master"
        async with asyncio.timeout(AGAIN_SECONDS):
            while not heard.is_set():
                await store.publish("channel", "hello")
                await asyncio.sleep(0.02)


async def test_no_acknowledged_message_dies_with_its_master(one_sentinel: SentinelServers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replica hears nothing of the last moments; what came in those was not acknowledged, and all else waits at the new master."""
    monkeypatch.setattr(replicas, "WAIT_SECONDS", AGAIN_SECONDS)
    async with open_store(one_sentinel.url) as store:
        mailbox, acknowledged, many = Mailbox(store, most=10_000), list[str](), asyncio.Event()

        async def receive(receiver: int) -> None:
            for number in range(10_000):
                message = inbound(f"{receiver}-{number}")
                try:
                    await mailbox.join(message, Lane(message.conversation))
                except StoreUnavailable:
                    return
                acknowledged.append(message.text)
                if len(acknowledged) > 200:
                    many.set()

        async with asyncio.TaskGroup() as group:
            for receiver in range(8):
                group.create_task(receive(receiver))
            await many.wait()
            one_sentinel.replica.freeze()
            one_sentinel.master.ask("CLIENT KILL", "TYPE", "replica")
            await asyncio.sleep(0.2)
            one_sentinel.master.kill()
            one_sentinel.replica.thaw()
        await _until_it_answers(store)
    async with open_store(one_sentinel.url, replicas=0) as store:  # there is none any more
        mailbox = Mailbox(store, most=10_000)
        again = [await mailbox.join(inbound(event), Lane(inbound().conversation)) for event in acknowledged]
    assert set(again) == {Joined.PENDING}


async def test_wakes_go_on(one_sentinel: SentinelServers) -> None:
    """Nobody is told that the work engine's own connections were lost: a wake after the failover finds a worker."""
    heard = set[str]()

    async def woken(lane: str, _: float) -> None:
        heard.add(lane)

    url = one_sentinel.url
    async with open_wakes(url) as sender, open_wakes(url) as receiver, receiver.received(woken, platforms=("discord", "slack")):
        await _wake_until_heard(sender, Lane(THREAD), heard)
        one_sentinel.master.kill()
        await _wake_until_heard(sender, Lane(SLACK_DIRECT), heard)


async def _wake_until_heard(sender: DocketWakes, lane: Lane, heard: set[str]) -> None:
    """As whoever sweeps: a wake may be lost, the next is not."""
    async with asyncio.timeout(AGAIN_SECONDS):
        while str(lane) not in heard:
            await sender.wake(lane)
            await asyncio.sleep(0.1)


async def _until_it_answers(store: Store) -> None:
    deadline = time.monotonic() + AGAIN_SECONDS
    while True:
        try:
            return await store.set("probe", "written")
        except StoreUnavailable:
            assert time.monotonic() < deadline, "the store did not come back"
            await asyncio.sleep(0.05)


async def _join_until_it_works(lane: Scripts, event: str) -> str:
    """Any other error than `StoreUnavailable` fails the test."""
    deadline, refused = time.monotonic() + AGAIN_SECONDS, 0
    while True:
        try:
            outcome = await lane.join(event)
        except StoreUnavailable:
            refused += 1
            assert time.monotonic() < deadline, "the store did not come back"
            await asyncio.sleep(0.05)
        else:
            assert refused, "the master was not away at all"
            return outcome


async def _hear(store: Store, heard: asyncio.Event) -> None:
    """Listen as our processes do: again, whenever the connection broke."""
    while True:
        try:
            async for _ in store.listen("channel"):
                heard.set()
                return
        except StoreUnavailable:
            await asyncio.sleep(0.05)
