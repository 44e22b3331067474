"""The store as rooms see it: what it raises when Redis is away, silent, forgetful or closed to us."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.errors import SettingsInvalid, StoreUnavailable
from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer
from bot.store.topology import CONNECTIONS
from tests.fakes.frozen import FreezingProxy


@pytest.fixture
async def way(redis_server: EmbeddedServer, redis_url: str) -> AsyncIterator[FreezingProxy]:
    assert redis_url
    async with FreezingProxy(redis_server.socket) as proxy:
        yield proxy


async def steps(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def every_verb(store: Store) -> None:
    """Each must raise, none may hang."""
    calls = [
        store.run("once", ["k"], [1]), store.get("k"), store.set("k", "v", ttl=1), store.delete("k"), store.hash_all("k"),
        store.hash_many("k", ["f"]), store.hash_set("k", {"f": "v"}, ttl=1), store.push_newest("k", "v", keep=1, ttl=1),
        store.range("k", 0, 1), store.sorted_range("k", 0, 1), store.sorted_scores("k"),
        store.publish("c", "m"), store.info("server"), store.config("appendonly"), store.ping(), anext(aiter(store.listen("c"))),
    ]  # fmt: skip
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, StoreUnavailable), outcome


async def test_away_is_said_by_every_verb_and_a_server_that_comes_is_found(way: FreezingProxy) -> None:
    async with open_store(f"redis://{way.address}") as store:
        await store.set("k", "v")
        await way.cut()
        await every_verb(store)
        await way.mend()
        assert await store.get("k") == "v"


async def test_a_silent_server_is_given_up_after_one_wait(way: FreezingProxy) -> None:
    async with open_store(f"redis://{way.address}?socket_timeout=0.2") as store:
        await store.set("k", "v")
        way.freeze()
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await store.get("k")
        assert time.monotonic() - began < 0.6
        way.thaw()
        assert await store.get("k") == "v"


async def test_a_cancelled_call_leaves_no_answer_for_the_next(way: FreezingProxy) -> None:
    async with open_store(f"redis://{way.address}") as store:
        await store.set("one", "1")
        await store.set("two", "2")
        way.freeze()
        asking = asyncio.create_task(store.get("one"))
        await steps(20)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        way.thaw()
        assert await asyncio.gather(*(store.get("two") for _ in range(20))) == ["2"] * 20


async def test_no_cancellation_is_swallowed(store: Store) -> None:
    await store.set("k", "v")
    for number in range(20):
        asking = asyncio.create_task(store.get("k"))
        await steps(number)
        in_time = asking.cancel()
        await asyncio.wait({asking})
        assert asking.cancelled() is in_time, f"after {number} steps of the loop"


async def test_scripts_survive_a_flushed_cache(store: Store) -> None:
    assert await store.run("once", ["a"], [10]) == 1
    await store._client.script_flush()
    assert await store.run("once", ["b"], [10]) == 1
    assert await store.run("once", ["b"], [10]) == 0


async def test_more_callers_than_connections_wait(store: Store) -> None:
    await asyncio.gather(*(store.set(f"k{number}", str(number)) for number in range(3 * CONNECTIONS)))
    assert await store.get(f"k{3 * CONNECTIONS - 1}") == str(3 * CONNECTIONS - 1)


async def test_the_verbs_do_what_they_say(store: Store) -> None:
    await store.hash_set("hash", {"a": "1", "b": "2"}, ttl=10)
    assert await store.hash_all("hash") == {"a": "1", "b": "2"}
    assert await store.hash_many("hash", ["b", "c"]) == ["2", None]
    assert await store.hash_many("hash", []) == []
    for word in ("one", "two", "three"):
        await store.push_newest("list", word, keep=2, ttl=10)
    assert await store.range("list", 0, -1) == ["three", "two"]
    for key in ("hash", "list"):
        assert 0 < await store._client.pttl(key) <= 10_000
    assert await store.delete("hash", "list", "nothing") == 2
    assert await store.get("nothing") is None
    assert await store.config("appendonly") == "yes"
    assert (await store.info("server"))["process_id"]


async def test_listeners_hear_what_is_published(store: Store) -> None:
    heard: list[str] = []

    async def listen() -> None:
        async for message in store.listen("channel"):
            heard.append(message)
            if len(heard) == 2:
                return

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(5):
        while not heard:
            await store.publish("channel", "first")
            await asyncio.sleep(0)
        while not listening.done():
            await store.publish("channel", "second")
            await asyncio.sleep(0)
    assert heard[0] == "first"


async def test_settings_that_may_not_be_read_are_none_and_a_wrong_password_is_no_answer(store: Store, redis_server: EmbeddedServer) -> None:
    await store._client.acl_setuser("guest", enabled=True, passwords=["+hunter2"], commands=["+ping", "+hello", "+client"], keys=["*"])
    try:
        url = f"unix://guest:{{}}@{redis_server.socket}"
        async with open_store(url.format("hunter2")) as guest:
            await guest.ping()
            assert await guest.config("appendonly") is None
            with pytest.raises(StoreUnavailable):
                await guest.get("k")
        async with open_store(url.format("hunter3")) as stranger:
            with pytest.raises(StoreUnavailable) as refused:
                await stranger.ping()
        assert "hunter3" not in str(refused.value)
    finally:
        await store._client.acl_deluser("guest")


async def test_a_url_that_makes_no_sense_is_told_before_anything_is_opened() -> None:
    with pytest.raises(SettingsInvalid):
        async with open_store("redis://"):
            pytest.fail("it was opened")
