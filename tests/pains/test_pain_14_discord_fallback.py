"""Pain 14: model fallback and timeouts that do not fire: five 503s and no switch; a 120 s timeout that took over five minutes."""

import time

from bot.errors import ModelSlow
from tests.scenarios.discord_house import DOTS, Home

HELLO = "Hello from the model."


async def test_pain_14_another_model_answers_where_the_first_only_fails(home: Home) -> None:
    ada = home.person("Ada")
    home.model.status(503, times=None, model="small")
    async with home.parley(openai_fallback_models="spare"):
        await home.asks(ada, "hello")
        await home.reads(HELLO)
    assert [request.model for request in home.model.asked] == ["small"] * 3 + ["spare"]


async def test_pain_14_another_model_answers_where_the_first_is_silent(home: Home) -> None:
    ada = home.person("Ada")
    home.model.stall(after=0, times=None, model="small")
    async with home.parley(openai_fallback_models="spare", first_token_timeout_fallback=0.5):
        began = time.monotonic()
        await home.asks(ada, "hello")
        await home.reads(HELLO)
        assert 0.5 <= time.monotonic() - began < 2.0
    home.model.released.set()
    assert [request.model for request in home.model.asked] == ["small", "spare"]


async def test_pain_14_a_deadline_is_one_for_all_attempts_together(home: Home) -> None:
    ada = home.person("Ada")
    home.model.stall(after=0, times=None)
    async with home.parley(first_token_timeout=0.5):
        began = time.monotonic()
        await home.asks(ada, "hello")
        await home.reads(ModelSlow.user_text)
        assert 0.5 <= time.monotonic() - began < 2.0
    home.model.released.set()


async def test_pain_14_after_the_first_word_no_other_model_takes_over(home: Home) -> None:
    ada = home.person("Ada")
    home.model.cut("One ", "two", model="small")
    async with home.parley(openai_fallback_models="spare"):
        await home.asks(ada, "hello")
        await home.discord.wait_for(lambda: "broke off here" in "".join(home.answers()))
    assert home.ever()[0].texts[0] == DOTS
    assert home.answers()[0].startswith("One two\n\n-# ")
    assert [request.model for request in home.model.asked] == ["small"]
