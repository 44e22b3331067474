"""What becomes of a press: a stop takes effect at once, a rating is filed, everything else joins the lane of whoever asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.errors import BotError, NotAllowed, OrderInvalid
from bot.feedback.ratings import Rating
from bot.memory.history import Memory
from bot.turns.mailbox import Joined
from bot.turns.reception import Reception
from bot.turns.records import FORGOTTEN, Record, Records
from bot.turns.stopping import NOT_YOURS, Stopping
from bot.vocabulary.clock import Clock
from bot.vocabulary.commands import CommandReply
from bot.vocabulary.controls import BAD, GOOD, PressKind
from bot.vocabulary.conversation import Authority
from bot.vocabulary.inbound import Again, Inbound, Press, Redo

PAUSES = (0.02, 0.1, 0.4, 1.0)
"""Seconds between looks for a turn that is being finished: who pressed waits no longer than that for a word."""

Rate = Callable[[Rating], Awaitable[None]]

STOPPING, NOTHING_RUNS = "Stopping.", "I am not writing anything here right now."
AT_IT = "I am already at it."
FULL = "Too many messages are waiting here already. Please press again when I have caught up."
MOMENT = "One moment, I am just finishing this. Please press again."
COMPLETE = "This answer is complete. Ask me if you want to know more."
UNKNOWN = "I do not know this button any more. Please write to me instead."
THANKS = "Thank you."

REDO = {PressKind.REGENERATE: Redo.REGENERATE, PressKind.CONTINUE: Redo.CONTINUE, PressKind.SHOW: Redo.SHOW}


@dataclass(frozen=True, slots=True)
class Pressing:
    """Buttons of whatever age, pressed by anybody."""

    records: Records
    memory: Memory
    reception: Reception
    stopping: Stopping
    rate: Rate
    clock: Clock

    async def press(self, press: Press) -> CommandReply:
        """A private word, or an empty one where the answer itself shows what came of it. Never raises `BotError`."""
        try:
            return CommandReply(await self._pressed(press))
        except BotError as error:
            return CommandReply(error.user_text)

    async def _pressed(self, press: Press) -> str:
        if press.kind is PressKind.STOP:
            return STOPPING if await self.stopping.pressed(press) else NOTHING_RUNS
        record = await self._record(press)
        if press.author.id != record.asker and press.author.authority < Authority.MODERATOR:
            raise NotAllowed(user_text=NOT_YOURS)
        if press.kind is PressKind.RATE:
            return await self._rated(press, record)
        return await self._again(press, record)

    async def _record(self, press: Press) -> Record:
        """The buttons stand a moment before the turn is finished. Raises `OrderInvalid`."""
        for pause in PAUSES:
            if record := await self.records.read(press.conversation, press.turn):
                return record
            if not await self.stopping.settles(press):
                break
            await self.clock.sleep(pause)
        if record := await self.records.read(press.conversation, press.turn):
            return record
        if await self.stopping.settles(press):
            raise OrderInvalid(f"turn {press.turn} is not finished", user_text=MOMENT)
        raise OrderInvalid(f"turn {press.turn} is not known", user_text=FORGOTTEN)

    async def _rated(self, press: Press, record: Record) -> str:
        if press.value not in (GOOD, BAD):
            raise OrderInvalid(f"rating {press.value}", user_text=UNKNOWN)
        rating = Rating(
            turn=record.turn,
            conversation=press.conversation,
            author=press.author.id,
            good=press.value == GOOD,
            reason=press.text,
            persona=record.persona,
            model=record.model,
            at=self.clock.now(),
        )
        await self.rate(rating)
        return THANKS if press.text.strip() else ""

    async def _again(self, press: Press, record: Record) -> str:
        again = await self._possible(press, record)
        joined = await self.reception.again(asked_again(record, press.id, again, now=self.clock.now()))
        return {Joined.FULL: FULL, Joined.TWIN: AT_IT}.get(joined, "")

    async def _possible(self, press: Press, record: Record) -> Again:
        """Raises `OrderInvalid` where there is nothing to do: the answer is forgotten, or has changed since the button was put there."""
        version = _version(press.value) if press.kind is PressKind.SHOW else 0
        exchange = await self.memory.of(press.conversation, record.turn)
        if exchange is None and (record.filed or press.kind is not PressKind.REGENERATE):
            raise OrderInvalid(f"turn {record.turn} is forgotten", user_text=FORGOTTEN)
        if exchange and press.kind is PressKind.CONTINUE and exchange.complete:
            raise OrderInvalid(f"turn {record.turn} is complete", user_text=COMPLETE)
        if exchange and press.kind is PressKind.SHOW and not 1 <= version <= exchange.count:
            raise OrderInvalid(f"version {press.value} of {exchange.count}", user_text=UNKNOWN)
        return Again(REDO[press.kind], record.turn, version)


def asked_again(record: Record, event: str, again: Again, *, now: float) -> Inbound:
    """What joins the lane of the question when something is to be done with its answer. Files and quotes stay with the question."""
    return replace(record.question[-1], id=event, again=again, sent_at=now, quoted=None, attachments=())


def _version(value: str) -> int:
    number = value.partition("/")[0]
    return int(number) if number.isdecimal() else 0
