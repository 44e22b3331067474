"""Asking the model, screened and briefed: what a new question and one that is asked again have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.memory.exchange import Exchange, Version
from bot.turns.answer import answer
from bot.turns.brief import brief, going_on
from bot.turns.desk import Desk
from bot.turns.joining import Continued, cut_back
from bot.turns.lease import DELETED, STEER, Lease
from bot.turns.screen import FILES_TOO, screen
from bot.turns.turn import Tally, Turn
from bot.vocabulary.reply import Answered, Outcome, Spent, Stopped, Surface, Truncated

STEERED = "Stopped here: you went on, and so do I."

WITHDRAWN = "Stopped here: the question was deleted."


@dataclass(frozen=True, slots=True)
class Said:
    """How the model's answer ended, and whose it is."""

    outcome: Outcome
    persona: str
    model: str

    @property
    def has_text(self) -> bool:
        """Whether there is an answer, be it a part of one."""
        return isinstance(self.outcome, Answered | Truncated | Stopped) and bool(self.outcome.text.strip())

    @property
    def version(self) -> Version:
        """As it is remembered."""
        return Version(self.outcome.text, isinstance(self.outcome, Answered), self.persona, self.model)

    @property
    def facts(self) -> dict[str, str]:
        """For the record."""
        return {"persona": self.persona, "model": self.model}


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks for one turn. Raises `Declined` where the model is not to be asked, `LeaseLost` and `StoreUnavailable`."""

    desk: Desk
    lease: Lease
    surface: Surface
    tally: Tally

    async def ask(self, turn: Turn, past: Sequence[Exchange], *, so_far: str = "") -> Said:
        """The answer to what `turn` says after `past`; `so_far` is the beginning of one that is to go on, and is a part of what comes."""
        desk, tally = self.desk, self.tally
        await screen(turn, desk.moderation, most_characters=desk.most_characters)
        await desk.checkpoint("screened")
        persona = await desk.personas.current(turn.lane.conversation.server_key)
        request = brief(turn, persona, past, now=desk.clock.now(), epoch=self.lease.epoch, between=desk.between).request
        if so_far:
            request = replace(request, messages=(*request.messages, *going_on(cut_back(so_far))))
        await desk.checkpoint("briefed")
        model = Continued(desk.model, so_far) if so_far else desk.model
        outcome = await answer(model, request, self.surface.show, stop=self.lease.stop, tally=tally, clock=desk.clock)
        if tally.model:
            self.surface.show(Spent(tally.model, tally.usage.input, tally.usage.output, desk.show_cost(tally.cost)))
        await desk.checkpoint("answered")
        return Said(self._noted(turn, outcome), persona.name, tally.model or request.model)

    def _noted(self, turn: Turn, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Stopped):
            return replace(outcome, note={STEER: STEERED, DELETED: WITHDRAWN}.get(self.lease.why, outcome.note))
        if isinstance(outcome, Answered) and turn.attachments:
            return replace(outcome, note=FILES_TOO)
        return outcome
