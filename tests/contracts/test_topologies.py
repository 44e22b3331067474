"""One server, Sentinels or a Cluster: whoever uses the store or the wakes cannot tell which."""

import asyncio
from functools import partial

import pytest

from bot.store.connection import Store, open_store
from bot.store.topology import CONNECTIONS
from bot.turns.docket_wakes import DocketWakes, open_wakes
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import Scripts
from tests.engine.samples import SLACK_DIRECT, THREAD
from tests.engine.turns.crew import until


async def test_the_verbs_do_what_they_say(store: Store) -> None:
    await store.ping()
    await store.set("text", "words", ttl=10)
    assert await store.get("text") == "words"
    await store.hash_set("hash", {"a": "1", "b": "2"}, ttl=10)
    assert await store.hash_all("hash") == {"a": "1", "b": "2"}
    assert await store.hash_many("hash", ["b", "c"]) == ["2", None]
    for word in ("one", "two", "three"):
        await store.push_newest("list", word, keep=2, ttl=10)
    assert await store.range("list", 0, -1) == ["three", "two"]
    assert await store.config("appendonly") == "yes"
    assert (await store.info("server"))["process_id"]


async def test_keys_of_any_slot_are_deleted_together(store: Store) -> None:
    names = [f"key {number}" for number in range(20)]
    for name in names:
        await store.set(name, "v")
    assert await store.delete(*names, "nothing") == 20
    assert [await store.get(name) for name in names] == [None] * 20


async def test_indexes_of_any_slot_are_read_together(store: Store) -> None:
    for number in range(20):
        await store.run("mark", [f"index {number}"], [f"member {number}", 10, 60])
    indexes = await store.sorted_scores(*(f"index {number}" for number in (19, 3, 20, 0)))
    assert [[name for name, _ in index] for index in indexes] == [["member 19"], ["member 3"], [], ["member 0"]]


async def test_more_callers_than_connections_wait(store: Store) -> None:
    names = [f"k{number}" for number in range(3 * CONNECTIONS)]
    await asyncio.gather(*(store.set(name, name) for name in names))
    assert await asyncio.gather(*(store.get(name) for name in names)) == names


async def test_the_first_calls_of_all_may_come_at_once(topology_url: str) -> None:
    for round_ in range(5):
        async with open_store(topology_url) as fresh:
            replies = await asyncio.gather(*(fresh.run("once", [f"{round_} {number}"], [10]) for number in range(20)))
        assert replies == [1] * 20


async def test_scripts_survive_a_flushed_cache(store: Store) -> None:
    names = [f"once {number}" for number in range(10)]
    for _ in range(2):
        assert await asyncio.gather(*(store.run("once", [name], [10]) for name in names)) == [1] * 10
        await store._client.script_flush()
        assert await asyncio.gather(*(store.run("once", [name], [10]) for name in names)) == [0] * 10
        await store.delete(*names)


async def test_every_listener_hears_whoever_publishes(topology_url: str) -> None:
    async def listen() -> str:
        async with open_store(topology_url) as ours:
            return await anext(aiter(ours.listen("channel")))

    async with open_store(topology_url) as store:
        listeners = [asyncio.create_task(listen()) for _ in range(6)]  # more than there are nodes: they listen at several
        await until(lambda: _all_listen(store, topology_url, len(listeners)))
        await store.publish("channel", "hello")
        assert await asyncio.gather(*listeners) == ["hello"] * 6


async def _all_listen(store: Store, url: str, number: int) -> bool:
    """A Cluster's node counts only its own."""
    kind = {"target_nodes": "primaries"} if "cluster" in url else {}
    return sum(int(count) for _, count in await store._client.execute_command("PUBSUB NUMSUB", "channel", **kind)) == number


async def test_wakes_are_carried(topology_url: str) -> None:
    heard: list[str] = []

    async def woken(lane: str, _: float) -> None:
        heard.append(lane)

    async with (
        open_wakes(topology_url) as sender,
        open_wakes(topology_url) as receiver,
        receiver.received(woken, platforms=("discord", "slack")),
    ):
        for lane in (Lane(THREAD), Lane(SLACK_DIRECT)):
            await until(partial(carried, sender, lane, heard), within=30)


async def carried(sender: DocketWakes, lane: Lane, heard: list[str]) -> bool:
    """Again and again, as whoever sweeps: on a busy machine a wake may take too long, and is given up."""
    await sender.wake(lane)
    await asyncio.sleep(0.1)
    return str(lane) in heard


async def test_a_host_that_is_away_is_passed_over(topology_url: str) -> None:
    if "+" not in topology_url:
        pytest.skip("one server has one address")
    async with open_store(topology_url.replace("://", "://127.0.0.1:1,")) as store:
        await store.set("key", "value")


async def test_the_work_engine_passes_over_a_node_that_is_away(topology_url: str) -> None:
    if "cluster" not in topology_url:
        pytest.skip("it may begin with any node of a Cluster only")
    heard: list[str] = []

    async def woken(lane: str, _: float) -> None:
        heard.append(lane)

    async with open_wakes(topology_url.replace("://", "://127.0.0.1:1,")) as wakes, wakes.received(woken, platforms=("discord",)):
        await until(lambda: carried(wakes, Lane(THREAD), heard), within=30)


async def test_two_stores_see_one_lane(store: Store, topology_url: str) -> None:
    async with open_store(topology_url) as other:
        assert await Scripts(store, Lane(THREAD)).join("one") == "joined"
        assert await Scripts(other, Lane(THREAD)).join("one") == "pending"
        assert await Scripts(other, Lane(THREAD)).waiting() == ["one"]
