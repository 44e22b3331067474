"""Metering a model: held before the call, settled after it, however it ends."""

import asyncio
import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.errors import BudgetExhausted, ModelBusy, ModelDenied, ModelDown, ModelError, ModelNonsense, ModelSlow, QuotaExhausted, StreamCut
from bot.spend.arrears import Arrears
from bot.spend.ledger import Charge, Day, Ledger, Line
from bot.spend.metered import INPUT_MARGIN, REASONING_ROOM, Metered
from bot.spend.prices import Prices
from bot.store.connection import Store, open_store
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import (
    Account,
    Finished,
    Message,
    ModelEvent,
    ModelRequest,
    Reasoning,
    Refusal,
    Role,
    Sampling,
    Text,
    Usage,
    Waiting,
)
from bot.vocabulary.tokens import estimate, estimate_prompt
from tests.fakes.clock import VirtualClock

SERVER = ServerKey("discord", "1")
ADA = Account(SERVER, "ada")
TODAY, BUDGET = "2027-01-15", 1_000_000
QUESTION = "How are you? " * 20
REQUEST = ModelRequest("call", "asked", (Message(Role.USER, QUESTION),), ADA, Sampling(max_tokens=50))
PROMPT = estimate_prompt([QUESTION])
WORST = int(PROMPT * INPUT_MARGIN) * 2 + 50 * 6
DONE = Finished("stop", "answered", Usage(input=100, output=10, cached=40))

Step = ModelEvent | Exception | asyncio.Event


class Scripted:
    """A model that yields, raises and waits as written."""

    def __init__(self, *script: Step) -> None:
        self.script: Sequence[Step] = script
        self.asked: list[ModelRequest] = []
        self.closed = 0
        self.waits = asyncio.Event()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked.append(request)
        try:
            for step in self.script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    self.waits.set()
                    await step.wait()
                else:
                    yield step
        finally:
            self.closed += 1


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, clock=VirtualClock(), budget=BUDGET)


def metered(model: Scripted, ledger: Ledger) -> Metered:
    """At 2 millionths a token in and 6 a token out."""
    clock = VirtualClock()
    return Metered(model, ledger, Prices(base_url="", clock=clock, input_price=2, output_price=6), Arrears(ledger, clock=clock))


async def drain(model: Metered, request: ModelRequest = REQUEST) -> list[ModelEvent]:
    async with aclosing(model.stream(request)) as events:
        return [event async for event in events]


async def settled(ledger: Ledger) -> Day:
    """The day, once nothing of it is held any more."""
    day = await ledger.day(SERVER, TODAY)
    await ledger.hold("probe", ADA, amount=BUDGET - day.spent, day=TODAY)
    await ledger.settle(Charge("probe", Account(SERVER, "probe"), TODAY, "probe", Usage(), 0))
    return day


async def test_a_finished_call_is_charged_by_what_was_reported(ledger: Ledger) -> None:
    events = await drain(metered(Scripted(Text("Fine."), DONE), ledger))
    assert events == [Text("Fine."), replace(DONE, cost=260 / 1_000_000)]
    day = await settled(ledger)
    assert (day.spent, day.estimated) == (260, 0)
    assert day.lines == (Line("ada", "answered", input=100, output=10, cached=40, cost=260, calls=1),)


async def test_the_worst_case_is_held_while_the_model_writes(ledger: Ledger) -> None:
    model = metered(Scripted(Text("Fine."), DONE), ledger)
    async with aclosing(model.stream(REQUEST)) as events:
        await anext(events)
        with pytest.raises(BudgetExhausted, match=f"0 spent and {WORST} held"):
            await ledger.hold("other", ADA, amount=BUDGET - WORST + 1, day=TODAY)
    await settled(ledger)


async def test_reasoning_has_room_in_what_is_held(ledger: Ledger) -> None:
    request = replace(REQUEST, sampling=Sampling(max_tokens=50, reasoning_effort="high"))
    worst = int(PROMPT * INPUT_MARGIN) * 2 + 50 * REASONING_ROOM * 6
    async with aclosing(metered(Scripted(Text("Fine."), DONE), ledger).stream(request)) as events:
        await anext(events)
        with pytest.raises(BudgetExhausted, match=f"{worst} held"):
            await ledger.hold("other", ADA, amount=BUDGET, day=TODAY)


async def test_over_budget_the_model_is_not_asked(store: Store) -> None:
    model = Scripted(Text("Fine."), DONE)
    tight = Ledger(store, clock=VirtualClock(), budget=WORST - 1)
    with pytest.raises(BudgetExhausted):
        await drain(metered(model, tight))
    assert model.asked == []
    day = await tight.day(SERVER, TODAY)
    assert (day.spent, day.lines) == (0, ())
    await drain(metered(model, Ledger(store, clock=VirtualClock(), budget=WORST)))
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    "error", [ModelBusy(), ModelDown(), ModelDenied(), ModelNonsense(), QuotaExhausted()], ids=lambda error: type(error).__name__
)
async def test_an_error_before_the_first_word_costs_nothing(ledger: Ledger, error: ModelError) -> None:
    with pytest.raises(type(error)):
        await drain(metered(Scripted(Waiting("busy", "asked", 2), error), ledger))
    day = await settled(ledger)
    assert (day.spent, day.lines) == (0, (Line("ada", "asked", calls=1),))


@pytest.mark.parametrize("error", [ModelSlow(), StreamCut()], ids=lambda error: type(error).__name__)
async def test_where_the_provider_may_have_worked_the_prompt_is_charged_as_an_estimate(ledger: Ledger, error: ModelError) -> None:
    with pytest.raises(type(error)):
        await drain(metered(Scripted(error), ledger))
    day = await settled(ledger)
    assert day.spent == day.estimated == PROMPT * 2


@pytest.mark.parametrize("said", [Text("Fine, thank you. "), Refusal("I would rather not. "), Reasoning("The person asks. ")])
async def test_a_stream_that_breaks_is_charged_by_what_came(ledger: Ledger, said: Text | Refusal | Reasoning) -> None:
    with pytest.raises(ModelDown):
        await drain(metered(Scripted(said, said, ModelDown()), ledger))
    day = await settled(ledger)
    assert day.spent == day.estimated == PROMPT * 2 + estimate(2 * said.text) * 6


async def test_an_estimate_is_never_more_than_what_was_held(ledger: Ledger) -> None:
    with pytest.raises(StreamCut):
        await drain(metered(Scripted(Text("word " * 10_000), StreamCut()), ledger))
    assert (await settled(ledger)).spent == WORST


async def test_estimated_usage_of_a_whole_answer_is_bounded_too(ledger: Ledger) -> None:
    guessed = replace(DONE, usage=Usage(input=10**6, output=10**6, estimated=True))
    await drain(metered(Scripted(Text("Fine."), guessed), ledger))
    day = await settled(ledger)
    assert day.spent == day.estimated == WORST


async def test_what_was_reported_is_charged_even_beyond_what_was_held(ledger: Ledger) -> None:
    await drain(metered(Scripted(Text("Fine."), replace(DONE, usage=Usage(input=WORST, output=0))), ledger))
    assert (await settled(ledger)).spent == 2 * WORST


async def test_closing_the_stream_closes_the_call_and_settles_it(ledger: Ledger) -> None:
    model = Scripted(Text("Fine, thank you. "), asyncio.Event())
    async with aclosing(metered(model, ledger).stream(REQUEST)) as events:
        assert await anext(events) == Text("Fine, thank you. ")
    assert model.closed == 1
    day = await settled(ledger)
    assert day.spent == day.estimated == PROMPT * 2 + estimate("Fine, thank you. ") * 6


async def test_closing_at_the_last_event_charges_what_was_reported(ledger: Ledger) -> None:
    async with aclosing(metered(Scripted(DONE), ledger).stream(REQUEST)) as events:
        await anext(events)
    day = await settled(ledger)
    assert (day.spent, day.estimated) == (260, 0)


async def test_cancelling_settles_before_it_goes_on(ledger: Ledger) -> None:
    model = Scripted(Text("Fine, thank you. "), asyncio.Event())
    task = asyncio.create_task(drain(metered(model, ledger)))
    await model.waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.closed == 1
    assert (await settled(ledger)).estimated == PROMPT * 2 + estimate("Fine, thank you. ") * 6


async def test_what_the_endpoint_says_it_took_goes_before_every_table(ledger: Ledger) -> None:
    events = await drain(metered(Scripted(replace(DONE, cost=0.0000123)), ledger))
    assert events[-1] == replace(DONE, cost=0.000013)
    assert (await settled(ledger)).spent == math.ceil(12.3)


async def test_an_answer_under_a_name_that_no_table_knows_costs_what_was_asked_for(ledger: Ledger) -> None:
    clock = VirtualClock()
    prices = Prices(base_url="", clock=clock)
    model = Metered(Scripted(replace(DONE, model="proxy/renamed")), ledger, prices, Arrears(ledger, clock=clock))
    await drain(model, replace(REQUEST, model="gpt-6-luna"))
    day = await settled(ledger)
    assert day.spent == 12, "60 in at 0.10, 40 cached at 0.01, 10 out at 0.50, in millionths and rounded up"
    assert [line.model for line in day.lines] == ["proxy/renamed"]


async def test_two_attempts_of_one_turn_are_two_charges(ledger: Ledger) -> None:
    model = metered(Scripted(DONE), ledger)
    for attempt in ("call.1", "call.2", "call.2"):
        await drain(model, replace(REQUEST, call=attempt))
    assert (await settled(ledger)).spent == 2 * 260


async def test_when_the_store_is_gone_at_the_end_the_answer_still_arrives(redis_url: str) -> None:
    class Fading(Ledger):
        """Its store is there for the hold and away afterwards."""

        async def settle(self, charge: Charge) -> bool:
            async with open_store("redis://127.0.0.1:1") as away:
                return await Ledger(away, clock=VirtualClock(), budget=None).settle(charge)

    async with open_store(redis_url) as store:
        fading = Fading(store, clock=VirtualClock(), budget=BUDGET)
        assert len(await drain(metered(Scripted(Text("Fine."), DONE), fading))) == 2
        with pytest.raises(BudgetExhausted, match=f"{WORST} held"):
            await fading.hold("other", ADA, amount=BUDGET, day=TODAY)
