"""Pain 11: "typing…", then nothing: the error is only in a log."""

from collections.abc import Callable

import pytest

from bot.errors import (
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelNonsense,
    ModelRejected,
    ModelSlow,
    ModelUnknown,
    ModerationUnavailable,
    QuotaExhausted,
    StreamCut,
)
from bot.turns.answer import FILTERED, NOTES, NOTHING, WAITING
from tests.fakes.model.server import ModelServer
from tests.scenarios.slack_house import Acme

BEFORE_A_WORD: list[tuple[str, Callable[[ModelServer], None], str]] = [
    ("busy", lambda model: model.rate_limited(times=None), ModelBusy.user_text),
    ("down", lambda model: model.status(503, times=None), ModelDown.user_text),
    ("hangs up", lambda model: model.hangs_up(times=None), ModelDown.user_text),
    ("slow", lambda model: model.stall(after=0, times=None), ModelSlow.user_text),
    ("unknown", lambda model: model.status(404, times=None), ModelUnknown.user_text),
    ("rejected", lambda model: model.status(400, times=None), ModelRejected.user_text),
    ("denied", lambda model: model.status(401, times=None), ModelDenied.user_text),
    ("quota", lambda model: model.quota_exhausted(times=None), QuotaExhausted.user_text),
    ("web page", lambda model: model.html(times=None), ModelNonsense.user_text),
    ("moderation away", lambda model: model.status(500, at="moderations", times=None), ModerationUnavailable.user_text),
    ("filtered", lambda model: model.content_filter(""), FILTERED),
    ("nothing", lambda model: model.says(""), NOTHING),
]

AFTER_A_WORD: list[tuple[str, Callable[[ModelServer], None], str]] = [
    ("cut", lambda model: model.cut("One two"), StreamCut.user_text),
    ("stall", lambda model: model.stall("One two"), StreamCut.user_text),
    ("error frame", lambda model: model.error_frame("One two"), StreamCut.user_text),
    ("no finish", lambda model: model.no_finish("One two"), StreamCut.user_text),
    ("bad JSON", lambda model: model.bad_json("One two"), StreamCut.user_text),
    ("length", lambda model: model.length("One two"), NOTES["length"]),
    ("filter", lambda model: model.content_filter("One two"), NOTES["content_filter"]),
]

IN_A_HURRY = {"first_token_timeout": 0.2, "chunk_timeout": 0.2, "model_attempts": 2}


@pytest.mark.parametrize(("breaks", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in BEFORE_A_WORD])
async def test_pain_11_a_model_that_says_nothing_is_a_sentence(acme: Acme, breaks: Callable[[ModelServer], None], sentence: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with acme.parley(**IN_A_HURRY):
        breaks(acme.model)
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, sentence, under=root)
        acme.model.clear()
        await acme.asks(asha, general, "and now?", under=root)
        await acme.reads(general, sentence, "Hello from the model.", under=root)
    assert "asha: hello" not in str(acme.model.asked[-1].body)  # no half pair stays in the history


@pytest.mark.parametrize(("breaks", "note"), [pytest.param(*row[1:], id=row[0]) for row in AFTER_A_WORD])
async def test_pain_11_what_had_come_stays_and_the_reason_stands_below(
    acme: Acme, breaks: Callable[[ModelServer], None], note: str
) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    breaks(acme.model)
    async with acme.parley(**IN_A_HURRY):
        await acme.asks(asha, general, "count")
        await acme.reads(general, f"One two\n\n*{note}*")
    acme.model.released.set()


async def test_pain_11_what_is_flagged_is_refused_and_reaches_no_model(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.flags("vile", category="harassment")
    async with acme.parley():
        root = await acme.asks(asha, general, "something vile")
        await acme.reads(general, "I can't help with that message: it was flagged as harassment. Please rephrase it.", under=root)
        assert acme.model.asked == []
        await acme.asks(asha, general, "something kind", under=root)
        await acme.slack.wait_for(lambda: acme.answers(general, under=root)[1:] == ["Hello from the model."])
    assert "vile" not in str(acme.model.asked[0].body)


async def test_pain_11_a_spent_budget_says_when_it_resets(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with acme.parley(budget_per_day=0.01, price_input=1_000, price_output=1_000):
        await acme.asks(asha, general, "hello")
        await acme.slack.wait_for(lambda: "budget for this server is used up. It resets at 00:00 UTC" in "".join(acme.answers(general)))
    assert acme.model.asked == []


async def test_pain_11_empty_and_too_long_messages_get_a_hint(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with acme.parley():
        empty = await acme.asks(asha, general, "")
        long = await acme.asks(asha, general, "x" * 4_001)
        await acme.reads(general, "Hi! Write your question after mentioning me, and I will answer here.", under=empty)
        await acme.slack.wait_for(lambda: "4,001 characters; I read up to 4,000" in "".join(acme.answers(general, under=long)))
    assert acme.model.asked == []


async def test_pain_11_who_waits_for_another_attempt_is_told_so(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.rate_limited(retry_after=0.3)
    acme.model.says("At last.")
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await acme.reads(general, f"*{WAITING}*")
        await acme.reads(general, "At last.")


async def test_pain_11_another_model_answers_where_the_first_is_down(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.status(503, model="small", times=None)
    acme.model.says("I stand in.", model="other")
    async with acme.parley(openai_fallback_models="other"):
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "I stand in.")
    assert [request.model for request in acme.model.asked] == ["small"] * 3 + ["other"]
