"""What people complain of, at the level of the model client. The numbers are those of the list of pains."""

import asyncio

from bot.errors import ModelSlow
from bot.llm.client import ChatClient
from bot.llm.fallback import Fallback
from bot.llm.retry import Retrying
from bot.vocabulary.model import Waiting
from tests.engine.llm.doubles import OwnClock, hear, request
from tests.fakes.model.sayings import Manner
from tests.fakes.model.server import CHAT, ModelServer

ASKED = request(model="first", between=1)


def house(client: ChatClient, clock: OwnClock, *, attempts: int = 3, first_token: float = 5.0, short: float = 2.0) -> Fallback:
    """As the assembly builds it, without the meter."""
    retrying = Retrying(client, attempts=attempts, backoff=0.5, retry_after_max=20, clock=clock, random=lambda: 0.0)
    return Fallback(retrying, models=("second",), first_token=first_token, first_token_fallback=short)


async def test_pain_14_five_503s_and_no_switch(server: ModelServer, client: ChatClient, clock: OwnClock) -> None:
    server.status(503, times=5, model="first")
    server.says("Second here.", model="second")
    heard = await hear(house(client, clock), ASKED)
    assert heard.text == "Second here."
    assert [sent.body["model"] for sent in server.sent(CHAT)] == ["first"] * 3 + ["second"]
    assert [(event.reason, event.model) for event in heard.events if isinstance(event, Waiting)] == [
        ("down", "first"),
        ("down", "first"),
        ("down", "second"),
    ]
    assert (heard.finished.model, heard.finished.attempts) == ("second", 4)


async def test_pain_14_a_silent_model_is_left_after_its_deadline_not_three_times_that(server: ModelServer, client: ChatClient) -> None:
    class Ticking(OwnClock):
        def monotonic(self) -> float:
            return asyncio.get_running_loop().time()

    server.stall(after=0, times=3, model="first")
    server.says("Second here.", model="second")
    loop = asyncio.get_running_loop()
    began = loop.time()
    heard = await hear(house(client, Ticking(), short=0.2), ASKED)
    assert heard.text == "Second here."
    assert [sent.body["model"] for sent in server.sent(CHAT)] == ["first", "second"]
    assert 0.2 <= loop.time() - began < 0.6


async def test_pain_14_when_nobody_answers_it_ends(server: ModelServer, client: ChatClient, clock: OwnClock) -> None:
    server.stall(after=0, times=None)
    heard = await hear(house(client, clock, attempts=1, first_token=0.1, short=0.05), ASKED)
    assert type(heard.error) is ModelSlow
    assert [sent.body["model"] for sent in server.sent(CHAT)] == ["first", "second"]


async def test_pain_15_an_answer_that_is_arriving_is_never_killed(server: ModelServer, client: ChatClient, clock: OwnClock) -> None:
    words = [f"{number} " for number in range(30)]
    server.says(*words, manner=Manner(delay=0.05))
    server.says("unwanted", model="second")
    loop = asyncio.get_running_loop()
    began = loop.time()
    heard = await hear(house(client, clock, first_token=1.0, short=1.0), request(model="first", between=1.0))
    assert heard.text == "".join(words)
    assert heard.finished.model == "first"
    assert loop.time() - began > 1.4  # far beyond every deadline
    server.clear()
