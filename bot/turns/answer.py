"""Answer: the model's events become reply events, and in the end an outcome."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import structlog

from bot.errors import BotError, Declined, LeaseLost, ModelError, StoreUnavailable, StreamCut
from bot.turns.ending import to_its_end
from bot.turns.turn import Tally
from bot.vocabulary.clock import Clock
from bot.vocabulary.model import SPOKEN, Finished, Model, ModelEvent, ModelRequest, Refusal, Waiting
from bot.vocabulary.reply import Answered, Failed, Notice, Outcome, Refused, ReplyEvent, Stopped, TextDelta, Truncated
from bot.vocabulary.tasks import end

Show = Callable[[ReplyEvent], None]

NOTES = {
    "length": "The answer reached its length limit. Ask me to go on, or press Continue where you see it.",
    "content_filter": "The model provider's filter ended the answer here.",
}
WAITING = "One moment, I am trying again…"
FILTERED = "The model provider's filter held back the answer. Please rephrase your message."
NOTHING = "The model had nothing to say. Please ask in another way."

log = structlog.get_logger(__name__)


class Draft:
    """The text so far: what people see now and what remains when the stream ends early."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._pieces: list[str] = []
        self.declined = False

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def take(self, event: ModelEvent) -> None:
        if isinstance(event, SPOKEN):
            if event.text:
                self.declined = self.declined or isinstance(event, Refusal)
                self._pieces.append(event.text)
                self._show(TextDelta(event.text))
        elif isinstance(event, Waiting):
            self._show(Notice(WAITING))


async def answer(model: Model, request: ModelRequest, show: Show, *, stop: asyncio.Event, tally: Tally, clock: Clock) -> Outcome:
    """Ask the model and show what it writes. Every failure becomes an outcome.

    Only `LeaseLost`, `StoreUnavailable` (money is held before anything is asked: the turn is taken up again) and cancellation pass through.
    """
    if stop.is_set():  # asked for while somebody else worked on it
        return Stopped("")
    draft = Draft(show)
    reading = asyncio.create_task(_read(model, request, draft, tally=tally, clock=clock), name=f"model {request.call}")
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            return Stopped(draft.text)
        return _outcome(draft, reading.result())
    except (LeaseLost, StoreUnavailable):
        raise
    except Declined as error:
        tally.error, tally.attempts = str(error), 0  # before anything was sent
        return Refused(error.user_text)
    except BotError as error:
        tally.error = str(error)
        return _broken(draft, error)
    finally:
        await to_its_end(end(reading, stopping))  # closes the request; what it cost is settled on the way out


async def _read(model: Model, request: ModelRequest, draft: Draft, *, tally: Tally, clock: Clock) -> Finished:
    began, tally.attempts = clock.monotonic(), 1
    async with aclosing(model.stream(request)) as events:
        async for event in events:
            if isinstance(event, Finished):
                tally.model, tally.usage, tally.cost, tally.attempts = event.model, event.usage, event.cost, event.attempts
                return event
            if tally.first_token is None and isinstance(event, SPOKEN):
                tally.first_token = clock.monotonic() - began
            tally.attempts += isinstance(event, Waiting)
            draft.take(event)
    raise StreamCut("the stream ended without a finish_reason")


def _outcome(draft: Draft, finished: Finished) -> Outcome:
    text = draft.text
    note = NOTES.get(finished.reason, "")
    if text.strip():
        return Truncated(text, note) if note else Answered(text)
    return Refused(FILTERED) if finished.reason == "content_filter" else Failed(NOTHING)


def _broken(draft: Draft, error: BotError) -> Outcome:
    if draft.text.strip():
        note = error.user_text if isinstance(error, StreamCut) else StreamCut.user_text
        return Truncated(draft.text, note if isinstance(error, ModelError) else error.user_text)
    return Failed(error.user_text)
