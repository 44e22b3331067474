"""An order on its way to whoever carries it out, and what comes back."""

from dataclasses import dataclass

from bot.store.codec import Codec
from bot.vocabulary.commands import CommandCall, CommandReply


@dataclass(frozen=True, slots=True)
class Errand:
    """An order. `form`: only the first contents of its form are asked for."""

    call: CommandCall
    form: bool = False


errands = Codec(Errand)
replies = Codec(CommandReply)
forms = Codec(dict[str, str])
