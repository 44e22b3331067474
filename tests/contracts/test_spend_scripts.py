"""Holding and settling money: once each, never over the budget, whoever asks at the same time."""

import asyncio
from dataclasses import dataclass

import pytest

from bot.store.connection import Store
from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import ServerKey

DAY, LATER = "2026-11-20", 60_000


@dataclass(frozen=True, slots=True)
class Purse:
    """The spend scripts of one server."""

    store: Store
    of: ServerKeys

    async def hold(self, call: str, amount: int, budget: int | str = "", *, lives: int = LATER, day: str = DAY) -> list[int]:
        reply: list[int] = await self.store.run("hold", [self.of.spend(day), self.of.holds], [call, amount, budget, lives, day, 60, 60])
        return reply

    async def settle(self, call: str, **counters: int) -> bool:
        flat: list[str | int] = [part for pair in counters.items() for part in pair]
        keys = [self.of.spend(DAY), self.of.holds, self.of.settled(call)]
        return bool(await self.store.run("settle", keys, [call, 60, 60, *flat]))

    async def day(self) -> dict[str, str]:
        return await self.store.hash_all(self.of.spend(DAY))


@pytest.fixture
def purse(store: Store) -> Purse:
    return Purse(store, ServerKeys(ServerKey("discord", "guild")))


async def test_the_same_call_is_held_once(purse: Purse) -> None:
    assert await purse.hold("a", 60, 100) == [1, 0, 60]
    assert await purse.hold("a", 60, 100) == [1, 0, 60]
    assert await purse.hold("b", 41, 100) == [0, 0, 60]
    assert await purse.hold("b", 40, 100) == [1, 0, 100]


async def test_the_same_call_is_charged_once_and_its_hold_is_free(purse: Purse) -> None:
    await purse.hold("a", 60, 100)
    assert await purse.settle("a", spent=10, input=3)
    assert not await purse.settle("a", spent=10, input=3)
    assert await purse.day() == {"spent": "10", "input": "3"}
    assert await purse.hold("b", 90, 100) == [1, 10, 90]


async def test_fifty_at_once_never_hold_more_than_the_budget(purse: Purse) -> None:
    replies = await asyncio.gather(*(purse.hold(str(number), 7, 100) for number in range(50)))
    assert sum(reply[0] for reply in replies) == 100 // 7
    assert max(reply[2] for reply in replies) <= 100


async def test_a_hold_whose_process_died_is_charged_as_held(purse: Purse) -> None:
    await purse.hold("dead", 30, 100, lives=0)
    assert await purse.hold("b", 71, 100) == [0, 30, 0]
    assert await purse.day() == {"spent": "30", "estimated": "30"}
    assert await purse.hold("b", 70, 100) == [1, 30, 70]


async def test_a_hold_of_another_day_does_not_count_today(purse: Purse) -> None:
    await purse.hold("yesterday", 80, 100, day="2026-11-19")
    assert await purse.hold("today", 100, 100) == [1, 0, 100]


async def test_without_a_budget_everything_is_held(purse: Purse) -> None:
    assert await purse.hold("a", 10**15) == [1, 0, 10**15]


async def test_large_amounts_stay_whole(purse: Purse) -> None:
    await purse.hold("a", 10**15)
    await purse.settle("a", spent=10**15 + 1)
    assert (await purse.day())["spent"] == str(10**15 + 1)
