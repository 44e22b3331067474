"""Who has spoken in a thread, as the two scripts count that share it: one for what joins a lane, one for what does not."""

import pytest

from bot.store.connection import Store
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import Scripts
from tests.engine.samples import THREAD


@pytest.fixture
def lane(store: Store) -> Scripts:
    return Scripts(store, Lane(THREAD))


@pytest.mark.parametrize("word", ["one", "always", "never"])
async def test_where_nobody_called_us_nothing_is_written_down(lane: Scripts, word: str) -> None:
    if word != "never":
        assert await lane.join("a", word=word) == "ignored"
    assert not await lane.voice(word)
    assert await lane.everything() == {}


async def test_where_nobody_is_counted_no_voice_is_written_down(lane: Scripts) -> None:
    assert await lane.join("a") == "joined"
    assert await lane.voices() == set()


async def test_a_thread_is_a_talk_with_one_until_a_second_speaks(lane: Scripts) -> None:
    assert [await lane.join("a", word="called"), await lane.join("b", word="one")] == ["joined", "joined"]
    assert await lane.join("c", author="bob", word="one") == "ignored"
    assert await lane.voices() == {"ada", "bob"}, "who is not answered has spoken all the same"
    assert await lane.join("d", word="one") == "ignored"
    assert [await lane.join("e", word="always"), await lane.join("f", word="called")] == ["joined", "joined"]
    assert await lane.waiting() == ["a", "b", "e", "f"]


async def test_what_is_ignored_is_not_seen_and_may_come_again(lane: Scripts) -> None:
    assert await lane.join("a", word="one") == "ignored"
    assert await lane.join("b", word="called") == "joined"
    assert await lane.join("a", word="one") == "joined"
    assert await lane.join("a", word="one") == "pending"
    await lane.voice("never", author="bob")
    assert await lane.join("a", word="one") == "ignored", "when it comes again others have spoken"
    assert await lane.join("b", word="called") == "pending"


async def test_who_finds_no_room_has_spoken(lane: Scripts) -> None:
    assert await lane.join("a", word="called", most=1) == "joined"
    assert await lane.join("b", author="bob", word="called", most=1) == "full"
    assert await lane.voices() == {"ada", "bob"}


async def test_a_voice_that_joins_nothing_counts_in_the_same_way(lane: Scripts) -> None:
    assert await lane.voice("called")
    assert [await lane.voice(word) for word in ("one", "always", "never")] == [True, True, False]
    assert not await lane.voice("never", author="bob")
    assert [await lane.voice(word) for word in ("one", "always", "called")] == [False, True, True]
    assert await lane.join("a", word="one") == "ignored"
    assert await lane.voices() == {"ada", "bob"}
