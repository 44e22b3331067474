"""On what terms a message may join: the gate's own decision, which asks no store."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.gate.followups import Policy, Terms
from bot.gate.gate import Gate
from bot.store.connection import Store, open_store
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Addressed, Attachment
from tests.engine.samples import CHANNEL, DIRECT, SLACK_DIRECT, THREAD, inbound

NOWHERE = "redis://127.0.0.1:1"
SECONDS = 60
POLICIES: tuple[Policy, ...] = ("one", "always", "never")


@pytest.fixture
async def away() -> AsyncIterator[Store]:
    """A store that answers nothing."""
    async with open_store(NOWHERE) as store:
        yield store


def gate(store: Store, policy: Policy) -> Gate:
    return Gate(store, followups=policy, seconds=SECONDS)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("where", "addressed", "terms"),
    [
        (DIRECT, Addressed.DIRECT, Terms()),
        (SLACK_DIRECT, Addressed.DIRECT, Terms()),
        (CHANNEL, Addressed.MENTION, Terms()),
        (CHANNEL, Addressed.REPLY, Terms()),
        (CHANNEL, Addressed.AMBIENT, None),
        (THREAD, Addressed.MENTION, Terms("called", SECONDS)),
        (THREAD, Addressed.REPLY, Terms("called", SECONDS)),
    ],
)
async def test_whoever_names_us_joins_and_is_counted_in_threads(
    away: Store, policy: Policy, where: ConversationKey, addressed: Addressed, terms: Terms | None
) -> None:
    for others in (False, True):
        said = inbound(conversation=where, addressed=addressed, mentions_others=others)
        assert gate(away, policy).terms(said) == terms


@pytest.mark.parametrize(
    ("policy", "terms"),
    [("one", Terms("one", SECONDS)), ("always", Terms("always", SECONDS)), ("never", None)],
)
async def test_who_does_not_name_us_joins_by_the_policy(away: Store, policy: Policy, terms: Terms | None) -> None:
    said = inbound(conversation=THREAD, addressed=Addressed.AMBIENT)
    picture = Attachment("1", "cat.png", "image/png", 10)
    assert gate(away, policy).terms(said) == terms
    assert gate(away, policy).terms(replace(said, text="", attachments=(picture,))) == terms
    assert gate(away, policy).terms(replace(said, text="")) is None, "nothing was said"
    assert gate(away, policy).terms(replace(said, mentions_others=True)) is None, "it is for somebody else"
