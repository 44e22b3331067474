"""The gate on a real store: what is for us, and how long a thread stays a talk with one person."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.errors import StoreUnavailable
from bot.gate.followups import Policy
from bot.gate.gate import Gate
from bot.store.connection import Store, open_store
from bot.turns.mailbox import Joined, Mailbox
from bot.vocabulary.conversation import Author
from bot.vocabulary.inbound import Addressed, Attachment, Inbound
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, BOB, CHANNEL, DIRECT, SLACK_DIRECT, THREAD, inbound

AMBIENT = Addressed.AMBIENT
NOWHERE = "redis://127.0.0.1:1"

Ask = Callable[..., Awaitable[bool]]


def gate(store: Store, policy: Policy = "one") -> Gate:
    return Gate(store, followups=policy, seconds=60)


@pytest.fixture(params=["joins", "asks"])
def answers(request: pytest.FixtureRequest, store: Store) -> Ask:
    """Whether a message is answered, as a message that joins its lane, and as an order that does not."""

    async def joins(inbound: Inbound, policy: Policy = "one") -> bool:
        terms = gate(store, policy).terms(inbound)
        if terms is None:
            await gate(store, policy).overhear(inbound)
            return False
        return await Mailbox(store, most=9).join(inbound, Lane.of(inbound), terms=terms) is not Joined.IGNORED

    async def asks(inbound: Inbound, policy: Policy = "one") -> bool:
        return await gate(store, policy).addressed(inbound)

    return joins if request.param == "joins" else asks


def called(author: Author = ADA) -> Inbound:
    return inbound(conversation=THREAD, author=author)


def ambient(author: Author = ADA, *, text: str = "and then?", others: bool = False) -> Inbound:
    return inbound(text, conversation=THREAD, author=author, addressed=AMBIENT, mentions_others=others)


@pytest.mark.parametrize("addressed", [Addressed.MENTION, Addressed.REPLY])
async def test_whoever_calls_us_is_answered_anywhere(answers: Ask, addressed: Addressed) -> None:
    assert await answers(inbound(conversation=CHANNEL, addressed=addressed))
    assert await answers(inbound(conversation=THREAD, addressed=addressed))


@pytest.mark.parametrize("policy", ["one", "always", "never"])
async def test_what_is_said_in_a_channel_without_us_is_ignored(answers: Ask, policy: Policy) -> None:
    await answers(inbound(conversation=CHANNEL), policy)
    assert not await answers(inbound(conversation=CHANNEL, addressed=AMBIENT), policy)


@pytest.mark.parametrize("policy", ["one", "always", "never"])
async def test_a_thread_where_nobody_called_us_is_left_alone(store: Store, answers: Ask, policy: Policy) -> None:
    assert not await answers(ambient(), policy)
    assert await store.endless("parley:", most=10) == ([], 0), "who speaks there was written down"


@pytest.mark.parametrize(("policy", "answered"), [("one", True), ("always", True), ("never", False)])
async def test_pain_07_a_follow_up_needs_no_mention(answers: Ask, policy: Policy, answered: bool) -> None:
    await answers(called(), policy)
    assert await answers(ambient(), policy) is answered
    assert await answers(ambient(), policy) is answered


async def test_a_second_speaker_ends_it_for_both(answers: Ask) -> None:
    await answers(called())
    assert not await answers(ambient(BOB))
    assert not await answers(ambient())
    assert await answers(called()), "a mention is answered whoever else speaks"
    assert not await answers(ambient())


async def test_a_second_speaker_who_calls_us_ends_it_too(answers: Ask) -> None:
    await answers(called())
    await answers(called(BOB))
    assert not await answers(ambient())


async def test_always_goes_on_with_several(answers: Ask) -> None:
    await answers(called(), "always")
    assert await answers(ambient(BOB), "always")
    assert await answers(ambient(), "always")


@pytest.mark.parametrize("policy", ["one", "always"])
async def test_words_for_somebody_else_are_not_for_us(answers: Ask, policy: Policy) -> None:
    await answers(called(), policy)
    assert not await answers(ambient(others=True), policy)
    assert await answers(ambient(), policy), "that did not end the talk"


@pytest.mark.parametrize("said", [ambient(BOB, others=True), ambient(BOB, text="")], ids=["to somebody else", "nothing"])
async def test_who_speaks_but_not_to_us_is_a_voice_all_the_same(answers: Ask, said: Inbound) -> None:
    await answers(called())
    assert not await answers(said)
    assert not await answers(ambient())


async def test_where_nobody_called_us_words_for_others_are_not_written_down(store: Store, answers: Ask) -> None:
    assert not await answers(ambient(others=True))
    assert await store.endless("parley:", most=10) == ([], 0)


async def test_an_empty_message_is_no_follow_up_but_a_picture_is(answers: Ask) -> None:
    await answers(called())
    assert not await answers(ambient(text=""))
    picture = Attachment("1", "cat.png", "image/png", 10)
    assert await answers(inbound("", conversation=THREAD, addressed=AMBIENT, attachments=(picture,)))


async def test_threads_do_not_know_each_other(answers: Ask) -> None:
    await answers(called())
    other = inbound(conversation=replace(THREAD, thread="another"), addressed=AMBIENT)
    assert not await answers(other)


async def test_direct_messages_and_mentions_in_channels_ask_no_store() -> None:
    async with open_store(NOWHERE) as away:
        for conversation in (DIRECT, SLACK_DIRECT):
            assert await gate(away).addressed(inbound(conversation=conversation, addressed=Addressed.DIRECT))
        assert await gate(away).addressed(inbound(conversation=CHANNEL))
        with pytest.raises(StoreUnavailable):
            await gate(away).addressed(called())
