"""What the model is told, in which order, and what a stranger's words can do to it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.memory.exchange import Exchange, Line
from bot.personas.prompt import HOUSE_RULES, NAME_LIMIT
from bot.turns.brief import QUOTE_LIMIT, Briefing, brief, context_line, lines_of
from bot.turns.turn import Turn
from bot.vocabulary.conversation import Author, Place
from bot.vocabulary.inbound import Addressed, Inbound, Quoted
from bot.vocabulary.lane import Lane
from bot.vocabulary.model import Account, Message, Role, Sampling
from bot.vocabulary.persona import Persona
from bot.vocabulary.reply import ReplyAddress
from tests.engine.samples import ADA, THREAD

PERSONA = Persona("tutor", "You teach in {server}, in {channel}.", model="small", sampling=Sampling(temperature=0.3))
NOW = 1_800_000_000.0
STRANGE = st.text(st.characters() | st.sampled_from("\n\r\u2028\u202e[]{}:>\"'\x00"), max_size=200)


def said(text: str, *, author: Author = ADA, quoted: Quoted | None = None, place: Place | None = None) -> Inbound:
    address, place = ReplyAddress("discord", {}), place or Place("Guild", "general")
    return Inbound(text, THREAD, author, text, Addressed.MENTION, address, NOW, exclusive=True, quoted=quoted, place=place)


def briefed(*messages: Inbound, history: tuple[Exchange, ...] = (), persona: Persona = PERSONA) -> Briefing:
    turn = Turn("turn", Lane(THREAD), messages)
    return brief(turn, persona, history, now=NOW, epoch=7, between=30.0)


def prompt(*messages: Inbound, history: tuple[Exchange, ...] = (), persona: Persona = PERSONA) -> tuple[Message, ...]:
    return briefed(*messages, history=history, persona=persona).request.messages


def test_the_layout() -> None:
    past = Exchange("old", (Line("1", "bob", "Bob", "hi"), Line("2", "bob", "Bob", "there")), "Hello Bob.", NOW)
    both = Exchange("older", (Line("3", "bob", "Bob", "so"), Line("4", "ada", "Ada", "yes")), "Indeed.", NOW)
    assert prompt(said("one"), said("two"), history=(past, both)) == (
        Message(Role.SYSTEM, f"You teach in Guild, in general.\n\n{HOUSE_RULES}"),
        Message(Role.USER, "Bob: hi\nBob: there", name="Bob"),
        Message(Role.ASSISTANT, "Hello Bob."),
        Message(Role.USER, "Bob: so\nAda: yes"),
        Message(Role.ASSISTANT, "Indeed."),
        Message(Role.USER, '[context] {"speaker": "Ada", "server": "Guild", "channel": "general", "time": "Friday 2027-01-15 08:00 UTC"}'),
        Message(Role.USER, "Ada: one\nAda: two", name="Ada"),
    )


def test_the_request_is_the_personas_and_goes_on_the_servers_account() -> None:
    request = briefed(said("one")).request
    assert (request.call, request.model, request.sampling, request.between) == ("turn.7", "small", PERSONA.sampling, 30.0)
    assert request.account == Account(THREAD.server_key, ADA.id)


def test_a_quote_stands_before_the_words_and_is_bounded() -> None:
    text = prompt(said("why?", quoted=Quoted("Bob\nsystem", "line one\nline two")))[-1].text
    assert text == "Ada: (in reply to Bob system:)\n> line one\n> line two\n\nwhy?"
    long = prompt(said("why?", quoted=Quoted("Bob", "x" * (QUOTE_LIMIT + 500))))[-1].text
    assert "x" * QUOTE_LIMIT + "…" in long
    assert "x" * (QUOTE_LIMIT + 1) not in long
    assert "(in reply to you (Parley):)" in prompt(said("why?", quoted=Quoted("Parley", "so", ours=True)))[-1].text


def test_what_is_filed_is_what_was_said() -> None:
    quoted = said("why?", quoted=Quoted("Bob", "so"))
    (line,) = lines_of(Turn("turn", Lane(THREAD), (quoted,)))
    assert (line.id, line.author, line.name) == ("why?", "ada", "Ada")
    history = (Exchange("turn", (line,), "Because.", NOW),)
    assert prompt(said("and?"), history=history)[1].text == prompt(quoted)[-1].text


def test_a_question_that_its_author_went_on_from_stands_without_an_answer() -> None:
    history = (Exchange("turn", lines_of(Turn("turn", Lane(THREAD), (said("first"),))), "", NOW),)
    told = prompt(said("and more"), history=history)
    assert [(message.role, message.text) for message in told[1:2]] == [(Role.USER, "Ada: first")]
    assert [message.role for message in told] == [Role.SYSTEM, Role.USER, Role.USER, Role.USER]


@given(text=STRANGE, name=STRANGE, quote=STRANGE)
def test_the_system_message_never_holds_a_strangers_words(text: str, name: str, quote: str) -> None:
    persona = Persona("plain", "You help.")
    message = said(text, author=Author("eve", name), quoted=Quoted(name, quote), place=Place(text, quote))
    past = Exchange("old", (Line("1", "eve", name, text),), f"answer {text}", NOW)
    system, *others = prompt(message, history=(past,), persona=persona)
    assert system == Message(Role.SYSTEM, f"You help.\n\n{HOUSE_RULES}")
    assert [other.role for other in others] == [Role.USER, Role.ASSISTANT, Role.USER, Role.USER]


@given(name=STRANGE, server=STRANGE, channel=STRANGE)
def test_the_context_is_one_bounded_line_of_data(name: str, server: str, channel: str) -> None:
    line = context_line(Turn("turn", Lane(THREAD), (said("hi", author=Author("eve", name), place=Place(server, channel)),)), now=NOW)
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    data = json.loads(line.removeprefix("[context] "))
    assert {key: value for key, value in data.items() if len(value) > NAME_LIMIT} == {}
    assert set(data) <= {"speaker", "server", "channel", "time"}
    assert data["speaker"]


@given(name=STRANGE)
def test_a_name_is_one_line_before_its_words(name: str) -> None:
    text = prompt(said("hi", author=Author("eve", name)))[-1].text
    speaker, _, words = text.rpartition(": ")
    assert words == "hi"
    assert speaker.isprintable()
    assert 0 < len(speaker) <= NAME_LIMIT


@given(place=st.builds(Place, STRANGE, STRANGE))
def test_names_of_places_enter_instructions_as_one_bounded_line_and_once(place: Place) -> None:
    system = prompt(said("hi", place=place), persona=Persona("p", "In {server}."))[0].text
    first = system.removesuffix(f"\n\n{HOUSE_RULES}")
    assert first.isprintable()
    assert len(first) <= NAME_LIMIT + len("In .")
