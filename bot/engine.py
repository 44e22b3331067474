"""The one door: what comes in from people goes to the room that knows what to do. No logic of its own."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from bot.commands.registry import Registry
from bot.commands.text import TextOrders, call_from
from bot.errors import OrderInvalid
from bot.gate.gate import Gate
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.mailbox import Joined, Mailbox
from bot.turns.stopping import Stopping
from bot.turns.wakes import Wakes
from bot.turns.worker import Worker
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpecs
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Inbound, Press, PressKind
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Platform

STOP = "stop"


@dataclass(frozen=True, slots=True)
class Engine:
    """`Door`, as assembled by `bot.assembly`."""

    gate: Gate
    mailbox: Mailbox
    wakes: Wakes
    worker: Worker
    stopping: Stopping
    registry: Registry
    orders: TextOrders
    platforms: dict[str, Platform]
    drain_seconds: float
    checkpoint: Checkpoint = passed

    @property
    def commands(self) -> CommandSpecs:
        return self.registry.specs

    def plug(self, platform: Platform) -> None:
        """Answers for this platform can be written by this process."""
        self.platforms[platform.name] = platform

    def answering(self) -> AbstractAsyncContextManager[None]:
        """Answer the platforms that are plugged, while open."""
        return self.worker.working(self.wakes, drain_seconds=self.drain_seconds)

    async def receive(self, inbound: Inbound) -> Receipt:
        """As `Door.receive`."""
        if not await self.gate.addressed(inbound):
            return Receipt.IGNORED
        if self.orders.name(inbound) == STOP:
            return await self._stopped(inbound)
        return await self._joined(inbound)

    async def press(self, press: Press) -> CommandReply:
        """As `Door.press`."""
        if press.kind is not PressKind.STOP:
            raise OrderInvalid(f"button {press.kind.value}", user_text="I do not know this button any more. Please write to me instead.")
        call = CommandCall(press.id, STOP, press.author, press.conversation, direct=False, exclusive=False, args={"turn": press.turn})
        return await self.registry.run(call)

    async def command(self, call: CommandCall) -> CommandReply:
        """As `Door.command`."""
        return await self.registry.run(call)

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """As `Door.prefill`."""
        return await self.registry.prefill(call)

    async def _joined(self, inbound: Inbound) -> Receipt:
        lane = Lane.of(inbound)
        joined = await self.mailbox.join(inbound, lane)
        if joined is Joined.JOINED:
            await self.checkpoint("joined")
        if joined in (Joined.JOINED, Joined.PENDING):
            await self.wakes.wake(lane)
        if joined is Joined.FULL:
            await self.worker.refuse(inbound, lane)
            return Receipt.IGNORED
        return Receipt.JOINED if joined is Joined.JOINED else Receipt.SEEN

    async def _stopped(self, inbound: Inbound) -> Receipt:
        """A stop must not wait behind what it stops: only when nothing runs does it become a message with an answer."""
        if not await self.mailbox.first_time(inbound):
            return Receipt.SEEN
        if await self.stopping.stop(call_from(inbound, STOP)):
            return Receipt.SEEN  # no answer of its own will come
        return await self._joined(replace(inbound, id=f"{inbound.id}.{STOP}"))
