"""How often, how soon and whom: retries, other models, and parameters that an endpoint does not take."""

import asyncio
import time
from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any

import pytest

from bot.errors import ModelBusy, ModelDenied, ModelDown, ModelError, QuotaExhausted
from bot.spend.ledger import Line
from tests.fakes.model.server import CHAT, ModelServer
from tests.scenarios.bills import BILLED, PAID, PRICES
from tests.scenarios.room_platform import open_house

TWO: dict[str, Any] = {"openai_fallback_models": "second", **PRICES}

Plan = Callable[[ModelServer], None]


def pauses(model: ModelServer) -> list[float]:
    """Seconds between each answer of the model server and the next request."""
    return [later.at - sooner.answered_at for sooner, later in pairwise(model.sent(CHAT))]


async def test_retry_after_is_honoured(redis_url: str, model: ModelServer) -> None:
    """Otherwise the second request would have come after 10 ms."""
    model.rate_limited(times=2, retry_after=0.4)
    async with open_house(redis_url, model) as house:
        assert (await house.says("hello")).text == "Hello from the model."
    assert len(model.sent(CHAT)) == 3
    assert all(0.4 <= pause < 1.0 for pause in pauses(model))


async def test_the_waits_grow(redis_url: str, model: ModelServer) -> None:
    model.status(503, times=3)
    async with open_house(redis_url, model, model_backoff=0.2) as house:
        await house.says("hello")
    first, second = pauses(model)
    assert 0.15 <= first < second
    assert 0.3 <= second < 1.0


async def test_people_read_that_we_are_trying_again(redis_url: str, model: ModelServer) -> None:
    model.rate_limited(retry_after=0.3)
    async with open_house(redis_url, model) as house:
        await house.says("hello")
        seen = [text for text, _ in groupby(house.platform.room.seen())]  # the buttons change under a text that stands
    assert seen == ["…", "_One moment, I am trying again…_", "Hello from the model."]


@pytest.mark.parametrize(("fallback", "asked", "reads"), [("", ["small"], ModelBusy.user_text), ("second", ["small", "second"], "Second.")])
async def test_a_retry_after_beyond_patience_is_not_waited_for(
    redis_url: str, model: ModelServer, fallback: str, asked: list[str], reads: str
) -> None:
    model.rate_limited(retry_after=21, model="small")
    model.says("Second.", model="second")
    async with open_house(redis_url, model, openai_fallback_models=fallback) as house:
        assert (await house.says("hello", within=5)).text == reads
        assert house.requested == asked


async def test_pain_14_five_503s_and_the_second_model_answers(redis_url: str, model: ModelServer) -> None:
    model.status(503, times=5, model="small")
    model.says("Second here.", model="second", manner=BILLED)
    async with open_house(redis_url, model, **TWO) as house:
        assert (await house.says("hello")).text == "Second here."
        assert house.requested == ["small", "small", "small", "second"]
        assert [kept.model for kept in await house.history()] == ["second"]
        day = await house.spent()
        assert (day.spent, day.estimated, await house.held()) == (PAID, 0, {})
        (paid,) = (line for line in day.lines if line.cost)
        assert paid == Line("ada", "second", input=100, output=10, cost=PAID, calls=1)


async def test_pain_14_a_silent_model_is_left_after_its_deadline(redis_url: str, model: ModelServer) -> None:
    """Once, not three times over: the deadline spans the attempts."""
    model.stall(after=0, model="small")
    model.says("Second here.", model="second", manner=BILLED)
    async with open_house(redis_url, model, first_token_timeout_fallback=0.4, **TWO) as house:
        began = time.monotonic()
        assert (await house.says("hello")).text == "Second here."
        assert 0.4 <= time.monotonic() - began < 1.5
        assert house.requested == ["small", "second"]
        day = await house.spent()
        assert day.spent == day.estimated + PAID
        assert day.estimated > 0, "the silent one may have worked"
        assert await house.held() == {}


async def test_who_thinks_is_given_the_long_deadline(redis_url: str, model: ModelServer) -> None:
    thinks = asyncio.Event()
    model.says(thinks, "Thought through.")
    async with open_house(redis_url, model, first_token_timeout_fallback=0.2, openai_reasoning_effort="high", **TWO) as house:
        asking = asyncio.create_task(house.says("hello"))
        await asyncio.sleep(0.5)
        thinks.set()
        assert (await asking).text == "Thought through."
        assert house.requested == ["small"]


@pytest.mark.parametrize("fault", [400, 404, 413, 422])
async def test_what_one_model_does_not_take_another_may(redis_url: str, model: ModelServer, fault: int) -> None:
    model.status(fault, model="small")
    model.says("Second.", model="second", manner=BILLED)
    async with open_house(redis_url, model, **TWO) as house:
        assert (await house.says("hello")).text == "Second."
        assert house.requested == ["small", "second"]
        assert ((await house.spent()).spent, await house.held()) == (PAID, {})


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (lambda m: m.status(401), ModelDenied),
        (lambda m: m.status(403), ModelDenied),
        (lambda m: m.quota_exhausted(), QuotaExhausted),
        (lambda m: m.status(402), QuotaExhausted),
    ],
    ids=["401", "403", "quota", "402"],
)
async def test_a_refused_key_is_refused_for_every_model(redis_url: str, model: ModelServer, plan: Plan, error: type[ModelError]) -> None:
    plan(model)
    async with open_house(redis_url, model, **TWO) as house:
        assert (await house.says("hello")).text == error.user_text
        assert house.requested == ["small"]


async def test_when_all_fail_the_first_ones_trouble_is_told(redis_url: str, model: ModelServer) -> None:
    model.status(503, times=None, model="small")
    model.rate_limited(times=None, model="second")
    async with open_house(redis_url, model, **TWO) as house:
        assert (await house.says("hello")).text == ModelDown.user_text
        assert house.requested == ["small"] * 3 + ["second"] * 3
        assert ((await house.spent()).spent, await house.held(), await house.history()) == (0, {}, [])


async def test_the_token_limits_other_name_is_learned_once(redis_url: str, model: ModelServer) -> None:
    model.refuses_max_tokens()
    model.answers(lambda _: "Well.", manner=BILLED)
    async with open_house(redis_url, model, openai_max_tokens=77, **PRICES) as house:
        for turn in range(3):
            assert (await house.says(f"question {turn}")).text == "Well."
        sent = [(request.body.get("max_tokens"), request.body.get("max_completion_tokens")) for request in model.sent(CHAT)]
        assert sent == [(77, None), (None, 77), (None, 77), (None, 77)]
        day = await house.spent()
        assert (day.spent, day.estimated, await house.held()) == (3 * PAID, 0, {})
        assert len(await house.history()) == 3


@pytest.mark.parametrize(
    ("parameter", "settings"),
    [("temperature", {}), ("stream_options", {}), ("reasoning_effort", {}), ("temperature", {"streaming": False})],
    ids=["temperature", "stream_options", "reasoning_effort", "temperature, not streamed"],
)
async def test_a_refused_parameter_is_left_out_from_then_on(
    redis_url: str, model: ModelServer, parameter: str, settings: dict[str, Any]
) -> None:
    model.refuses_parameter(parameter)
    async with open_house(redis_url, model, **settings) as house:
        assert (await house.says("one")).text == (await house.says("two")).text == "Hello from the model."
    assert [parameter in request.body for request in model.sent(CHAT)] == [True, False, False]


async def test_what_is_learned_of_one_model_is_not_held_against_another(redis_url: str, model: ModelServer) -> None:
    model.refuses_parameter("temperature", model="small")
    async with open_house(redis_url, model) as house:
        await house.says("one")
        await house.orders("persona tune", {"parameter": "model", "value": "large"})
        await house.says("two")
    sent = [(request.body["model"], "temperature" in request.body) for request in model.sent(CHAT)]
    assert sent == [("small", True), ("small", False), ("large", True)]
