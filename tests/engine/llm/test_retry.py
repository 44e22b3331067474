"""The same model again: when, how often, after how long."""

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
from bot.llm.client import ChatClient
from bot.llm.retry import LONGEST_WAIT, Retrying
from bot.vocabulary.model import Model, Reasoning, Refusal, Text, Waiting
from tests.engine.llm.doubles import DONE, OwnClock, Scripted, hear, request
from tests.fakes.model.server import CHAT, ModelServer

HI = Text("Hi")


def retrying(model: Model, clock: OwnClock, *, attempts: int = 3, random: float = 0.0) -> Retrying:
    return Retrying(model, attempts=attempts, backoff=0.5, retry_after_max=20, clock=clock, random=lambda: random)


async def test_third_time_lucky(clock: OwnClock) -> None:
    model = Scripted([ModelBusy()], [Reasoning("Hm"), ModelDown()], [HI, DONE])
    heard = await hear(retrying(model, clock))
    waits = [Waiting("busy", "test-model", 2, 0.5), Waiting("down", "test-model", 3, 1.0)]
    assert heard.events[:-1] == [waits[0], Reasoning("Hm"), waits[1], HI]
    assert heard.finished.attempts == 3
    assert clock.slept == [0.5, 1.0]
    assert [asked.call for asked in model.asked] == ["call.1", "call.2", "call.3"]
    assert model.closed == 3


async def test_the_last_error_is_raised(clock: OwnClock) -> None:
    last = ModelDown("third")
    heard = await hear(retrying(Scripted([ModelBusy()], [ModelSlow()], [last]), clock))
    assert heard.error is last
    assert len(clock.slept) == 2


@pytest.mark.parametrize("error", [ModelUnknown, ModelRejected, ModelNonsense, ModelDenied, QuotaExhausted, StreamCut])
async def test_what_will_not_pass_is_not_tried_again(error: type[ModelError], clock: OwnClock) -> None:
    model = Scripted([error()], [HI, DONE])
    heard = await hear(retrying(model, clock))
    assert (type(heard.error), heard.events, len(model.asked)) == (error, [], 1)


@pytest.mark.parametrize("said", [HI, Refusal("No")])
async def test_nothing_is_said_twice(said: Text | Refusal, clock: OwnClock) -> None:
    model = Scripted([said, ModelDown()], [HI, DONE])
    heard = await hear(retrying(model, clock))
    assert (heard.events, type(heard.error), len(model.asked)) == ([said], ModelDown, 1)


@pytest.mark.parametrize(("asked_for", "waited"), [(7.0, 7.0), (20.0, 20.0), (0.0, 0.5), (0.01, 0.01)])
async def test_retry_after_is_honoured(asked_for: float, waited: float, clock: OwnClock) -> None:
    heard = await hear(retrying(Scripted([ModelBusy(retry_after=asked_for)], [HI, DONE]), clock))
    assert heard.text == "Hi"
    assert clock.slept == [waited]


async def test_a_retry_after_beyond_patience_ends_it_at_once(clock: OwnClock) -> None:
    heard = await hear(retrying(Scripted([ModelBusy(retry_after=20.1)]), clock))
    assert (type(heard.error), clock.slept) == (ModelBusy, [])


async def test_waits_double_up_to_a_bound_with_jitter(clock: OwnClock) -> None:
    await hear(retrying(Scripted(*[[ModelDown()] for _ in range(8)]), clock, attempts=8, random=1.0))
    assert clock.slept == [seconds * 0.75 for seconds in (0.5, 1, 2, 4, 8, 8, 8)]
    assert max(clock.slept) <= LONGEST_WAIT


async def test_the_first_token_deadline_spans_the_attempts(clock: OwnClock) -> None:
    model = Scripted([lambda: clock.pass_(4), ModelDown()], [lambda: clock.pass_(5.5), ModelSlow()], [HI, DONE])
    heard = await hear(retrying(model, clock), request(first_token=10))
    assert type(heard.error) is ModelSlow
    assert [asked.first_token for asked in model.asked] == [10, 6]


async def test_waits_do_not_count_as_silence(clock: OwnClock) -> None:
    model = Scripted([ModelBusy(retry_after=15)], [HI, DONE])
    assert (await hear(retrying(model, clock), request(first_token=10))).text == "Hi"
    assert model.asked[1].first_token == 10


async def test_leaving_early_closes_the_call(clock: OwnClock) -> None:
    model = Scripted([HI, DONE])
    events = retrying(model, clock).stream(request())
    await anext(events)
    await events.aclose()
    assert model.closed == 1


PASSING = [408, 409, 429, 500, 502, 503, 504]
FINAL = [400, 401, 402, 403, 404, 413, 422]


@pytest.mark.parametrize(("status", "calls"), [(status, 3) for status in PASSING] + [(status, 1) for status in FINAL])
async def test_calls_that_the_server_sees(status: int, calls: int, server: ModelServer, client: ChatClient, clock: OwnClock) -> None:
    server.status(status, times=9)
    heard = await hear(retrying(client, clock))
    assert heard.error is not None
    assert len(server.sent(CHAT)) == calls
    assert clock.slept == [0.5, 1.0][: calls - 1]


async def test_used_up_money_is_not_asked_again(server: ModelServer, client: ChatClient, clock: OwnClock) -> None:
    server.quota_exhausted(times=9)
    assert type((await hear(retrying(client, clock))).error) is QuotaExhausted
    assert len(server.sent(CHAT)) == 1


async def test_a_refused_connection_is_tried_again(server: ModelServer, client: ChatClient, clock: OwnClock) -> None:
    await server.stop()
    heard = await hear(retrying(client, clock))
    assert (type(heard.error), len(clock.slept)) == (ModelDown, 2)
