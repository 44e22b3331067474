"""The engine as an adapter sees it: three verbs."""

from collections.abc import Mapping
from enum import Enum
from typing import Protocol

from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpecs
from bot.vocabulary.inbound import Inbound, Press


class Receipt(Enum):
    """What became of a message. `JOINED` and `SEEN` are durable: only now acknowledge it to the platform."""

    JOINED = "joined"
    SEEN = "seen"
    IGNORED = "ignored"


class Door(Protocol):
    """`bot.engine.Engine` is the one that works."""

    @property
    def commands(self) -> CommandSpecs:
        """Everything people may order, for menus and command trees."""

    async def receive(self, inbound: Inbound) -> Receipt:
        """Take in a message. Raises `StoreUnavailable`: then nothing was kept, do not acknowledge."""

    async def press(self, press: Press) -> CommandReply:
        """A button was pressed; the reply is a private word to whoever pressed. Raises `BotError` with a `user_text`."""

    async def command(self, call: CommandCall) -> CommandReply:
        """Carry out an order. Never raises `BotError`: what went wrong is the reply. The authority is checked here again."""

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """What a form shows before it is filled in. Answers within a second whatever the store does; empty when it cannot."""
