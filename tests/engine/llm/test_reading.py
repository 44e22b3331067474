"""How long a read is waited for."""

import asyncio
from dataclasses import dataclass

import pytest

from bot.llm.answer import Answer
from bot.llm.reading import USAGE_GRACE, Patience
from tests.engine.llm.doubles import request

SAID = {"choices": [{"delta": {"content": "x"}}]}
DONE = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


@dataclass(frozen=True)
class Case:
    """Deadlines of the request, what came, and how long is waited from now on, in seconds."""

    first: float
    between: float
    came: tuple[object, ...]
    waited: float
    streamed: bool = True


@pytest.mark.parametrize(
    "case",
    [
        Case(100, 30, (), 100),
        Case(100, 30, (), 130, streamed=False),
        Case(100, 30, (SAID,), 30),
        Case(10, 200, (SAID,), 200),
        Case(100, 30, (SAID, DONE), USAGE_GRACE),
        Case(100, 1, (SAID, DONE), 1),
        Case(100, 30, (DONE,), USAGE_GRACE),
    ],
)
async def test_patience(case: Case) -> None:
    answer = Answer(request())
    for payload in case.came:
        list(answer.take(payload))
    patience = Patience(request(first_token=case.first, between=case.between), streamed=case.streamed)
    assert patience.deadline(answer) - asyncio.get_running_loop().time() == pytest.approx(case.waited, abs=0.5)


async def test_the_first_token_is_counted_from_the_start_and_silence_from_now() -> None:
    silent, speaking = Answer(request()), Answer(request())
    list(speaking.take(SAID))
    patience = Patience(request(), streamed=True)
    before = patience.deadline(silent), patience.deadline(speaking)
    await asyncio.sleep(0.01)
    assert patience.deadline(silent) == before[0]
    assert patience.deadline(speaking) > before[1]


async def test_somebody_elses_timeout_is_not_ours() -> None:
    async def fail() -> None:
        raise TimeoutError("theirs")

    with pytest.raises(TimeoutError, match="theirs"):
        await Patience(request(), streamed=True).wait(fail(), Answer(request()))
