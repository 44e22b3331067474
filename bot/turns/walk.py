"""The walk of one turn, top to bottom: open → screen → brief → answer → remember → settle."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import NoReturn, Protocol

import structlog

from bot.errors import BotError, Declined, LeaseLost, PlatformRefused, StoreUnavailable
from bot.turns.asking import Asking
from bot.turns.desk import Desk
from bot.turns.ending import to_its_end
from bot.turns.fresh import Fresh
from bot.turns.journal import JournaledReply
from bot.turns.lease import Lease
from bot.turns.redo import redone
from bot.turns.result import Result
from bot.turns.standing import Settled
from bot.turns.turn import MOST_RAISED, Tally, Turn
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Failed, Outcome, Placeholder, Refused, Surface
from bot.vocabulary.tasks import end

OUTAGE_PAUSE = 0.5
"""Seconds between two attempts to file an outcome while Redis is away."""

BURIED = (
    "I tried several times to answer this and could not. Please write it again in another way; admins can also try it again with `status`."
)

log = structlog.get_logger(__name__)


class Work(Protocol):
    """What a turn is about: a new question or order, or an answer that stands."""

    turn: Turn
    """As it goes on: the messages of its reply that stand are those to write in."""

    @property
    def stop(self) -> Button | None:
        """Stands under the reply while it is written."""

    async def found(self, asking: Asking) -> Result:
        """What comes of it. Raises whatever may go wrong."""

    def unanswered(self, outcome: Outcome) -> Result:
        """What people get when nothing did: `outcome` says why."""

    def buttons(self, result: Result) -> tuple[Button, ...]:
        """Under the settled reply."""


class Walk:
    """Runs turns. What goes wrong between opening and settling becomes an outcome that people can read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, turn: Turn, lease: Lease) -> None:
        """One turn from wherever its journal says it stands to its settled reply.

        Raises `LeaseLost`, `StoreUnavailable` or `PlatformUnavailable`: then the turn is taken up again later.
        """
        with structlog.contextvars.bound_contextvars(turn=turn.id, conversation=str(turn.lane.conversation)):
            surplus = await self._run(turn, lease)
            if surplus:  # the journal, which knows them until now, ends with the turn
                await self._desk.leftovers.leave(surplus)

    async def _run(self, turn: Turn, lease: Lease) -> Sequence[Placeholder]:
        """Returns the messages that are to be deleted now that it is over."""
        began, tally, outcome = self._desk.clock.monotonic(), Tally(), turn.progress.outcome
        surplus: Sequence[Placeholder] = turn.progress.surplus
        try:
            work = await self._work(turn, lease)
            if work is None:
                tally.error = "nothing to do: the answer is forgotten, or as it was wanted"
                return surplus
            reply = JournaledReply(self._desk.journal, lease, work.turn, self._desk.checkpoint)
            surface, surplus = self._surface(work, reply), reply.surplus
            try:
                result = await self._replied(work, lease, surface, tally)
            except BaseException:  # cancelled too: whatever ends the turn here, its writer must not go on
                await to_its_end(surface.abandon())  # an edit in flight must land while the lane is still ours
                raise
            outcome = result.outcome
            if turn.progress.deaths:
                exchange = await self._desk.memory.of(turn.lane.conversation, turn.answers)
                self._desk.mending.later(turn, Settled(tuple(reply.parts), outcome, work.buttons(result), exchange))
        except PlatformRefused as refused:
            tally.error = str(refused)  # nobody can read us there: nothing is left to do
        finally:
            self._line(turn, outcome, tally, seconds=self._desk.clock.monotonic() - began)
        return surplus

    async def _work(self, turn: Turn, lease: Lease) -> Work | None:
        return Fresh(self._desk, turn) if turn.again is None else await redone(self._desk, turn, lease, turn.again)

    async def _replied(self, work: Work, lease: Lease, surface: Surface, tally: Tally) -> Result:
        progress, result = work.turn.progress, None
        if progress.outcome is not None:
            result = Result(progress.outcome)
        elif progress.hopeless:  # before anything can break again
            await self._desk.graveyard.bury(work.turn, reason="raised" if progress.raised >= MOST_RAISED else "died")
        await surface.open()
        await self._desk.checkpoint("opened")
        if result is None and progress.hopeless:
            result = await self._filed(lease, work.unanswered(Failed(BURIED)))
        if result is None:
            result = await self._found(work, lease, surface, tally)
            await self._desk.checkpoint("remembered")
        await surface.settle(result.outcome, work.buttons(result))
        await self._desk.checkpoint("settled")
        return result

    async def _found(self, work: Work, lease: Lease, surface: Surface, tally: Tally) -> Result:
        """What comes of a turn that has no outcome yet, filed."""
        try:
            return await self._filed(lease, await work.found(Asking(self._desk, lease, surface, tally)))
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
        return await self._filed(lease, work.unanswered(outcome))

    async def _filed(self, lease: Lease, result: Result) -> Result:
        """An answer that was paid for is worth waiting for the store, as long as the lane is ours."""
        memory = self._desk.memory
        while True:
            try:
                await self._desk.journal.remember(lease, result, keep=memory.keep, seconds=memory.seconds)
            except StoreUnavailable:
                if lease.lost.is_set():
                    raise
                await self._desk.clock.sleep(OUTAGE_PAUSE)
            else:
                return result

    def _surface(self, work: Work, reply: JournaledReply) -> Surface:
        address, progress = work.turn.last.address, work.turn.progress
        platform = self._desk.platforms[address.platform]
        return platform.surface(address, log=reply, resume=progress.parts, pending=progress.pending, stop=work.stop)

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
