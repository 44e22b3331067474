"""The one door: what comes in from people goes to the room that knows what to do. No logic of its own."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from bot.commands.text import TextOrders, call_from
from bot.gate.attendance import Attendance
from bot.gate.gate import Gate
from bot.turns.amending import Amending
from bot.turns.mailbox import Mailbox
from bot.turns.pressing import Pressing
from bot.turns.reception import Reception
from bot.turns.stopping import Stopping
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpecs, Orders
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Amended, Inbound, Press
from bot.vocabulary.pace import Lender
from bot.vocabulary.platform import Platform

STOP = "stop"

Part = Callable[[], AbstractAsyncContextManager[None]]
"""Something that a process does while its engine is open."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`Door`, as assembled by `bot.assembly`; in a process that only receives, by `bot.receiving`."""

    gate: Gate
    attendance: Attendance
    mailbox: Mailbox
    reception: Reception
    stopping: Stopping
    pressing: Pressing
    amending: Amending
    orders: Orders
    lender: Lender
    platforms: dict[str, Platform]
    parts: tuple[Part, ...]

    @property
    def commands(self) -> CommandSpecs:
        return self.orders.specs

    def plug(self, platform: Platform) -> None:
        """This process can write there."""
        self.platforms[platform.name] = platform

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Do this process's part for the platforms that are plugged, while open: all of it, or only what who receives must do."""
        async with AsyncExitStack() as stack:
            for part in self.parts:
                await stack.enter_async_context(part())
            yield

    async def receive(self, inbound: Inbound) -> Receipt:
        """As `Door.receive`."""
        if TextOrders(self.orders).name(inbound) == STOP:
            return await self._stopped(inbound) if await self.gate.addressed(inbound) else Receipt.IGNORED
        terms = self.gate.terms(inbound)
        if terms is None:
            await self.gate.overhear(inbound)
            return Receipt.IGNORED
        return await self.reception.join(inbound, terms)

    async def press(self, press: Press) -> CommandReply:
        """As `Door.press`."""
        return await self.pressing.press(press)

    async def amend(self, amended: Amended) -> None:
        """As `Door.amend`."""
        await self.amending.amend(amended)

    async def command(self, call: CommandCall) -> CommandReply:
        """As `Door.command`."""
        return await self.orders.run(call)

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """As `Door.prefill`."""
        return await self.orders.prefill(call)

    async def _stopped(self, inbound: Inbound) -> Receipt:
        """A stop must not wait behind what it stops: only when nothing runs does it become a message with an answer."""
        if await self.mailbox.seen(inbound):
            return Receipt.SEEN
        receipt = Receipt.SEEN  # no answer of its own will come
        if not await self.stopping.stop(call_from(inbound, STOP)):
            receipt = await self.reception.join(replace(inbound, id=f"{inbound.id}.{STOP}"))
        await self.mailbox.first_time(inbound)  # last: an order that an outage cut short must count when it comes again
        return receipt
