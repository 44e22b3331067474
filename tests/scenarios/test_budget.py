"""Money through the whole engine: never over the budget however many ask at once, and figures that equal the provider's bills."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio import Redis

from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import Authority, ServerKey
from bot.vocabulary.reply import Answered, Refused
from tests.fakes.model.sayings import Manner, saying
from tests.fakes.model.script import Act, Exchange
from tests.fakes.model.server import ModelServer
from tests.scenarios.bills import BILLED, PAID, PRICES
from tests.scenarios.room_platform import NAME, Answer, MovedClock, open_house

TODAY, TOMORROW = "2026-11-20", "2026-11-21"
EVENING = datetime(2026, 11, 20, 21, 30, tzinfo=UTC).timestamp()
TO_MIDNIGHT = 2.5 * 3600
USED_UP = "Today's budget for this server is used up. It resets at 00:00 UTC, in 2 h 30 min."
BUDGET = 0.01
BUDGET_MILLIONTHS = 10_000
HOME = ServerKeys(ServerKey(NAME, "home"))


class Auditor:
    """Looks into the ledger at each request that reaches the model, in one step."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, decode_responses=True)
        self.seen: list[int] = []
        """Money spent and held together, each time."""

    async def __aenter__(self) -> "Auditor":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._redis.aclose()

    async def look(self) -> None:
        async with self._redis.pipeline(transaction=True) as both:
            both.hget(HOME.spend(TODAY), "spent")
            both.hvals(HOME.holds)
            spent, holds = await both.execute()
        self.seen.append(int(spent or 0) + sum(int(hold.split()[0]) for hold in holds))

    def watching(self, answer: Act) -> Act:
        """`answer`, with a look before and after it."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            await self.look()
            response = await answer(exchange)
            await self.look()
            return response

        return act


@pytest.fixture
async def auditor(redis_url: str) -> AsyncIterator[Auditor]:
    async with Auditor(redis_url) as looking:
        yield looking


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(EVENING)


@pytest.mark.parametrize("together", [True, False], ids=["all at once", "as they come"])
async def test_fifty_at_once_never_go_over(redis_url: str, model: ModelServer, auditor: Auditor, clock: MovedClock, together: bool) -> None:
    """`together`: no answer ends before all fifty have asked for money."""
    go = asyncio.Event()
    model.plan(auditor.watching(saying([go, "Hi."], BILLED)), times=None)
    if not together:
        go.set()
    settings: dict[str, Any] = {"budget_per_day": BUDGET, "openai_max_tokens": 100, **PRICES}
    async with open_house(redis_url, model, clock=clock, local=False, **settings) as house:
        asking = [asyncio.create_task(house.says("hello", by=f"user{number}", within=20)) for number in range(50)]
        if together:
            await all_have_asked(asking, model)
        go.set()
        answers = await asyncio.gather(*asking)
        answered = [answer for answer in answers if isinstance(answer.outcome, Answered)]
        assert all(answer == Answer(Refused(USED_UP), [USED_UP]) for answer in answers if answer not in answered)
        assert 0 < len(answered) == len(model.asked) < 50
        assert 0 < max(auditor.seen) <= BUDGET_MILLIONTHS
        day = await house.spent(on=TODAY)
        assert (day.spent, day.estimated, await house.held()) == (len(answered) * PAID, 0, {})
        assert len(await house.history()) == len(answered)


async def all_have_asked(asking: Sequence["asyncio.Task[Answer]"], model: ModelServer) -> None:
    """Return when each was refused or waits for the model."""
    async with asyncio.timeout(10):
        while sum(task.done() for task in asking) + len(model.asked) < len(asking):  # noqa: ASYNC110  # two things to watch
            await asyncio.sleep(0.01)


async def test_the_next_day_works_again(redis_url: str, model: ModelServer, clock: MovedClock) -> None:
    model.answers(lambda _: "Hi.", manner=BILLED)
    async with open_house(redis_url, model, clock=clock, budget_per_day=0.0015, openai_max_tokens=100, **PRICES) as house:
        while isinstance((answer := await house.says("hello")).outcome, Answered):
            pass
        asked = len(model.asked)
        assert (answer.text, asked > 0) == (USED_UP, True)
        clock.pass_(TO_MIDNIGHT - 60)
        assert (await house.says("hello")).text == USED_UP.replace("2 h 30 min", "0 h 1 min")
        clock.pass_(61)
        assert (await house.says("hello")).text == "Hi."
        assert [(await house.spent(on=day)).spent for day in (TODAY, TOMORROW)] == [asked * PAID, PAID]


async def test_an_answer_over_midnight_belongs_to_the_day_it_began_on(redis_url: str, model: ModelServer, clock: MovedClock) -> None:
    goes_on = asyncio.Event()
    model.says("One ", goes_on, "two.", manner=BILLED)
    async with open_house(redis_url, model, clock=clock, budget_per_day=BUDGET, openai_max_tokens=100, **PRICES) as house:
        asking = asyncio.create_task(house.says("count"))
        await model.wait_for(lambda: house.platform.room.texts("m0"))
        await model.wait_for(lambda: house.requested or model.requests[-1].path.endswith("completions"))
        clock.pass_(TO_MIDNIGHT + 60)
        goes_on.set()
        assert (await asking).text == "One two."
        assert [(await house.spent(on=day)).spent for day in (TODAY, TOMORROW)] == [PAID, 0]
        assert await house.held() == {}


async def test_what_could_cost_more_than_is_left_is_not_asked(redis_url: str, model: ModelServer, clock: MovedClock) -> None:
    async with open_house(redis_url, model, clock=clock, budget_per_day=0.0001, openai_fallback_models="second", **PRICES) as house:
        answer = await house.says("hello")
        assert (answer.text, type(answer.outcome)) == (USED_UP, Refused)
        assert (model.asked, await house.history(), await house.held()) == ([], [], {})
        assert (await house.spent(on=TODAY)).lines == ()


async def test_a_servers_budget_is_its_own(redis_url: str, model: ModelServer, clock: MovedClock) -> None:
    """Each has enough for one question: what the other spent is not missed."""
    model.answers(lambda _: "Hi.", manner=Manner(usage=BILLED.usage))
    async with open_house(redis_url, model, clock=clock, budget_per_day=0.0012, openai_max_tokens=100, **PRICES) as house:
        said = [(await house.says("hello", server=server)).text for server in ("home", "away", "home", "away")]
    assert said == ["Hi.", "Hi.", USED_UP, USED_UP]


async def test_no_budget_no_limit(redis_url: str, model: ModelServer) -> None:
    async with open_house(redis_url, model, openai_max_tokens=128_000, price_input=1000, price_output=1000) as house:
        assert (await house.says("hello")).text == "Hello from the model."


async def test_a_local_endpoint_costs_nothing(redis_url: str, model: ModelServer) -> None:
    async with open_house(redis_url, model, budget_per_day=0) as house:
        assert (await house.says("hello")).text == "Hello from the model."
        assert "0.00 USD" in await house.orders("usage")


async def test_usage_equals_the_bills(redis_url: str, model: ModelServer) -> None:
    """Two people, two models, a retry and a fallback; the server's bills are what the provider would charge."""
    rate = 85
    async with open_house(
        redis_url, model, budget_per_day=170, display_currency="INR", display_rate=rate, openai_fallback_models="second", **PRICES
    ) as house:
        await house.says("a short one")
        await house.says("a rather longer question than before")
        await house.says("and me?", by="bob")
        model.rate_limited(model="small")
        await house.says("with a retry")
        model.status(503, times=3, model="small")
        await house.says("by the other", by="bob")
        shown = await house.orders("usage")
        bobs = await house.orders("usage", by="bob", authority=Authority.MEMBER)
        costs = {name: sum(cost_of(model, name)) for name in ("small", "second")}
        whole = sum(costs.values())
        assert shown.splitlines()[0].startswith("Today on this server")
        assert f": {rupees(whole)}. Budget: 170.00 INR, {170 - whole * rate / 1e6:.2f} INR left." in shown
        for name, cost in costs.items():
            (row,) = (line.split() for line in shown.splitlines() if line.startswith(f"{name} "))
            tokens = [
                sum(bill.usage[kind] for bill in model.bills if bill.model == name) for kind in ("prompt_tokens", "completion_tokens")
            ]
            assert [int(row[2].replace(",", "")), int(row[4].replace(",", ""))] == tokens
            assert " ".join(row[5:]) == rupees(cost)
        assert f": {rupees(cost_of(model, 'small')[2] + costs['second'])}." in bobs
        assert "Budget" not in bobs


def cost_of(model: ModelServer, name: str) -> list[int]:
    """The bills of one model, in millionths of a dollar."""
    return [bill.usage["prompt_tokens"] * 2 + bill.usage["completion_tokens"] * 6 for bill in model.bills if bill.model == name]


def tokens_of(model: ModelServer, name: str) -> list[int]:
    """Prompt and completion tokens on the bills of one model."""
    return [sum(bill.usage[kind] for bill in model.bills if bill.model == name) for kind in ("prompt_tokens", "completion_tokens")]


def rupees(millionths: int) -> str:
    amount = millionths * 85 / 1e6
    return f"{amount:.{4 if amount >= 0.01 else 6}f} INR"
