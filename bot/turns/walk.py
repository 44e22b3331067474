"""The walk of one turn, top to bottom: open → screen → brief → answer → remember → settle."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

import structlog

from bot.errors import BotError, Declined, LeaseLost, PlatformRefused, StoreUnavailable
from bot.memory.exchange import Exchange, exchanges
from bot.memory.history import Memory
from bot.moderation.moderation import Moderation
from bot.personas.personas import Personas
from bot.turns.answer import answer
from bot.turns.brief import Briefing, brief, lines_of
from bot.turns.buried import Graveyard
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.ending import to_its_end
from bot.turns.journal import Journal, JournaledReply
from bot.turns.lease import Lease
from bot.turns.mending import Mending
from bot.turns.screen import FILES_TOO, screen
from bot.turns.turn import MOST_RAISED, Tally, Turn
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.model import Model
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import Answered, Failed, Outcome, Refused, Spent, Stopped, Surface, Truncated
from bot.vocabulary.tasks import end

Order = Callable[[Inbound], Awaitable[str | None]]
"""Carries out an order written as a message and returns the reply; None when it is none."""

OUTAGE_PAUSE = 0.5
"""Seconds between two attempts to file an outcome while Redis is away."""

STEERED = "Stopped here: you went on, and so do I."

BURIED = (
    "I tried several times to answer this and could not. Please write it again in another way; admins can also try it again with `status`."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a turn works with."""

    platforms: Mapping[str, Platform]
    personas: Personas
    moderation: Moderation
    memory: Memory
    model: Model
    journal: Journal
    mending: Mending
    graveyard: Graveyard
    order: Order
    clock: Clock
    most_characters: int
    between: float
    show_cost: Callable[[float], str]
    checkpoint: Checkpoint = passed


class Walk:
    """Runs turns. What goes wrong between opening and settling becomes an outcome that people can read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, turn: Turn, lease: Lease) -> None:
        """One turn from wherever its journal says it stands to its settled reply.

        Raises `LeaseLost`, `StoreUnavailable` or `PlatformUnavailable`: then the turn is taken up again later.
        """
        with structlog.contextvars.bound_contextvars(turn=turn.id, conversation=str(turn.lane.conversation)):
            await self._run(turn, lease)

    async def _run(self, turn: Turn, lease: Lease) -> None:
        began, tally, outcome = self._desk.clock.monotonic(), Tally(), turn.progress.outcome
        try:
            reply = JournaledReply(self._desk.journal, lease, turn, self._desk.checkpoint)
            surface = self._surface(turn, reply)
            try:
                outcome = await self._replied(turn, lease, surface, tally)
            except BaseException:  # cancelled too: whatever ends the turn here, its writer must not go on
                await to_its_end(surface.abandon())  # an edit in flight must land while the lane is still ours
                raise
            if turn.progress.deaths:
                self._desk.mending.later(turn, reply.parts, outcome)
        except PlatformRefused as refused:
            tally.error = str(refused)  # nobody can read us there: nothing is left to do
        finally:
            self._line(turn, outcome, tally, seconds=self._desk.clock.monotonic() - began)

    async def _replied(self, turn: Turn, lease: Lease, surface: Surface, tally: Tally) -> Outcome:
        outcome = turn.progress.outcome
        hopeless = turn.progress.hopeless and outcome is None
        if hopeless:  # before anything can break again
            await self._desk.graveyard.bury(turn, reason="raised" if turn.progress.raised >= MOST_RAISED else "died")
        await surface.open()
        await self._desk.checkpoint("opened")
        if hopeless:
            outcome = await self._filed(lease, Failed(BURIED), entry="")
        if outcome is None:
            outcome = await self._found(turn, lease, surface, tally)
            await self._desk.checkpoint("remembered")
        await surface.settle(outcome)
        await self._desk.checkpoint("settled")
        return outcome

    async def _found(self, turn: Turn, lease: Lease, surface: Surface, tally: Tally) -> Outcome:
        """The outcome of a turn that has none yet, filed."""
        try:
            reply = await self._desk.order(turn.last)
            if reply is not None:
                return await self._filed(lease, Answered(reply), entry="")
            return await self._asked(turn, lease, surface, tally)
        except (LeaseLost, StoreUnavailable):
            raise
        except Declined as error:
            tally.error = str(error)
            outcome: Outcome = Refused(error.user_text)
        except BotError as error:
            tally.error = str(error)
            outcome = Failed(error.user_text)
        except Exception as error:  # turn boundary: whatever broke, people get a sentence and the operator the trace
            log.exception("turn broke")
            tally.error = type(error).__name__
            outcome = Failed(BotError.user_text)
        return await self._filed(lease, outcome, entry="")

    async def _asked(self, turn: Turn, lease: Lease, surface: Surface, tally: Tally) -> Outcome:
        desk, conversation = self._desk, turn.lane.conversation
        await screen(turn, desk.moderation, most_characters=desk.most_characters)
        await desk.checkpoint("screened")
        persona = await desk.personas.current(conversation.server_key)
        briefing = brief(turn, persona, desk.memory.shown(turn.past), now=desk.clock.now(), epoch=lease.epoch, between=desk.between)
        await desk.checkpoint("briefed")
        outcome = await answer(desk.model, briefing.request, surface.show, stop=lease.stop, tally=tally, clock=desk.clock)
        if tally.model:
            surface.show(Spent(tally.model, tally.usage.input, tally.usage.output, desk.show_cost(tally.cost)))
        await desk.checkpoint("answered")
        if isinstance(outcome, Stopped) and lease.steered:
            outcome = Stopped(outcome.text, STEERED)
        if turn.attachments and isinstance(outcome, Answered):
            outcome = Answered(outcome.text, FILES_TOO)
        return await self._filed(lease, outcome, entry=self._entry(turn, briefing, outcome, tally))

    async def _filed(self, lease: Lease, outcome: Outcome, *, entry: str) -> Outcome:
        """An answer that was paid for is worth waiting for the store, as long as the lane is ours."""
        memory = self._desk.memory
        while True:
            try:
                await self._desk.journal.remember(lease, outcome, entry=entry, keep=memory.keep, seconds=memory.seconds)
            except StoreUnavailable:
                if lease.lost.is_set():
                    raise
                await self._desk.clock.sleep(OUTAGE_PAUSE)
            else:
                return outcome

    def _entry(self, turn: Turn, briefing: Briefing, outcome: Outcome, tally: Tally) -> str:
        """What goes into the history; nothing when there is no answer to go with the question, unless its author goes on from it."""
        steered = isinstance(outcome, Stopped) and outcome.note == STEERED
        if not isinstance(outcome, Answered | Truncated | Stopped) or not (outcome.text.strip() or steered):
            return ""
        exchange = Exchange(
            turn=turn.id,
            lines=lines_of(turn),
            answer=outcome.text,
            at=self._desk.clock.now(),
            complete=isinstance(outcome, Answered),
            persona=briefing.persona.name,
            model=tally.model or briefing.request.model,
        )
        return exchanges.dump(exchange)

    def _surface(self, turn: Turn, reply: JournaledReply) -> Surface:
        address, progress = turn.last.address, turn.progress
        platform = self._desk.platforms[address.platform]
        return platform.surface(address, log=reply, resume=progress.parts, pending=progress.pending)

    @staticmethod
    def _line(turn: Turn, outcome: Outcome | None, tally: Tally, *, seconds: float) -> None:
        log.info(
            "turn",
            turn=turn.id,
            conversation=str(turn.lane.conversation),
            outcome=type(outcome).__name__.lower() if outcome else "unfinished",
            messages=len(turn.messages),
            attempt=turn.progress.attempts,
            model=tally.model,
            tokens_in=tally.usage.input,
            tokens_cached=tally.usage.cached,
            tokens_out=tally.usage.output,
            cost_usd=round(tally.cost, 6),
            calls=tally.attempts,
            first_token=None if tally.first_token is None else round(tally.first_token, 3),
            seconds=round(seconds, 3),
            **({"error": tally.error} if tally.error else {}),
        )


async def while_held(work: Awaitable[None], lease: Lease) -> None:
    """Do `work` until it is done or the lease is lost, whichever comes first. Raises `LeaseLost` in the second case."""
    task, lost = asyncio.ensure_future(work), asyncio.create_task(lease.lost.wait())
    try:
        await asyncio.wait({task, lost}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            _lost(lease)
        task.result()
    finally:
        await to_its_end(end(task, lost))


def _lost(lease: Lease) -> NoReturn:
    raise LeaseLost(f"epoch {lease.epoch} of {lease.lane} is over")
