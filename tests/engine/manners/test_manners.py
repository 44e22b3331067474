"""How Parley behaves on a server."""

import asyncio

import pytest

from bot.manners.manners import Manners
from bot.store.connection import Store
from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.manners import Busy

HERE, THERE = ServerKey("discord", "here"), ServerKey("slack", "there")


@pytest.fixture
def manners(store: Store) -> Manners:
    return Manners(store)


async def test_messages_queue_until_an_admin_sets_something_else(manners: Manners) -> None:
    assert await manners.busy(HERE) is Busy.QUEUE
    await manners.set_busy(HERE, Busy.STEER)
    assert await manners.busy(HERE) is Busy.STEER
    assert await manners.busy(THERE) is Busy.QUEUE
    await manners.set_busy(HERE, Busy.QUEUE)
    assert await manners.busy(HERE) is Busy.QUEUE


async def test_what_was_set_stays(manners: Manners, store: Store) -> None:
    await manners.set_busy(HERE, Busy.STEER)
    assert await store._client.ttl(ServerKeys(HERE).manners) == -1


async def test_another_setting_beside_it_is_left_alone(manners: Manners, store: Store) -> None:
    await store.hash_set(ServerKeys(HERE).manners, {"of_a_later_day": '1 "x"'}, ttl=None)
    await asyncio.gather(*(manners.set_busy(HERE, Busy.STEER) for _ in range(5)))
    assert await store.hash_all(ServerKeys(HERE).manners) == {"of_a_later_day": '1 "x"', "busy": '1 "steer"'}


@pytest.mark.parametrize("value", ["steer", '99 "steer"', '1 "shout"', ""])
async def test_a_setting_that_cannot_be_read_is_the_default(manners: Manners, store: Store, value: str) -> None:
    await store.hash_set(ServerKeys(HERE).manners, {"busy": value}, ttl=None)
    assert await manners.busy(HERE) is Busy.QUEUE
