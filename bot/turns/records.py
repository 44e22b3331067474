"""What is kept of a settled turn, for the buttons under its answer and for edits of its question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.store.connection import Store
from bot.store.keys import ConversationKeys
from bot.turns.begun import placeholders
from bot.turns.mailbox import inbounds
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.reply import Placeholder

FORGOTTEN = "I no longer know this answer. Please ask me again."
"""What people are told where there is no record any more."""

EDIT = ".edit."
"""Between the id of a message and the stamp of its edit, in the id of the turn that tells of it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A turn whose answer stands in `parts`, which were `posted` then. Server milliseconds.

    `question`: the messages that it answers, one at least. `filed`: its exchange went into the history, and is gone if it is not there.
    """

    turn: str
    question: tuple[Inbound, ...]
    parts: tuple[Placeholder, ...]
    began: int
    posted: int
    persona: str = ""
    model: str = ""
    filed: bool = False
    stored: str = ""
    """The question as it is stored."""

    @property
    def asker(self) -> str:
        """Whose question it is: the author's id."""
        return self.question[-1].author.id

    def amended(self, message: str, text: str | None) -> str:
        """The question as it is stored, with other words in one of its messages, or (None) without that one; "" when nothing is left."""
        changed = (replace(said, text=text or "") if said.id == message else said for said in self.question)
        return question_of([said for said in changed if text is not None or said.id != message])


class Records:
    """Reads records; they are written when a turn is finished. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, conversation: ConversationKey, turn: str) -> Record | None:
        """None when nobody knows it any more, or it was an order, whose reply has no buttons."""
        fields = await self._store.hash_all(ConversationKeys(conversation).turn(turn))
        stored = fields.get("question", "")
        question = tuple(said for said in map(inbounds.load, stored.split("\n")) if said)
        if not question or not fields.get("began", "").isdecimal():
            return None
        began = int(fields["began"])
        return Record(
            turn,
            question,
            parts=placeholders.load(fields.get("parts")) or (),
            began=began,
            posted=int(fields.get("posted", began)),
            persona=fields.get("persona", ""),
            model=fields.get("model", ""),
            filed="filed" in fields,
            stored=stored,
        )


def question_of(messages: Sequence[Inbound]) -> str:
    """Messages as a record holds them."""
    return "\n".join(map(inbounds.dump, messages))
