"""A turn that answers what people just wrote, be it a question or an order."""

from bot.memory.exchange import Exchange
from bot.turns.asking import STEERED, WITHDRAWN, Asking, Said
from bot.turns.brief import lines_of
from bot.turns.buttons import buttons_for
from bot.turns.desk import Desk
from bot.turns.result import Result
from bot.turns.turn import Turn
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.reply import Answered, Outcome, Stopped


class Fresh:
    """`Work` on a turn of its own."""

    def __init__(self, desk: Desk, turn: Turn) -> None:
        self._desk = desk
        self.turn = turn
        self._orders = desk.is_order(turn.last)

    @property
    def stop(self) -> Button | None:
        return None if self._orders else Button(PressKind.STOP, self.turn.id, self.turn.last.author.id)

    async def found(self, asking: Asking) -> Result:
        reply = await self._desk.order(self.turn.last)
        if reply is not None:
            return Result(Answered(reply))
        said = await asking.ask(self.turn, self._desk.memory.shown(self.turn.past))
        return Result(said.outcome, self._exchange(said), said.facts)

    def unanswered(self, outcome: Outcome) -> Result:
        return Result(outcome)

    def buttons(self, result: Result) -> tuple[Button, ...]:
        """An order's reply has none, nor one whose question was deleted."""
        if self._orders or (isinstance(result.outcome, Stopped) and result.outcome.note == WITHDRAWN):
            return ()
        return buttons_for(self.turn.id, self.turn.last.author.id, result.outcome)

    def _exchange(self, said: Said) -> Exchange | None:
        """For the history; none when there is no answer to go with the question, unless its author goes on from it."""
        steered = isinstance(said.outcome, Stopped) and said.outcome.note == STEERED
        if not said.has_text and not steered:
            return None
        return Exchange(
            turn=self.turn.id,
            lines=lines_of(self.turn),
            answer=said.outcome.text,
            at=self._desk.clock.now(),
            complete=isinstance(said.outcome, Answered),
            persona=said.persona,
            model=said.model,
        )
