"""The gate on a real store: what is for us, and how long a thread stays a talk with one person."""

from dataclasses import replace

import pytest

from bot.errors import StoreUnavailable
from bot.gate.followups import Policy
from bot.gate.gate import Gate
from bot.store.connection import Store, open_store
from bot.vocabulary.conversation import Author
from bot.vocabulary.inbound import Addressed, Attachment, Inbound
from tests.engine.samples import ADA, BOB, CHANNEL, DIRECT, SLACK_DIRECT, THREAD, inbound

AMBIENT = Addressed.AMBIENT
NOWHERE = "redis://127.0.0.1:1"


def gate(store: Store, policy: Policy = "one") -> Gate:
    return Gate(store, followups=policy, seconds=60)


def called(author: Author = ADA) -> Inbound:
    return inbound(conversation=THREAD, author=author)


def ambient(author: Author = ADA, *, text: str = "and then?", others: bool = False) -> Inbound:
    return inbound(text, conversation=THREAD, author=author, addressed=AMBIENT, mentions_others=others)


@pytest.mark.parametrize("addressed", [Addressed.MENTION, Addressed.REPLY])
async def test_whoever_calls_us_is_answered_anywhere(store: Store, addressed: Addressed) -> None:
    assert await gate(store).addressed(inbound(conversation=CHANNEL, addressed=addressed))
    assert await gate(store).addressed(inbound(conversation=THREAD, addressed=addressed))


@pytest.mark.parametrize("policy", ["one", "always", "never"])
async def test_what_is_said_in_a_channel_without_us_is_ignored(store: Store, policy: Policy) -> None:
    await gate(store, policy).addressed(inbound(conversation=CHANNEL))
    assert not await gate(store, policy).addressed(inbound(conversation=CHANNEL, addressed=AMBIENT))


@pytest.mark.parametrize("policy", ["one", "always", "never"])
async def test_a_thread_where_nobody_called_us_is_left_alone(store: Store, policy: Policy) -> None:
    assert not await gate(store, policy).addressed(ambient())
    assert await store.endless("parley:", most=10) == ([], 0), "who speaks there was written down"


@pytest.mark.parametrize(("policy", "answered"), [("one", True), ("always", True), ("never", False)])
async def test_pain_07_a_follow_up_needs_no_mention(store: Store, policy: Policy, answered: bool) -> None:
    await gate(store, policy).addressed(called())
    assert await gate(store, policy).addressed(ambient()) is answered
    assert await gate(store, policy).addressed(ambient()) is answered


async def test_a_second_speaker_ends_it_for_both(store: Store) -> None:
    await gate(store).addressed(called())
    assert not await gate(store).addressed(ambient(BOB))
    assert not await gate(store).addressed(ambient())
    assert await gate(store).addressed(called()), "a mention is answered whoever else speaks"
    assert not await gate(store).addressed(ambient())


async def test_a_second_speaker_who_calls_us_ends_it_too(store: Store) -> None:
    await gate(store).addressed(called())
    await gate(store).addressed(called(BOB))
    assert not await gate(store).addressed(ambient())


async def test_always_goes_on_with_several(store: Store) -> None:
    await gate(store, "always").addressed(called())
    assert await gate(store, "always").addressed(ambient(BOB))
    assert await gate(store, "always").addressed(ambient())


@pytest.mark.parametrize("policy", ["one", "always"])
async def test_words_for_somebody_else_are_not_for_us(store: Store, policy: Policy) -> None:
    await gate(store, policy).addressed(called())
    assert not await gate(store, policy).addressed(ambient(others=True))
    assert await gate(store, policy).addressed(ambient()), "that did not end the talk"


async def test_an_empty_message_is_no_follow_up_but_a_picture_is(store: Store) -> None:
    await gate(store).addressed(called())
    assert not await gate(store).addressed(ambient(text=""))
    picture = Attachment("1", "cat.png", "image/png", 10)
    assert await gate(store).addressed(inbound("", conversation=THREAD, addressed=AMBIENT, attachments=(picture,)))


async def test_threads_do_not_know_each_other(store: Store) -> None:
    await gate(store).addressed(called())
    other = inbound(conversation=replace(THREAD, thread="another"), addressed=AMBIENT)
    assert not await gate(store).addressed(other)


async def test_direct_messages_and_mentions_in_channels_ask_no_store() -> None:
    async with open_store(NOWHERE) as away:
        for conversation in (DIRECT, SLACK_DIRECT):
            assert await gate(away).addressed(inbound(conversation=conversation, addressed=Addressed.DIRECT))
        assert await gate(away).addressed(inbound(conversation=CHANNEL))
        with pytest.raises(StoreUnavailable):
            await gate(away).addressed(called())
