"""Screening a turn: what is wrong with the input itself, and that nothing in it escapes moderation."""

import pytest

from bot.errors import Declined, EmptyMessage, MessageFlagged, MessageTooLong
from bot.moderation.endpoint import ModerationEndpoint
from bot.moderation.incidents import Incidents
from bot.moderation.moderation import Moderation
from bot.turns.screen import FILES_ONLY, screen
from bot.vocabulary.conversation import Author
from bot.vocabulary.inbound import Attachment, Inbound, Quoted
from tests.engine.samples import ADA, inbound, turn
from tests.fakes.clock import VirtualClock
from tests.fakes.model.server import ModelServer

PICTURE = Attachment("1", "cat.png", "image/png", 10)
FLAGGED = {
    "text": (inbound("a curse"),),
    "first of several": (inbound("a curse"), inbound("sorry")),
    "last of several": (inbound("hello"), inbound("a curse")),
    "display name": (inbound("hello", author=Author("eve", "A Curse")),),
    "quoted text": (inbound("what is that?", quoted=Quoted("Bob", "a curse")),),
    "quoted text alone": (inbound("", quoted=Quoted("Bob", "a curse")),),
    "quoted author": (inbound("who is that?", quoted=Quoted("curse", "hello")),),
    "quoted text of our own": (inbound("go on", quoted=Quoted("Parley", "a curse", ours=True)),),
    "quote of an earlier message": (inbound("this", quoted=Quoted("Bob", "a curse")), inbound("and that")),
}


@pytest.fixture
def moderation(endpoint: ModerationEndpoint, incidents: Incidents) -> Moderation:
    return Moderation(endpoint, incidents, clock=VirtualClock(), block_on_error=True, keep_text=False)


@pytest.mark.parametrize("where", FLAGGED)
async def test_everything_that_would_reach_the_model_is_judged(
    server: ModelServer, moderation: Moderation, incidents: Incidents, where: str
) -> None:
    server.flags("curse", category="harassment")
    said = turn(*FLAGGED[where])
    with pytest.raises(MessageFlagged):
        await screen(said, moderation, most_characters=100)
    (incident,) = await incidents.newest(said.lane.conversation.server_key)
    assert incident.author == said.last.author.id


async def test_all_of_it_is_judged_in_one_request(server: ModelServer, moderation: Moderation) -> None:
    said = turn(inbound("one", quoted=Quoted("Bob", "quote")), inbound("two"))
    await screen(said, moderation, most_characters=100)
    assert [set(request.body["input"]) for request in server.requests] == [{"one", "two", "Bob", "quote", ADA.name}]


@pytest.mark.parametrize(
    ("messages", "error", "says"),
    [
        ((inbound(""),), EmptyMessage, "Write your question"),
        ((inbound(" \n"),), EmptyMessage, "Write your question"),
        ((inbound("", attachments=(PICTURE,)),), EmptyMessage, FILES_ONLY),
        ((inbound("x" * 11),), MessageTooLong, "11 characters; I read up to 10"),
        ((inbound("x" * 6), inbound("y" * 12)), MessageTooLong, "12 characters"),
    ],
)
async def test_input_that_cannot_be_answered_is_declined_before_anything_is_asked(
    server: ModelServer, moderation: Moderation, messages: tuple[Inbound, ...], error: type[Declined], says: str
) -> None:
    with pytest.raises(error) as declined:
        await screen(turn(*messages), moderation, most_characters=10)
    assert says in declined.value.user_text
    assert server.requests == []


@pytest.mark.parametrize(
    "message", [inbound("x" * 10), inbound("look", attachments=(PICTURE,)), inbound("", quoted=Quoted("Bob", "explain this, please"))]
)
async def test_text_within_the_limit_or_a_quote_is_enough(moderation: Moderation, message: Inbound) -> None:
    await screen(turn(message), moderation, most_characters=10)


async def test_messages_that_wait_together_are_measured_one_by_one(moderation: Moderation) -> None:
    await screen(turn(inbound("x" * 10), inbound("y" * 10)), moderation, most_characters=10)
