"""A lane: what is answered in order, one turn at a time."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Inbound


@dataclass(frozen=True, slots=True)
class Lane:
    """A thread or DM is one lane (`author` empty); an open channel has a lane per author."""

    conversation: ConversationKey
    author: str = ""

    @classmethod
    def of(cls, inbound: Inbound) -> "Lane":
        """The lane a message joins."""
        return cls(inbound.conversation, "" if inbound.exclusive else inbound.author.id)

    def __str__(self) -> str:
        key = self.conversation
        return ":".join(quote(part, safe="") for part in (key.platform, key.server, key.channel, key.thread, self.author))

    @classmethod
    def parse(cls, text: str) -> "Lane":
        """The inverse of `str`: what an index entry or a wake carries."""
        *conversation, author = (unquote(part) for part in text.split(":"))
        return cls(ConversationKey(*conversation), author)
