"""Messages that are to be deleted, as the two scripts keep them: each is claimed by one, and by another when that one left no word."""

from bot.store.connection import Store
from bot.store.keys import LEFTOVERS_SECONDS, leftovers

KEY = leftovers("room")
CLAIM = 15_000


async def leave(store: Store, *messages: str) -> None:
    await store.run("leave", [KEY], [LEFTOVERS_SECONDS * 1000, *messages])


async def claim(store: Store, milliseconds: int = CLAIM) -> list[object]:
    found: list[object] = await store.run("claim", [KEY], [milliseconds])
    return found


async def claims_run_out(store: Store) -> None:
    """For the server, the time of every claim is over."""
    ((*entries,),) = await store.sorted_scores(KEY)
    await store._client.zadd(KEY, {member: score - CLAIM for member, score in entries})


async def test_where_nothing_is_left_there_is_nothing_to_claim_or_to_wait_for(store: Store) -> None:
    assert await claim(store) == [""]


async def test_each_is_claimed_once(store: Store) -> None:
    await leave(store, "a", "b")
    assert sorted([await claim(store), await claim(store)]) == [["a"], ["b"]]
    none, wait = await claim(store)
    assert none == ""
    assert isinstance(wait, int)
    assert 0 < wait <= CLAIM


async def test_what_was_claimed_and_not_taken_away_is_claimed_again_later(store: Store) -> None:
    await leave(store, "a", "b")
    first, second = await claim(store), await claim(store)
    await store.sorted_remove(KEY, str(second[0]))
    await claims_run_out(store)
    assert await claim(store) == first
    assert (await claim(store))[0] == ""


async def test_left_twice_is_left_once_and_stays_claimed(store: Store) -> None:
    await leave(store, "a", "a")
    assert await claim(store) == ["a"]
    await leave(store, "a")
    assert (await claim(store))[0] == ""
    await store.sorted_remove(KEY, "a")
    assert await claim(store) == [""]


async def test_all_ends_a_day_after_the_last_was_left(store: Store) -> None:
    await leave(store, "a")
    await store._client.pexpire(KEY, 1000)
    await leave(store, "b")
    await claim(store)
    left = await store._client.pttl(KEY)
    assert (LEFTOVERS_SECONDS - 60) * 1000 < left <= LEFTOVERS_SECONDS * 1000
