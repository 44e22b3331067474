"""What is written down comes back, or reads as nothing."""

from hypothesis import given
from hypothesis import strategies as st

from bot.store.codec import Codec
from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place
from bot.vocabulary.inbound import Addressed, Attachment, Inbound, Quoted
from bot.vocabulary.reply import Answered, Outcome, Placeholder, ReplyAddress, Stopped
from tests.engine.samples import inbound

codec = Codec(Inbound)

WORDS = st.text(max_size=30)
CONVERSATIONS = st.builds(ConversationKey, WORDS, WORDS, WORDS, WORDS)
MESSAGES = st.builds(
    Inbound,
    id=WORDS,
    conversation=CONVERSATIONS,
    author=st.builds(Author, WORDS, WORDS, st.sampled_from(Authority)),
    text=st.text(),
    addressed=st.sampled_from(Addressed),
    address=st.builds(ReplyAddress, WORDS, st.dictionaries(WORDS, WORDS, max_size=3)),
    sent_at=st.floats(allow_nan=False, allow_infinity=False),
    exclusive=st.booleans(),
    quoted=st.none() | st.builds(Quoted, WORDS, WORDS, st.booleans()),
    attachments=st.lists(st.builds(Attachment, WORDS, WORDS, WORDS, st.integers(0, 2**60), WORDS), max_size=2).map(tuple),
    mentions_others=st.booleans(),
    place=st.builds(Place, WORDS, WORDS),
)


@given(message=MESSAGES)
def test_a_message_comes_back_as_it_was(message: Inbound) -> None:
    text = codec.dump(message)
    assert codec.load(text) == message
    assert "\n" not in text


@given(text=st.text() | st.text().map(lambda rest: f"1 {rest}") | st.binary().map(lambda raw: f"1 {raw.decode('latin-1')}"))
def test_garbage_reads_as_nothing(text: str) -> None:
    assert codec.load(text) is None


def test_another_version_reads_as_nothing() -> None:
    message = inbound()
    assert Codec(Inbound, version=2).load(codec.dump(message)) is None
    assert codec.load(Codec(Inbound, version=10).dump(message)) is None
    assert Codec(Inbound, version=2).load(Codec(Inbound, version=2).dump(message)) == message


def test_nothing_reads_as_nothing() -> None:
    assert codec.load(None) is None


def test_a_value_of_another_type_reads_as_nothing() -> None:
    assert codec.load(Codec(Placeholder).dump(Placeholder("room", {}))) is None


def test_half_a_surrogate_pair_can_be_written_down() -> None:
    kept = codec.load(codec.dump(inbound("caf\u00e9 \ud83d!")))
    assert kept is not None
    assert kept.text == "caf\u00e9 ?!"


def test_members_of_a_union_stay_apart() -> None:
    outcomes: Codec[Outcome] = Codec(Outcome)  # type: ignore[arg-type]  # a union is a type to pydantic, not to mypy
    for outcome in (Answered("text"), Answered("text", "note"), Stopped("text"), Stopped("")):
        assert outcomes.load(outcomes.dump(outcome)) == outcome
