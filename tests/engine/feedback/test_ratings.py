"""What people think of answers: one rating for each answer and person, bounded, newest first."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feedback.ratings import MOST, REASON_CHARACTERS, Count, Rating, Ratings
from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer
from bot.store.keys import RATING_SECONDS, ServerKeys
from bot.vocabulary.conversation import ConversationKey
from tests.engine.samples import CHANNEL, THREAD
from tests.fakes.clock import VirtualClock

HERE = CHANNEL.server_key
ELSEWHERE = ConversationKey("slack", "T:1", "C1")
NOW = VirtualClock().now()
GOOD = Rating("0123456789abcdef0123", CHANNEL, "ada", True, "", "assistant", "small", NOW)
BAD = replace(GOOD, good=False)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ratings(store: Store, clock: VirtualClock) -> Ratings:
    return Ratings(store, clock=clock)


async def test_what_was_rated_is_told_whole(ratings: Ratings) -> None:
    rating = replace(BAD, conversation=THREAD, reason="wrong about 漢字 🙂\nand rude")
    await ratings.rate(rating)
    assert await ratings.recent(HERE, 10) == [rating]


async def test_the_newest_come_first_and_no_more_than_asked_for(ratings: Ratings) -> None:
    three = [replace(GOOD, turn=f"turn{number}", at=NOW + number) for number in range(3)]
    for rating in (three[1], three[0], three[2]):
        await ratings.rate(rating)
    assert await ratings.recent(HERE, 2) == [three[2], three[1]]
    assert await ratings.recent(HERE, 10) == three[::-1]
    assert await ratings.recent(HERE, 0) == []


async def test_servers_are_apart(ratings: Ratings) -> None:
    await ratings.rate(GOOD)
    await ratings.rate(replace(BAD, conversation=ELSEWHERE))
    assert await ratings.counts(HERE) == [Count("assistant", "small", good=1)]
    assert await ratings.counts(ELSEWHERE.server_key) == [Count("assistant", "small", bad=1)]
    assert await ratings.counts(THREAD.server_key) == await ratings.counts(HERE)


@pytest.mark.parametrize(("first", "second"), [(GOOD, BAD), (BAD, GOOD)])
async def test_the_other_thumb_replaces_the_first(ratings: Ratings, first: Rating, second: Rating) -> None:
    await ratings.rate(first)
    await ratings.rate(second)
    assert await ratings.recent(HERE, 10) == [second]


async def test_the_same_press_twice_changes_nothing(ratings: Ratings) -> None:
    for rating in (BAD, replace(BAD, at=NOW + 5)):
        await ratings.rate(rating)
    assert await ratings.recent(HERE, 10) == [BAD]


async def test_a_reason_is_added_and_a_later_one_stands(ratings: Ratings) -> None:
    wrong, rude = replace(BAD, reason="wrong", at=NOW + 1), replace(BAD, reason="rude", at=NOW + 3)
    for rating in (BAD, wrong, replace(BAD, at=NOW + 2), replace(wrong, at=NOW + 2)):
        await ratings.rate(rating)
    assert await ratings.recent(HERE, 10) == [wrong]
    await ratings.rate(rude)
    assert await ratings.recent(HERE, 10) == [rude]


async def test_the_reason_goes_with_the_thumb_it_was_given_for(ratings: Ratings) -> None:
    for rating in (replace(BAD, reason="wrong"), GOOD):
        await ratings.rate(rating)
    assert await ratings.recent(HERE, 10) == [GOOD]


async def test_each_person_has_their_own_say(ratings: Ratings) -> None:
    await ratings.rate(GOOD)
    await ratings.rate(replace(BAD, author="bob", at=NOW + 1))
    assert await ratings.counts(HERE) == [Count("assistant", "small", good=1, bad=1)]


async def test_personas_and_models_are_counted_apart_the_most_rated_first(ratings: Ratings) -> None:
    said = [("tutor", "small", True), ("assistant", "large", False), ("assistant", "large", True), ("assistant", "small", True)]
    for number, (persona, model, good) in enumerate([*said, ("tutor", "large", False), ("tutor", "large", False)]):
        await ratings.rate(replace(GOOD, turn=str(number), persona=persona, model=model, good=good))
    assert await ratings.counts(HERE) == [
        Count("assistant", "large", good=1, bad=1),
        Count("tutor", "large", bad=2),
        Count("assistant", "small", good=1),
        Count("tutor", "small", good=1),
    ]


async def test_a_reason_is_cut(ratings: Ratings) -> None:
    await ratings.rate(replace(BAD, reason=" " + "漢" * (REASON_CHARACTERS + 1)))
    assert [rating.reason for rating in await ratings.recent(HERE, 1)] == ["漢" * REASON_CHARACTERS]


async def test_half_a_surrogate_pair_in_a_reason_is_no_end_of_the_world(ratings: Ratings) -> None:
    await ratings.rate(replace(BAD, reason="so \ud83d"))
    assert [rating.reason for rating in await ratings.recent(HERE, 1)] == ["so ?"]


async def test_a_server_keeps_the_newest_and_forgets_all_in_time(ratings: Ratings, store: Store) -> None:
    for number in range(MOST + 3):
        await ratings.rate(replace(GOOD, turn=f"{number:04}", at=NOW + number))
    newest = await ratings.recent(HERE, MOST + 10)
    assert [rating.turn for rating in newest] == [f"{number:04}" for number in reversed(range(3, MOST + 3))]
    keys = ServerKeys(HERE)
    assert len(await store.hash_all(keys.ratings)) == MOST
    for key in (keys.ratings, keys.rated):
        assert 0 < await store._client.ttl(key) <= RATING_SECONDS


async def test_what_is_too_old_is_not_told_and_goes_when_the_next_one_comes(ratings: Ratings, store: Store, clock: VirtualClock) -> None:
    await ratings.rate(GOOD)
    await clock.advance(RATING_SECONDS + 1)
    assert list(await ratings.counts(HERE)) == []
    assert list(await ratings.recent(HERE, 10)) == []
    later = replace(BAD, author="bob", at=clock.now())
    await ratings.rate(later)
    assert await ratings.recent(HERE, 10) == [later]
    assert len(await store.hash_all(ServerKeys(HERE).ratings)) == 1


@pytest.mark.parametrize("entry", ["", "good \n", 'good \n99 {"turn": "x"}', "1 {}"])
async def test_an_entry_of_another_time_is_left_out(ratings: Ratings, store: Store, entry: str) -> None:
    await ratings.rate(GOOD)
    await store.hash_set(ServerKeys(HERE).ratings, {f"{GOOD.turn} ada": entry}, ttl=60)
    assert list(await ratings.counts(HERE)) == []
    await ratings.rate(BAD)
    assert await ratings.recent(HERE, 10) == [BAD]


PRESSES = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.sampled_from(["", "x", "y"])), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=PRESSES)
def test_whatever_is_pressed_the_last_thumb_stands_with_the_last_reason_for_it(
    redis_server: EmbeddedServer, presses: list[tuple[str, bool, str]]
) -> None:
    async def press_all() -> None:
        expected: dict[str, tuple[bool, str]] = {}
        async with open_store(redis_server.url) as store:
            await store._client.flushall()
            ratings = Ratings(store, clock=VirtualClock())
            for person, good, reason in presses:
                before = expected.get(person)
                expected[person] = (good, reason or (before[1] if before and before[0] == good else ""))
                for _ in range(2):
                    await ratings.rate(replace(GOOD, author=person, good=good, reason=reason))
            found = {rating.author: (rating.good, rating.reason) for rating in await ratings.recent(HERE, 10)}
            assert found == expected

    asyncio.run(press_all())
