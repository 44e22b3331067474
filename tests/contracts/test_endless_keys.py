"""Finding keys that live for ever, on every shape of Redis, and however many there are."""

from bot.store.connection import SCANNED, Store


async def test_what_lives_for_ever_is_told_from_what_ends_and_from_what_is_not_ours(store: Store) -> None:
    assert await store.endless("parley:", most=10) == ([], 0)
    await store.set("parley:{1}:a", "1")
    await store.set("parley:{2}:b", "1")
    await store.set("parley:{3}:c", "1", ttl=60)
    await store.set("parley-work:stream", "1")
    found, looked = await store.endless("parley:", most=10)
    assert (sorted(found), looked) == (["parley:{1}:a", "parley:{2}:b"], 3)


async def test_no_more_are_looked_at_than_were_asked_for(store: Store) -> None:
    many = 2 * SCANNED + 10
    for number in range(many):
        await store.set(f"parley:{{{number % 7}}}:{number}", "1")
    found, looked = await store.endless("parley:", most=many + 1)
    assert (len(set(found)), looked) == (many, many)
    found, looked = await store.endless("parley:", most=SCANNED + 1)
    assert (len(set(found)), looked) == (SCANNED + 1, SCANNED + 1)
