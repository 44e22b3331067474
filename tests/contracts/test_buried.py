"""Turns that were given up: kept, bounded, and tried again by one caller alone, on every shape of Redis."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer
from bot.store.keys import BURIED_SECONDS, GRAVEYARDS, ServerKeys
from bot.turns.buried import MOST, Graveyard, afresh
from bot.turns.turn import Progress, Turn
from bot.vocabulary.conversation import ConversationKey, ServerKey
from bot.vocabulary.standing import Buried
from tests.engine.samples import CHANNEL, turn
from tests.engine.samples import inbound as message
from tests.fakes.clock import VirtualClock

HERE = CHANNEL.server_key
ELSEWHERE = ConversationKey("slack", "T:1", "C1")


def given_up(name: str, *, conversation: ConversationKey = CHANNEL) -> Turn:
    return replace(turn(message(f"about {name}", conversation=conversation)), id=name, progress=Progress(attempts=4, raised=3))


@pytest.fixture
def graveyard(store: Store) -> Graveyard:
    return Graveyard(store, clock=VirtualClock())


async def names(graveyard: Graveyard, server: ServerKey | None = HERE) -> list[str]:
    return [buried.turn for buried in await graveyard.list(server)]


async def test_what_is_buried_is_listed_whole_and_once(graveyard: Graveyard) -> None:
    one = given_up("one")
    assert await graveyard.bury(one, reason="KeyError")
    assert not await graveyard.bury(one, reason="another")
    (buried,) = await graveyard.list(HERE)
    assert buried == Buried("one", one.lane, VirtualClock().now(), "KeyError", 4, one.messages)


async def test_the_newest_comes_first_and_servers_are_apart(graveyard: Graveyard) -> None:
    await graveyard.bury(given_up("one"), reason="x")
    await asyncio.sleep(0.002)  # the server's clock orders them, in milliseconds
    await graveyard.bury(given_up("two"), reason="x")
    await graveyard.bury(given_up("three", conversation=ELSEWHERE), reason="x")
    assert await names(graveyard) == ["two", "one"]
    assert await names(graveyard, ELSEWHERE.server_key) == ["three"]
    assert set(await names(graveyard, None)) == {"one", "two", "three"}
    assert await names(graveyard, ServerKey("discord", "quiet")) == []


async def test_a_turn_that_nobody_can_read_is_not_listed(graveyard: Graveyard) -> None:
    assert not await graveyard.bury(replace(given_up("one"), messages=()), reason="x")
    assert await names(graveyard, None) == []


async def test_a_server_keeps_the_newest_and_forgets_all_in_time(graveyard: Graveyard, store: Store) -> None:
    for number in range(MOST + 3):
        await graveyard.bury(given_up(f"{number:03}"), reason="x")
    assert sorted(await names(graveyard)) == [f"{number:03}" for number in range(3, MOST + 3)]
    keys = ServerKeys(HERE)
    assert len(await store.hash_all(keys.buried)) == MOST
    for key in (keys.buried, keys.burials, GRAVEYARDS):
        assert 0 < await store._client.ttl(key) <= BURIED_SECONDS


async def test_what_is_too_old_goes_when_the_next_one_comes(graveyard: Graveyard, store: Store) -> None:
    for name in ("old", "older"):
        await graveyard.bury(given_up(name), reason="x")
        await store._client.zadd(ServerKeys(HERE).burials, {name: 1})
    await graveyard.bury(given_up("new"), reason="x")
    assert await names(graveyard) == ["new"]
    assert list(await store.hash_all(ServerKeys(HERE).buried)) == ["new"]


async def test_one_is_tried_again_and_never_listed_again(graveyard: Graveyard) -> None:
    await graveyard.bury(given_up("one"), reason="x")
    buried = await graveyard.again(HERE, "one")
    assert buried is not None
    assert await graveyard.again(HERE, "one") is None
    await graveyard.left(HERE, "one")
    assert await graveyard.list(HERE) == []
    assert await graveyard.again(HERE, "one") is None
    assert not await graveyard.bury(given_up("one"), reason="its walk was repeated")
    assert await names(graveyard, None) == []


async def test_who_dies_while_trying_leaves_it_to_the_next(graveyard: Graveyard, store: Store) -> None:
    await graveyard.bury(given_up("one"), reason="x")
    first = await graveyard.again(HERE, "one")
    assert await names(graveyard) == ["one"]
    await store.hash_set(ServerKeys(HERE).buried, {"claim one": "1"}, ttl=60)  # a minute has passed
    second = await graveyard.again(HERE, "one")
    assert first == second
    assert first is not None
    assert second is not None
    assert afresh(first) == afresh(second)


async def test_what_found_no_place_is_free_for_the_next(graveyard: Graveyard) -> None:
    await graveyard.bury(given_up("one"), reason="x")
    await graveyard.again(HERE, "one")
    await graveyard.returned(HERE, "one")
    assert await names(graveyard) == ["one"]
    assert await graveyard.again(HERE, "one") is not None


@pytest.mark.parametrize(("server", "name"), [(HERE, "two"), (ELSEWHERE.server_key, "one"), (HERE, "claim one"), (HERE, "")])
async def test_what_is_not_there_is_none(graveyard: Graveyard, server: ServerKey, name: str) -> None:
    await graveyard.bury(given_up("one"), reason="x")
    await graveyard.again(HERE, "one")
    assert await graveyard.again(server, name) is None


async def test_an_entry_of_another_time_is_left_out(graveyard: Graveyard, store: Store) -> None:
    await graveyard.bury(given_up("one"), reason="x")
    await store.hash_set(ServerKeys(HERE).buried, {"one": '99 {"turn": "one"}'}, ttl=60)
    await store.run("mark", [GRAVEYARDS], ["nonsense", 10, 60])
    assert await names(graveyard, None) == []
    assert await graveyard.again(HERE, "one") is None


def test_fresh_ids_are_new_each_time_and_stay_short() -> None:
    said = message("hello")
    once = Buried("t", turn(said).lane, 0.0, "x", 3, (said, replace(said, id="b\n.again.x")))
    first = afresh(once)
    assert [m.id for m in first] == [f"{said.id}.again.1", "b\n.again.x.again.1"]
    assert [m.id for m in afresh(replace(once, messages=first))] == [f"{said.id}.again.2", "b\n.again.x.again.2"]
    assert replace(first[0], id=said.id) == said


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=24), buried=st.sets(st.sampled_from("abc")))
def test_of_many_who_ask_at_once_exactly_one_gets_it(redis_server: EmbeddedServer, asked: list[str], buried: set[str]) -> None:
    async def race() -> None:
        async with open_store(redis_server.url) as one, open_store(redis_server.url) as other:
            await one._client.flushall()
            yards = [Graveyard(store, clock=VirtualClock()) for store in (one, other)]
            for name in buried:
                await yards[0].bury(given_up(name), reason="x")
            got = await asyncio.gather(*(yards[i % 2].again(HERE, name) for i, name in enumerate(asked)))
            assert sorted(entry.turn for entry in got if entry) == sorted(buried & set(asked))

    asyncio.run(race())
