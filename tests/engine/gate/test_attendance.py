"""How far we have listened, on a real store."""

import pytest

from bot.errors import StoreUnavailable
from bot.gate.attendance import MOST_CHANNELS, Attendance
from bot.store.connection import Store, open_store
from bot.store.keys import SourceKeys
from bot.vocabulary.door import Source
from tests.fakes.clock import VirtualClock

FIRST, SECOND = Source("discord", "1", "0/2"), Source("discord", "1", "1/2")
STRANGER = Source("discord", "2", "0/2")


async def test_each_connection_has_its_own_stamp_and_a_new_one_the_oldest_of_its_account(store: Store) -> None:
    attendance = Attendance(store, clock=VirtualClock())
    assert await attendance.heard_until(FIRST) is None
    await attendance.heard(FIRST, 17.25)
    await attendance.heard(SECOND, 12.5)
    await attendance.heard(FIRST, 18.5)
    assert await attendance.heard_until(FIRST) == 18.5
    assert await attendance.heard_until(SECOND) == 12.5
    assert await attendance.heard_until(Source("discord", "1", "0/3")) == 12.5
    assert await attendance.heard_until(STRANGER) is None


async def test_a_stamp_of_another_time_is_as_none(store: Store) -> None:
    await store.hash_set(SourceKeys(FIRST).heard, {FIRST.connection: "99 soon"}, ttl=60)
    assert await Attendance(store, clock=VirtualClock()).heard_until(FIRST) is None


async def test_direct_channels_are_told_newest_first_and_written_once_an_hour(store: Store) -> None:
    clock = VirtualClock()
    attendance = Attendance(store, clock=clock)
    for channel in ("a", "b"):
        await attendance.remember_direct(FIRST, channel)
        await clock.advance(10)
    await attendance.remember_direct(SECOND, "a")  # the same account, within the hour
    assert await attendance.direct_channels(SECOND, 0) == ("b", "a")
    assert await attendance.direct_channels(FIRST, clock.now() - 15) == ("b",)
    await clock.advance(3600)
    await attendance.remember_direct(FIRST, "a")
    assert await attendance.direct_channels(FIRST, 0) == ("a", "b")
    assert await attendance.direct_channels(STRANGER, 0) == ()


async def test_only_the_newest_thousand_are_remembered(store: Store) -> None:
    clock = VirtualClock()
    attendance = Attendance(store, clock=clock)
    for number in range(MOST_CHANNELS + 3):
        await attendance.remember_direct(FIRST, str(number))
        await clock.advance(1)
    channels = await attendance.direct_channels(FIRST, 0)
    assert (len(channels), channels[0], channels[-1]) == (MOST_CHANNELS, str(MOST_CHANNELS + 2), "3")
    assert len(await store.sorted_range(SourceKeys(FIRST).directs, 0, -1)) == MOST_CHANNELS


async def test_everything_has_an_end(store: Store) -> None:
    attendance = Attendance(store, clock=VirtualClock())
    await attendance.heard(FIRST, 1.0)
    await attendance.remember_direct(FIRST, "a")
    assert (await store.endless("parley:", most=100)) == ([], 2)


async def test_a_store_that_is_away_is_said() -> None:
    async with open_store("redis://127.0.0.1:1") as away:
        attendance = Attendance(away, clock=VirtualClock())
        with pytest.raises(StoreUnavailable):
            await attendance.heard(FIRST, 1.0)
        for _ in range(2):  # what was not written is not taken for written
            with pytest.raises(StoreUnavailable):
                await attendance.remember_direct(FIRST, "a")
