"""A turn that does something with an answer that stands: writes another, goes on with it, shows an older one, or offers to."""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.errors import Declined
from bot.memory.exchange import Exchange
from bot.turns.asking import WITHDRAWN, Asking, Said
from bot.turns.brief import lines_of
from bot.turns.buttons import buttons_for
from bot.turns.desk import Desk
from bot.turns.lease import Lease
from bot.turns.records import EDIT, FORGOTTEN, Record
from bot.turns.result import Result
from bot.turns.screen import screen
from bot.turns.standing import standing
from bot.turns.turn import Turn
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.inbound import Again, Redo
from bot.vocabulary.reply import Answered, Failed, Outcome, Stopped

OFFERED = "You changed your question. Regenerate answers the new one."


async def redone(desk: Desk, turn: Turn, lease: Lease, again: Again) -> "Redone | None":
    """The work on such a turn; None when there is nothing that people could see: what it is about is forgotten, or done.

    Raises `LeaseLost` and `StoreUnavailable`.
    """
    conversation = turn.lane.conversation
    record = await desk.records.read(conversation, again.turn)
    if record is None:
        return None
    exchange, past = await desk.memory.before(conversation, again.turn, began=record.began)
    work = Redone(desk, turn, record, again, exchange, past)
    begun = turn.progress.outcome or turn.progress.parts
    if not begun and not work.possible:
        return None
    late = desk.clock.now() - record.posted / 1000 > desk.platforms[turn.last.address.platform].limits.edit_seconds
    if not turn.progress.parts:
        parts = () if late else record.parts
        await desk.journal.adopt(lease, parts, began=record.began)
        if parts:
            work.turn = replace(turn, progress=replace(turn.progress, parts=parts, announced="", pending=""))
    if late and not begun and again.redo is Redo.OFFER:  # nobody wants the same once more, far below
        with suppress(Declined):  # such words are not remembered, and nobody needs to hear why
            await desk.journal.remember(lease, await work.offered(), keep=desk.memory.keep, seconds=desk.memory.seconds)
        return None
    return work


@dataclass(slots=True)
class Redone:
    """`Work` on the answer of an earlier turn. Where no new one comes of it, the one that stood stands again.

    `exchange`: how it is remembered, if it is; `past`: what the model sees of what was before it.
    """

    desk: Desk
    turn: Turn
    record: Record
    again: Again
    exchange: Exchange | None
    past: tuple[Exchange, ...]

    @property
    def possible(self) -> bool:
        """Whether it can still be done."""
        exchange, redo = self.exchange, self.again.redo
        if exchange is None:
            return redo in (Redo.REGENERATE, Redo.OFFER) and not self.record.filed
        if redo is Redo.SHOW:
            return 1 <= self.again.version <= exchange.count
        return redo is not Redo.CONTINUE or not exchange.complete

    @property
    def stop(self) -> Button | None:
        asks = self.again.redo in (Redo.REGENERATE, Redo.CONTINUE)
        return Button(PressKind.STOP, self.turn.id, self.record.asker) if asks else None

    async def found(self, asking: Asking) -> Result:
        if not self.possible:
            return self.unanswered(Stopped("", FORGOTTEN))
        if self.again.redo is Redo.REGENERATE:
            return self._regenerated(await asking.ask(self._question, self.past))
        if self.again.redo is Redo.OFFER or self.exchange is None:
            return await self.offered()
        if self.again.redo is Redo.CONTINUE:
            said = await asking.ask(self._question, self.past, so_far=self.exchange.answer)
            return self._continued(said, self.exchange)
        shown = self.exchange.showing(self.again.version)
        return Result(standing(shown, ""), shown, {"persona": shown.persona, "model": shown.model})

    def unanswered(self, outcome: Outcome) -> Result:
        """Nothing new came: what stood stands again, with a note that says why."""
        return Result(standing(self.exchange, outcome.note) if self.exchange and self._stands else outcome)

    def buttons(self, result: Result) -> tuple[Button, ...]:
        if isinstance(result.outcome, Stopped) and result.outcome.note in (WITHDRAWN, FORGOTTEN):
            return ()
        return buttons_for(self.record.turn, self.record.asker, result.outcome, result.exchange or self.exchange)

    async def offered(self) -> Result:
        """The question has other words now; the answer is still the one to the old ones. Raises `Declined` where these may not be."""
        message, text = self.turn.last.id.rpartition(EDIT)[0], self.turn.last.text
        if text.strip():
            await screen(self.turn, self.desk.moderation, most_characters=self.desk.most_characters)
        facts = {"question": self.record.amended(message, text)}
        amended = self.exchange.amended(message, text) if self.exchange else None
        return Result(standing(amended, OFFERED) if amended and self._stands else Failed(OFFERED), amended, facts)

    def _regenerated(self, said: Said) -> Result:
        if not said.has_text:
            return self.unanswered(said.outcome)
        lines, new = lines_of(self._question), said.version
        if self.exchange and self._stands:
            return Result(said.outcome, replace(self.exchange.regenerated(new), lines=lines), said.facts)
        first = Exchange(self.record.turn, lines, new.answer, self.desk.clock.now(), new.complete, new.persona, new.model)
        return Result(said.outcome, first, said.facts)

    def _continued(self, said: Said, before: Exchange) -> Result:
        outcome, complete = said.outcome, isinstance(said.outcome, Answered)
        if said.has_text and before.answer.startswith(outcome.text):  # no more than what stood
            outcome = replace(outcome, text=before.answer)
        if not said.has_text or (outcome.text == before.answer and not complete):
            return self.unanswered(outcome)
        exchange = replace(before, answer=outcome.text, complete=complete, persona=said.persona, model=said.model)
        return Result(outcome, exchange, said.facts)

    @property
    def _stands(self) -> bool:
        """Whether there is an answer at all: who went on at once may have stopped it before its first word."""
        return self.exchange is not None and bool(self.exchange.answer.strip())

    @property
    def _question(self) -> Turn:
        """As if it was asked now, in the words that it has by now."""
        return replace(self.turn, messages=self.record.question)
