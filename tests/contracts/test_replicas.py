"""What is acknowledged is on a replica too: a join waits for it, but never for long, and says once when it waited in vain."""

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.store.connection import Store, open_store
from bot.store.replicas import WAIT_SECONDS
from bot.turns.mailbox import Joined, Mailbox
from bot.vocabulary.lane import Lane
from tests.engine.samples import inbound
from tests.fakes.redis_servers import SentinelServers, until

FEWER, AGAIN = "fewer replicas than wanted have what was written", "replicas have what is written again"


@pytest.fixture(scope="module")
def pair() -> Iterator[SentinelServers]:
    with SentinelServers(patient=True) as servers:
        yield servers


@pytest.fixture
async def store(pair: SentinelServers) -> AsyncIterator[Store]:
    pair.wipe()
    async with open_store(pair.url) as opened:
        yield opened
    pair.replica.thaw()


@pytest.fixture
def lines() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as captured:
        yield captured


def events(lines: list[MutableMapping[str, Any]]) -> list[str]:
    return [line["event"] for line in lines]


async def join(store: Store, event: str) -> Joined:
    message = inbound(event)
    return await Mailbox(store, most=50).join(message, Lane(message.conversation))


async def test_a_join_returns_when_the_replica_has_it(pair: SentinelServers, store: Store, lines: list[MutableMapping[str, Any]]) -> None:
    assert await join(store, "one") is Joined.JOINED
    for again in ("two", "two"):  # who comes a second time waits as well
        pair.replica.freeze()
        joining = asyncio.create_task(join(store, again))
        await asyncio.sleep(WAIT_SECONDS / 5)
        assert not joining.done()
        pair.replica.thaw()
        await joining
    assert events(lines) == []


async def test_a_replica_that_hangs_holds_nobody_up_and_is_told_of_once(
    pair: SentinelServers, store: Store, lines: list[MutableMapping[str, Any]]
) -> None:
    pair.replica.freeze()
    async with asyncio.timeout(10 * WAIT_SECONDS):
        assert [await join(store, f"event {number}") for number in range(20)] == [Joined.JOINED] * 20
    assert events(lines) == [FEWER]
    pair.replica.thaw()
    until(lambda: pair.master.ask("WAIT", 1, 1000) == 1)
    await join(store, "last")
    await join(store, "the very last")
    assert events(lines) == [FEWER, AGAIN]


async def test_what_is_not_asked_for_is_not_waited_for(pair: SentinelServers, lines: list[MutableMapping[str, Any]]) -> None:
    pair.replica.freeze()
    try:
        async with open_store(pair.url, replicas=0) as store:
            assert await join(store, "not asked for") is Joined.JOINED
    finally:
        pair.replica.thaw()
    assert events(lines) == []


async def test_an_impatient_client_gets_its_reply_all_the_same(pair: SentinelServers) -> None:
    pair.replica.freeze()
    try:
        async with open_store(f"{pair.url}?socket_timeout=0.4") as store:
            assert await join(store, "impatient") is Joined.JOINED
    finally:
        pair.replica.thaw()


async def test_the_reply_stands_where_waiting_is_not_allowed(
    pair: SentinelServers, store: Store, lines: list[MutableMapping[str, Any]]
) -> None:
    await store._client.acl_setuser("guest", enabled=True, passwords=["+word"], categories=["+@all"], commands=["-wait"], keys=["*"])
    async with open_store(pair.url.replace("://", "://guest:word@")) as guest:
        assert await join(guest, "one") is Joined.JOINED
    assert [(line["event"], line["reason"]) for line in lines] == [(FEWER, "NoPermissionError")]


async def test_scripts_that_the_server_forgot_are_sent_again(store: Store) -> None:
    assert await join(store, "one") is Joined.JOINED
    await store._client.script_flush()
    assert await join(store, "two") is not Joined.PENDING
    assert await join(store, "two") is Joined.PENDING
