"""From a model's events to an outcome, and what people see on the way."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.errors import (
    BotError,
    BudgetExhausted,
    LeaseLost,
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelSlow,
    ModelUnknown,
    QuotaExhausted,
    StoreUnavailable,
    StreamCut,
)
from bot.turns.answer import FILTERED, NOTES, NOTHING, WAITING, answer
from bot.turns.turn import Tally
from bot.vocabulary.model import Finished, Model, ModelEvent, ModelRequest, Reasoning, Refusal, Text, Usage, Waiting
from bot.vocabulary.reply import Answered, Failed, Notice, Outcome, Refused, ReplyEvent, Stopped, TextDelta, Truncated
from tests.engine.llm.doubles import REQUEST, Line, OwnClock, Scripted

USAGE = Usage(10, 5)


def end(reason: str) -> Finished:
    return Finished(reason, "test-model", USAGE, cost=0.25, attempts=2)


class Asking:
    """One answer, and what came of it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.shown: list[ReplyEvent] = []
        self.stop = asyncio.Event()
        self.tally = Tally()
        self.clock = OwnClock()

    async def outcome(self) -> Outcome:
        return await answer(self.model, REQUEST, self.shown.append, stop=self.stop, tally=self.tally, clock=self.clock)


NOT_ANSWERED = (ModelBusy, ModelDown, ModelSlow, ModelUnknown, ModelDenied, QuotaExhausted)
OUTCOMES: dict[str, tuple[list[Line], Outcome]] = {
    "whole": ([Text("Hel"), Text("lo"), end("stop")], Answered("Hello")),
    "after thinking": ([Reasoning("hm"), Text("Hello"), end("stop")], Answered("Hello")),
    "white space is kept": ([Text(" Hello\n"), end("stop")], Answered(" Hello\n")),
    "an unknown reason": ([Text("Hello"), end("tool_calls")], Answered("Hello")),
    "its own refusal": ([Refusal("I would rather not."), end("stop")], Answered("I would rather not.")),
    "too long": ([Text("Hel"), end("length")], Truncated("Hel", NOTES["length"])),
    "filtered on the way": ([Text("Hel"), end("content_filter")], Truncated("Hel", NOTES["content_filter"])),
    "filtered at once": ([end("content_filter")], Refused(FILTERED)),
    "nothing": ([end("stop")], Failed(NOTHING)),
    "blank": ([Text(" \n"), end("stop")], Failed(NOTHING)),
    "too long before a word": ([Reasoning("hm"), end("length")], Failed(NOTHING)),
    "no finish_reason": ([Text("Hel")], Truncated("Hel", StreamCut.user_text)),
    "no finish_reason nor text": ([], Failed(StreamCut.user_text)),
    "cut": ([Text("Hel"), StreamCut("broke")], Truncated("Hel", StreamCut.user_text)),
    "down on the way": ([Text("Hel"), ModelDown("503")], Truncated("Hel", StreamCut.user_text)),
    **{kind.__name__: ([kind("…")], Failed(kind.user_text)) for kind in NOT_ANSWERED},
}


@pytest.mark.parametrize("name", OUTCOMES)
async def test_every_end_has_its_outcome(name: str) -> None:
    script, outcome = OUTCOMES[name]
    model = Scripted(script)
    asking = Asking(model)
    assert await asking.outcome() == outcome
    assert model.closed == 1
    text = "".join(event.text for event in asking.shown if isinstance(event, TextDelta))
    assert text == "".join(line.text for line in script if isinstance(line, Text | Refusal))
    assert bool(asking.tally.error) is any(isinstance(line, BotError) for line in script) or "no finish_reason" in name


async def test_the_tally_tells_what_it_took() -> None:
    asking = Asking(Scripted([lambda: asking.clock.pass_(2.0), Text("Hello"), lambda: asking.clock.pass_(3.0), end("stop")]))
    await asking.outcome()
    assert asking.tally == Tally("test-model", USAGE, 0.25, 2, first_token=2.0)


async def test_calls_are_counted_also_where_none_succeeds() -> None:
    again = Waiting("busy", "test-model", 2, 1.0)
    asking = Asking(Scripted([again, again, ModelDown("503")]))
    await asking.outcome()
    assert asking.tally.attempts == 3


async def test_waiting_is_shown_as_a_calm_line() -> None:
    asking = Asking(Scripted([Waiting("busy", "test-model", 2, 1.0), Text("Hello"), end("stop")]))
    await asking.outcome()
    assert asking.shown == [Notice(WAITING), TextDelta("Hello")]


class Raising:
    """A Model that never gets to the model."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        if request.call:
            raise self.error
        yield Text("")


async def test_a_budget_that_is_spent_is_a_refusal_with_its_own_words() -> None:
    asking = Asking(Raising(BudgetExhausted("over", user_text="The budget resets at midnight.")))
    assert await asking.outcome() == Refused("The budget resets at midnight.")
    assert (asking.tally.error, asking.tally.attempts) == ("over", 0)


@pytest.mark.parametrize("error", [LeaseLost("over"), StoreUnavailable("away"), RuntimeError("a defect")])
async def test_what_is_not_an_answer_passes_through(error: Exception) -> None:
    with pytest.raises(type(error)):
        await Asking(Raising(error)).outcome()


class Endless:
    """A Model that says one word and then nothing; closing takes the loop a few rounds."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.asked = self.closed = False
        self.said = asyncio.Event()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked = bool(request.call)
        try:
            for word in self.words:
                yield Text(word)
            self.said.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            self.closed = True


@pytest.mark.parametrize(("words", "text"), [(("Hel", "lo"), "Hello"), ((), "")])
async def test_a_stop_keeps_what_came_and_closes_the_request(words: tuple[str, ...], text: str) -> None:
    model = Endless(*words)
    asking = Asking(model)
    running = asyncio.create_task(asking.outcome())
    await model.said.wait()
    asking.stop.set()
    assert await running == Stopped(text)
    assert model.closed


async def test_a_stop_that_was_there_before_asks_nothing() -> None:
    model = Endless("Hello")
    asking = Asking(model)
    asking.stop.set()
    assert await asking.outcome() == Stopped("")
    assert not model.asked


async def test_a_whole_answer_wins_over_a_stop_that_comes_with_its_last_word() -> None:
    asking = Asking(Scripted([Text("Hello"), lambda: asking.stop.set(), end("stop")]))
    assert await asking.outcome() == Answered("Hello")


async def test_a_cancellation_passes_through_after_the_request_is_closed() -> None:
    model = Endless("Hello")
    running = asyncio.create_task(Asking(model).outcome())
    await model.said.wait()
    while not running.done():
        running.cancel()
        await asyncio.sleep(0)
    assert running.cancelled()
    assert model.closed
