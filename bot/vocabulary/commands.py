"""What people may order: commands as data, written once for all platforms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place


@dataclass(frozen=True, slots=True)
class Param:
    """One argument. `choices` is a closed list of values; `long` text is asked for in a form. `limit` is in characters."""

    name: str
    description: str
    required: bool = True
    choices: tuple[str, ...] = ()
    long: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """`name` is one or two words ("persona use"). `direct` is the authority that suffices in a DM, where nobody else is concerned.

    `secret`: its reply is for the asker alone, so it is not given where others read along.
    """

    name: str
    description: str
    authority: Authority = Authority.MEMBER
    direct: Authority = Authority.MEMBER
    params: tuple[Param, ...] = ()
    secret: bool = False

    @property
    def form(self) -> tuple[Param, ...]:
        """What a form must ask for: if there is any, the form is the platform's first response."""
        return tuple(param for param in self.params if param.long)


@dataclass(frozen=True, slots=True)
class CommandCall:
    """Somebody ordered something. `id` names the order for the duplicate check; `direct` in a DM; `exclusive` as in `Inbound`."""

    id: str
    name: str
    author: Author
    conversation: ConversationKey
    direct: bool
    exclusive: bool
    args: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header; numbers come formatted."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CommandReply:
    """What the person who ordered gets. `private`: only they see it, where the platform can do that. `text` is Markdown."""

    text: str
    table: Table | None = None
    private: bool = True


CommandSpecs = Sequence[CommandSpec]


class Orders(Protocol):
    """Whoever carries out what people order, here or in another process."""

    @property
    def specs(self) -> CommandSpecs:
        """Everything people may order."""

    async def run(self, call: CommandCall) -> CommandReply:
        """The reply, whatever went wrong: it never raises `BotError`. The authority of whoever ordered is checked here."""

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """First contents of a form, within a second; empty when the person may not see them or they take too long."""
