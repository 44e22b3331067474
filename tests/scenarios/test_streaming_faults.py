"""A stream that breaks after its first word: what came stays, the reader is told, nobody is asked again, and the charge is an estimate."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.errors import StreamCut
from bot.turns.answer import NOTES
from bot.vocabulary.reply import Answered, Failed, Truncated
from tests.fakes.model.sayings import Manner, speak
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import CHAT, ModelServer
from tests.scenarios.bills import BILLED, PAID, PRICES
from tests.scenarios.room_platform import House, open_house

CUT = f"\n\n_{StreamCut.user_text}_"


@dataclass(frozen=True)
class Fault:
    """`breaks` after two words were said; `streaming` off and the like in `settings`."""

    name: str
    breaks: Callable[..., None]
    settings: Mapping[str, Any] = field(default_factory=dict)


FAULTS = (
    Fault("cut", ModelServer.cut),
    Fault("no finish_reason", ModelServer.no_finish),
    Fault("[DONE] without finish_reason", lambda m, *said: m.no_finish(*said, done=True)),
    Fault("error frame", ModelServer.error_frame),
    Fault("error frame with its event", lambda m, *said: m.error_frame(*said, event="error")),
    Fault("rate limit in the middle", lambda m, *said: m.error_frame(*said, error={"message": "slow", "code": "rate_limit_exceeded"})),
    Fault("quota in the middle", lambda m, *said: m.error_frame(*said, error={"message": "over", "code": "insufficient_quota"})),
    Fault("code as a number", lambda m, *said: m.error_frame(*said, error={"message": "Provider error", "code": 502})),
    Fault("error as text", ModelServer.error_text_frame),
    Fault("error event without error", ModelServer.error_event),
    Fault("bad JSON", ModelServer.bad_json),
    Fault("stall", ModelServer.stall, {"chunk_timeout": 0.3}),
)


@pytest.mark.parametrize("fallback", [(), ("second",)], ids=["alone", "with another model"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_what_came_stays(redis_url: str, model: ModelServer, fault: Fault, fallback: tuple[str, ...]) -> None:
    """Another model is no help once a word was seen: nobody wants two beginnings."""
    goes_on = asyncio.Event()
    fault.breaks(model, "One ", goes_on, "two")
    async with open_house(redis_url, model, openai_fallback_models=fallback, **PRICES, **fault.settings) as house:
        asking = asyncio.create_task(house.says("count"))
        held = await holds_of_a_running_call(house)
        goes_on.set()
        answer = await asking
        assert answer.text == f"One two{CUT}"
        assert isinstance(answer.outcome, Truncated)
        assert house.requested == ["small"]
        (kept,) = await house.history()
        assert (kept.answer, kept.complete) == ("One two", False)
        day = await house.spent()
        assert 0 < day.spent == day.estimated <= held
        assert await house.held() == {}
        model.released.set()
        model.says("Three.")
        assert (await house.says("go on")).text == "Three."
        assert [line.text for line in model.asked[-1].lines[1:-2]] == ["Ada: count", "One two"]


async def holds_of_a_running_call(house: House) -> int:
    """What the only running call holds, in millionths of a dollar."""
    await house.model.wait_for(lambda: house.model.sent(CHAT))
    ((amount, _, _),) = (value.split() for value in (await house.held()).values())
    return int(amount)


async def test_a_cut_stream_never_costs_more_than_was_held(redis_url: str, model: ModelServer) -> None:
    """An endpoint that does not keep to the limit: by our own count it wrote ten times what was held for."""
    goes_on = asyncio.Event()
    model.cut(goes_on, *["words " * 10] * 10)
    async with open_house(redis_url, model, openai_max_tokens=15, **PRICES) as house:
        asking = asyncio.create_task(house.says("count"))
        held = await holds_of_a_running_call(house)
        goes_on.set()
        assert isinstance((await asking).outcome, Truncated)
        day = await house.spent()
        assert (day.spent, day.estimated, await house.held()) == (held, held, {})


async def test_each_word_is_shown_as_it_comes_and_none_twice(redis_url: str, model: ModelServer) -> None:
    gates = [asyncio.Event() for _ in range(3)]
    model.says("One ", gates[0], "two ", gates[1], "three ", gates[2], "four.", manner=Manner(finish="length"))
    async with open_house(redis_url, model) as house:
        asking = asyncio.create_task(house.says("count"))
        room = house.platform.room
        for gate, text in zip(gates, ("One ", "One two ", "One two three "), strict=True):
            await house.shows("m0", text)
            gate.set()
        await asking
        seen = [text for text in room.seen() if text != "One two three four."]  # it may stand a moment before why it ended is known
        assert seen == ["…", "One ", "One two ", "One two three ", f"One two three four.\n\n_{NOTES['length']}_"]


async def test_a_long_answer_loses_nothing_over_several_messages(redis_url: str, model: ModelServer) -> None:
    words = [f"word{number} " for number in range(700)]
    model.says(*words)
    async with open_house(redis_url, model) as house:
        answer = await house.says("write")
        assert len(answer.texts) > 2
        assert "".join(answer.texts).split() == "".join(words).split()
        (kept,) = await house.history()
        assert kept.answer == "".join(words)


@pytest.mark.parametrize("streaming", [True, False])
async def test_an_endpoint_that_ignores_stream(redis_url: str, model: ModelServer, streaming: bool) -> None:
    """It is learned: the second request no longer asks for a stream."""
    model.json_instead_of_stream("All ", "at once.")
    async with open_house(redis_url, model, streaming=streaming, **PRICES) as house:
        answer = await house.says("hello")
        assert (answer.text, type(answer.outcome)) == ("All at once.", Answered)
        day = await house.spent()
        bill = model.bills[-1].usage
        assert day.spent == bill["prompt_tokens"] * 2 + bill["completion_tokens"] * 6
        assert day.estimated == 0
        assert (await house.says("again")).text == "Hello from the model."
    assert ["stream" in sent.body for sent in model.sent(CHAT)] == [streaming, False]


@pytest.mark.parametrize("fault", [ModelServer.cut, ModelServer.bad_json, ModelServer.error_frame])
async def test_an_answer_in_one_piece_that_breaks_shows_nothing_of_it(
    redis_url: str, model: ModelServer, fault: Callable[..., None]
) -> None:
    fault(model, "One ", times=3)
    async with open_house(redis_url, model, streaming=False, **PRICES) as house:
        answer = await house.says("hello")
        assert isinstance(answer.outcome, Failed)
        assert answer.text == answer.outcome.note
        assert (await house.history(), await house.held()) == ([], {})


async def test_what_broke_off_while_thinking_is_asked_again_and_paid(redis_url: str, model: ModelServer) -> None:
    """Nobody has seen a word of it, but the provider has worked."""

    async def breaks_off(exchange: Exchange) -> web.StreamResponse:
        await speak(exchange, [], Manner(thinks=("Let me ", "see: ")))
        return exchange.hang_up()

    model.plan(breaks_off)
    model.says("So.", manner=BILLED)
    async with open_house(redis_url, model, **PRICES) as house:
        assert (await house.says("hello")).text == "So."
        assert len(model.asked) == 2
        day = await house.spent()
        assert day.spent - day.estimated == PAID
        assert day.estimated > 0
        assert await house.held() == {}
