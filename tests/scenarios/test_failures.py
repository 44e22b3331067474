"""Every way in which a model can fail or end: how often it is asked, what people read, what is kept and what it costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.errors import ModelBusy, ModelDenied, ModelDown, ModelError, ModelNonsense, ModelRejected, ModelSlow, ModelUnknown, QuotaExhausted
from bot.offline.api_error import ApiError
from bot.turns.answer import FILTERED, NOTES, NOTHING
from bot.vocabulary.reply import Answered, Failed, Outcome, Refused, Truncated
from tests.fakes.model.server import CHAT, ModelServer
from tests.scenarios.bills import BILLED, PAID, PRICES
from tests.scenarios.room_platform import open_house

NOTHING_PAID = 0
ESTIMATE = -1
"""What was paid is not known exactly: an estimate, and marked as one."""

FILTER, LENGTH = replace(BILLED, finish="content_filter"), replace(BILLED, finish="length")

IN_TIME: dict[str, Any] = {"first_token_timeout": 5, "chunk_timeout": 5}
IMPATIENT: dict[str, Any] = {"first_token_timeout": 0.3, "chunk_timeout": 0.3}

Plan = Callable[[ModelServer], None]


@dataclass(frozen=True)
class Row:
    """`asked`: requests that the model saw. `reads`: what stands in the end. `kept`: the answer in the history, None when nothing is."""

    name: str
    plan: Plan
    asked: int
    reads: str
    ends: type[Outcome]
    kept: str | None = None
    paid: int = NOTHING_PAID
    settings: Mapping[str, Any] = field(default_factory=lambda: IN_TIME)


def fails(name: str, plan: Plan, asked: int, error: type[ModelError], *, paid: int = NOTHING_PAID, **settings: Any) -> Row:
    """A failure before the first word: its own sentence, nothing kept."""
    return Row(name, plan, asked, error.user_text, Failed, paid=paid, settings={**IN_TIME, **settings})


def answers(name: str, plan: Plan, asked: int, text: str, *, paid: int = PAID, **settings: Any) -> Row:
    """An answer in the end."""
    return Row(name, plan, asked, text, Answered, kept=text, paid=paid, settings={**IN_TIME, **settings})


def two_429_then_well(model: ModelServer) -> None:
    model.rate_limited(times=2)
    model.says("Here.", manner=BILLED)


def a_503_and_a_hang_up_then_well(model: ModelServer) -> None:
    model.status(503)
    model.hangs_up()
    model.says("Here.", manner=BILLED)


FILTERED_PROMPT = ApiError("The response was filtered.", status=400, code="content_filter")
TOO_LONG = ApiError("This model's maximum context length is 128 tokens.", status=400, param="messages", code="context_length_exceeded")

ROWS = (
    # what may pass is tried three times
    fails("429", lambda m: m.rate_limited(times=3), 3, ModelBusy),
    fails("429 slow down", lambda m: m.slow_down(times=3), 3, ModelBusy),
    fails("408", lambda m: m.status(408, times=3), 3, ModelDown),
    fails("409", lambda m: m.status(409, times=3), 3, ModelDown),
    fails("500", lambda m: m.status(500, times=3), 3, ModelDown),
    fails("502", lambda m: m.status(502, times=3), 3, ModelDown),
    fails("503", lambda m: m.status(503, times=3), 3, ModelDown),
    fails("504", lambda m: m.status(504, times=3), 3, ModelDown),
    fails("hangs up", lambda m: m.hangs_up(times=3), 3, ModelDown),
    fails("200 with an error in JSON", lambda m: m.json_error_200(times=3), 3, ModelDown),
    fails("error frame at once", lambda m: m.error_frame(after=0, times=3), 3, ModelDown),
    fails("error text at once", lambda m: m.error_text_frame(after=0, times=3), 3, ModelDown),
    fails("cut at once", lambda m: m.cut(after=0, times=3), 3, ModelDown),
    fails("an end without a word", lambda m: m.no_finish(after=0, times=3), 3, ModelDown),
    fails("another number of attempts", lambda m: m.status(503, times=5), 2, ModelDown, model_attempts=2),
    # what waiting does not change is not
    fails("400", lambda m: m.status(400), 1, ModelRejected),
    fails("400 too long", lambda m: m.refuses(TOO_LONG), 1, ModelRejected),
    fails("413", lambda m: m.status(413), 1, ModelRejected),
    fails("422", lambda m: m.status(422), 1, ModelRejected),
    fails("401", lambda m: m.status(401), 1, ModelDenied),
    fails("403", lambda m: m.status(403), 1, ModelDenied),
    fails("404", lambda m: m.status(404), 1, ModelUnknown),
    fails("quota", lambda m: m.quota_exhausted(), 1, QuotaExhausted),
    fails("402", lambda m: m.status(402), 1, QuotaExhausted),
    fails("a web page", lambda m: m.html(), 1, ModelNonsense),
    fails("not JSON at once", lambda m: m.bad_json(after=0), 1, ModelNonsense),
    # silence: whoever is asked may have worked
    fails("silent", lambda m: m.stall(after=0), 1, ModelSlow, paid=ESTIMATE, **IMPATIENT),
    fails("silent, not streamed", lambda m: m.stall(after=0), 1, ModelSlow, paid=ESTIMATE, streaming=False, **IMPATIENT),
    # trouble that passes
    answers("two 429, then well", two_429_then_well, 3, "Here."),
    answers("503 and a hang-up, then well", a_503_and_a_hang_up_then_well, 3, "Here."),
    # answers, each in its own way
    answers("whole", lambda m: m.says("One ", "two.", manner=BILLED), 1, "One two."),
    answers("byte by byte", lambda m: m.says("Größe ", "漢字 🙂", manner=replace(BILLED, torn=True)), 1, "Größe 漢字 🙂"),
    answers("not streamed", lambda m: m.says("One ", "two.", manner=BILLED), 1, "One two.", streaming=False),
    answers("a refusal of its own", lambda m: m.says("I'd rather not.", manner=replace(BILLED, field="refusal")), 1, "I'd rather not."),
    answers("thought first", lambda m: m.says("So.", manner=replace(BILLED, thinks=("Hm", "…"))), 1, "So."),
    answers("pings and empty chunks", lambda m: m.says("So.", manner=replace(BILLED, pings=True, nulls=True)), 1, "So."),
    answers("slow but steady", lambda m: m.says(*"steady", manner=replace(BILLED, delay=0.15)), 1, "steady", **IMPATIENT),
    answers("usage not told", lambda m: m.no_usage("One ", "two."), 1, "One two.", paid=ESTIMATE),
    Row("length", lambda m: m.says("One ", "two", manner=LENGTH), 1, f"One two\n\n_{NOTES['length']}_", Truncated, "One two", PAID),
    Row(
        "filter, with text",
        lambda m: m.says("One ", "two", manner=FILTER),
        1,
        f"One two\n\n_{NOTES['content_filter']}_",
        Truncated,
        "One two",
        PAID,
    ),
    Row("filter, without text", lambda m: m.says(manner=FILTER), 1, FILTERED, Refused, paid=PAID),
    Row("filter, on the prompt", lambda m: m.refuses(FILTERED_PROMPT), 1, FILTERED, Refused, paid=ESTIMATE),
    Row("nothing said", lambda m: m.says(manner=BILLED), 1, NOTHING, Failed, paid=PAID),
    Row("only blanks said", lambda m: m.says(" \n", manner=BILLED), 1, NOTHING, Failed, paid=PAID),
)


ENDS_ALIKE = {"429", "401", "a web page", "length", "filter, with text", "filter, without text", "a refusal of its own", "usage not told"}
"""Rows in which nothing depends on how the answer arrives."""
IN_ONE_PIECE = tuple(
    replace(row, name=f"{row.name}, in one piece", settings={**row.settings, "streaming": False}) for row in ROWS if row.name in ENDS_ALIKE
)


@pytest.mark.parametrize("row", ROWS + IN_ONE_PIECE, ids=lambda row: row.name)
async def test_each_failure(redis_url: str, model: ModelServer, row: Row) -> None:
    """And after each the conversation goes on as if nothing had been."""
    row.plan(model)
    async with open_house(redis_url, model, **PRICES, **row.settings) as house:
        answer = await house.says("what now?")
        assert (answer.text, type(answer.outcome)) == (row.reads, row.ends)
        assert len(model.sent(CHAT)) == row.asked
        assert [exchange.answer for exchange in await house.history()] == ([] if row.kept is None else [row.kept])
        day = await house.spent()
        assert await house.held() == {}
        if row.paid == ESTIMATE:
            assert day.spent == day.estimated > 0
        else:
            assert (day.spent, day.estimated) == (row.paid, 0)
        model.clear()
        model.released.set()
        again = await house.says("and now?")
        assert again.text == "Hello from the model."
        pair = [] if row.kept is None else [("user", "Ada: what now?"), ("assistant", row.kept)]
        assert [(line.role, line.text) for line in model.asked[-1].lines[1:-2]] == pair
        assert await house.held() == {}


async def test_an_endpoint_that_is_gone_and_comes_back(redis_url: str, model: ModelServer) -> None:
    async with open_house(redis_url, model, **PRICES) as house:
        await model.stop()
        answer = await house.says("anybody there?")
        assert answer.text == ModelDown.user_text
        assert ((await house.spent()).spent, await house.held(), await house.history()) == (0, {}, [])
        await model.start()
        assert (await house.says("and now?")).text == "Hello from the model."
