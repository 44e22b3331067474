"""What the person at the terminal says and orders, put into the engine's words."""

import getpass
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.console.surface import CONSOLE
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.reply import ReplyAddress

CONVERSATION = ConversationKey(CONSOLE, "terminal", "terminal")
"""One for ever: whoever leaves and comes back goes on where they were."""

PLACE = Place(server="the terminal", channel="the terminal")

_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))


def readable(text: str) -> str:
    """`text` without what a terminal would obey instead of showing: control characters other than tab and line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def login_name() -> str:
    """Who sits here, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in a container
        return "you"


@dataclass(frozen=True, slots=True)
class Talk:
    """Makes the engine's values for one person at one terminal; they are its operator."""

    name: str = field(default_factory=login_name)

    @property
    def author(self) -> Author:
        return Author(self.name, self.name, Authority.OPERATOR)

    def message(self, text: str) -> Inbound:
        """A message with an id of its own; the answer's address carries the id back."""
        name = uuid.uuid4().hex
        return Inbound(
            id=name,
            conversation=CONVERSATION,
            author=self.author,
            text=readable(text).strip(),
            addressed=Addressed.DIRECT,
            address=ReplyAddress(CONSOLE, {"message": name}),
            sent_at=time.time(),
            exclusive=True,
            place=PLACE,
        )

    def order(self, name: str, args: Mapping[str, str] | None = None) -> CommandCall:
        """An order by the person at the terminal."""
        return CommandCall(
            id=uuid.uuid4().hex,
            name=name,
            author=self.author,
            conversation=CONVERSATION,
            direct=True,
            exclusive=True,
            args=args or {},
            place=PLACE,
        )
