"""Messages that people edit or delete after they were sent: what waits, what is remembered and what can be asked again follows them."""

from dataclasses import dataclass, replace
from urllib.parse import unquote

from bot.memory.exchange import Exchange, exchanges
from bot.store.connection import Store
from bot.store.keys import ConversationKeys, LaneKeys
from bot.turns.journal import Journal
from bot.turns.mailbox import Mailbox, read, written
from bot.turns.reception import Reception
from bot.turns.records import EDIT, Records
from bot.turns.turn import turn_id
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Again, Amended, Inbound, Redo
from bot.vocabulary.lane import Lane

WAITS, GONE = "waits", "gone"
"""What `rewrite.lua` says of a line, unless it names the turn that runs with it."""

ATTEMPTS = 10
"""How often an exchange may change under us before we let it be: each time somebody else finished something."""


@dataclass(frozen=True, slots=True)
class Amending:
    """Every method raises `StoreUnavailable`; doing it again does no harm."""

    store: Store
    mailbox: Mailbox
    journal: Journal
    records: Records
    reception: Reception

    async def amend(self, amended: Amended) -> None:
        """Most messages were never for us, and one look tells.

        A turn that is finished meanwhile puts its name into what was seen: then everything is done again, for that turn.
        """
        known: str | None = None
        seen = await self._seen(amended)
        while seen is not None and seen != known:
            await self._amended(amended, seen)
            known, seen = seen, await self._seen(amended)

    async def _seen(self, amended: Amended) -> str | None:
        return await self.store.get(ConversationKeys(amended.conversation).seen(amended.id))

    async def _amended(self, amended: Amended, seen: str) -> None:
        author, _, turn = seen.partition(" ")  # another message began the turn, if it is named
        lane = Lane(amended.conversation, "" if amended.exclusive else unquote(author))
        turn = turn or turn_id(lane, amended.id)
        if amended.text is None:
            await self._deleted(amended.id, lane, turn)
        elif line := await self.mailbox.line(lane, amended.id):
            await self._edited_early(amended, lane, line, amended.text)
        else:
            old = await self._rewrite(lane.conversation, turn, amended.id, amended.text)
            if old:
                await self._offer(amended, old, turn)

    async def _deleted(self, message: str, lane: Lane, turn: str) -> None:
        """Before and after what runs is stopped: it may have been filed in between."""
        await self._rewrite(lane.conversation, turn, message, None)
        await self.journal.drop(lane, message, turn)
        await self._rewrite(lane.conversation, turn, message, None)

    async def _edited_early(self, amended: Amended, lane: Lane, line: str, text: str) -> None:
        """It waits, or is being answered: then that answer goes on, and the offer comes after it."""
        old = next(iter(read([line])), None)
        if old is None or old.text == text:
            return
        new, keys = replace(old, text=text), LaneKeys(lane)
        line_of_new = f"{line.partition(' ')[0]} {written(new, order=self.reception.is_order(new))}"
        state = await self.store.run("rewrite", [keys.mailbox, keys.journal], [str(lane), line, line_of_new])
        if state == GONE:  # it was answered in between
            await self.amend(amended)
        elif state != WAITS:
            await self._offer(amended, old, state)

    async def _offer(self, amended: Amended, old: Inbound, turn: str) -> None:
        event, offer = f"{amended.id}{EDIT}{amended.stamp}", Again(Redo.OFFER, turn)
        await self.reception.again(replace(old, id=event, text=amended.text or "", again=offer, quoted=None, attachments=()))

    async def _rewrite(self, conversation: ConversationKey, turn: str, message: str, text: str | None) -> Inbound | None:
        """The message as it was, once the question has other words or (None) the question and the history are without it; None: no change.

        Other words reach the history when they are offered an answer: what the model is to see is screened by whoever answers.
        """
        keys = ConversationKeys(conversation)
        for _ in range(ATTEMPTS):
            record, (entry,) = await self.records.read(conversation, turn), await self.store.hash_many(keys.history, [turn])
            exchange = exchanges.load(entry)
            old = next((said for said in record.question if said.id == message), None) if record else None
            if (not record or not old or old.text == text) and (text is not None or not exchange):
                return None
            values = [entry or "", _without(exchange, message) if text is None else entry or ""]
            values += [record.stored, record.amended(message, text)] if record else ["", ""]
            if await self.store.run("amend", [keys.history, keys.order, keys.turn(turn)], [turn, *values]):
                return old
        return None


def _without(exchange: Exchange | None, message: str) -> str:
    """The exchange as it is stored then; one without a question is none."""
    amended = exchange.amended(message, None) if exchange else None
    return exchanges.dump(amended) if amended and amended.lines else ""
