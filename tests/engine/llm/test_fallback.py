"""Another model instead: on which errors, within which deadline, and what is said when none answers."""

import pytest

from bot.errors import (
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelError,
    ModelNonsense,
    ModelRejected,
    ModelSlow,
    ModelUnknown,
    QuotaExhausted,
    StreamCut,
)
from bot.llm.fallback import Fallback
from bot.llm.retry import Retrying
from bot.vocabulary.model import Model, Reasoning, Refusal, Sampling, Text, Waiting
from tests.engine.llm.doubles import DONE, OwnClock, Scripted, hear, request

HI = Text("Hi")
ASKED = request(model="one")


def fallback(model: Model, *models: str) -> Fallback:
    return Fallback(model, models=models, first_token=120, first_token_fallback=10)


@pytest.mark.parametrize("error", [ModelBusy, ModelDown, ModelSlow, ModelUnknown, ModelRejected, ModelNonsense])
async def test_another_model_may_do(error: type[ModelError]) -> None:
    model = Scripted([error()], [HI, DONE])
    heard = await hear(fallback(model, "two"), ASKED)
    assert heard.events[:-1] == [Waiting(error.kind, "two", 1), HI]
    assert (heard.finished.model, heard.finished.attempts) == ("two", 2)
    assert [asked.model for asked in model.asked] == ["one", "two"]


@pytest.mark.parametrize("error", [ModelDenied, QuotaExhausted, StreamCut])
async def test_another_model_would_not_do_either(error: type[ModelError]) -> None:
    model = Scripted([error()], [HI, DONE])
    heard = await hear(fallback(model, "two"), ASKED)
    assert (type(heard.error), heard.events, len(model.asked)) == (error, [], 1)


@pytest.mark.parametrize("said", [HI, Refusal("No")])
async def test_never_after_the_first_visible_word(said: Text | Refusal) -> None:
    model = Scripted([said, ModelDown()], [HI, DONE])
    heard = await hear(fallback(model, "two"), ASKED)
    assert (heard.events, type(heard.error), len(model.asked)) == ([said], ModelDown, 1)


async def test_thoughts_do_not_hold_it_back() -> None:
    heard = await hear(fallback(Scripted([Reasoning("Hm"), ModelDown()], [HI, DONE]), "two"), ASKED)
    assert heard.text == "Hi"


async def test_in_order_each_once() -> None:
    model = Scripted(*[[ModelDown()] for _ in range(4)])
    await hear(fallback(model, "two", "one", "three", "two"), ASKED)
    assert [(asked.model, asked.call) for asked in model.asked] == [("one", "call"), ("two", "call.f1"), ("three", "call.f2")]


async def test_when_all_fail_the_first_is_told_and_the_operator_reads_all() -> None:
    first = ModelBusy("rate limit", retry_after=9)
    heard = await hear(fallback(Scripted([first], [ModelUnknown("no such model")]), "two"), ASKED)
    assert type(heard.error) is ModelBusy
    assert heard.error.retry_after == 9
    assert str(heard.error) == "one: busy: rate limit; two: unknown: no such model"


async def test_alone_it_changes_nothing() -> None:
    error = ModelDown("away")
    assert (await hear(fallback(Scripted([error])), ASKED)).error is error


async def test_a_refused_key_is_told_whichever_model_met_it() -> None:
    heard = await hear(fallback(Scripted([ModelDown()], [ModelDenied()]), "two", "three"), ASKED)
    assert type(heard.error) is ModelDenied


@pytest.mark.parametrize(("effort", "deadlines"), [(None, [10, 10, 120]), ("none", [10, 10, 120]), ("low", [120, 120, 120])])
async def test_deadlines(effort: str | None, deadlines: list[float]) -> None:
    model = Scripted(*[[ModelSlow()] for _ in range(3)])
    await hear(fallback(model, "two", "three"), request(sampling=Sampling(reasoning_effort=effort)))
    assert [asked.first_token for asked in model.asked] == deadlines


async def test_around_retries_every_call_is_named_and_counted(clock: OwnClock) -> None:
    model = Scripted([ModelDown()], [ModelDown()], [ModelBusy()], [HI, DONE])
    tried = Retrying(model, attempts=2, backoff=1, retry_after_max=20, clock=clock, random=lambda: 0.0)
    heard = await hear(fallback(tried, "two"), ASKED)
    assert heard.events[:-2] == [Waiting("down", "one", 2, 1.0), Waiting("down", "two", 1), Waiting("busy", "two", 2, 1.0)]
    assert heard.finished.attempts == 4
    assert [asked.call for asked in model.asked] == ["call.1", "call.2", "call.f1.1", "call.f1.2"]


async def test_leaving_early_closes_the_call() -> None:
    model = Scripted([HI, DONE])
    events = fallback(model).stream(ASKED)
    await anext(events)
    await events.aclose()
    assert model.closed == 1
