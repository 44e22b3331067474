"""How long a read is waited for."""

import asyncio
import gzip
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot.errors import ModelSlow
from bot.llm.answer import Answer
from bot.llm.client import ChatClient
from bot.llm.reading import USAGE_GRACE, Patience
from bot.offline.sse import DONE as DONE_MARK
from bot.offline.sse import frame
from tests.engine.llm.doubles import hear, request
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import ModelServer

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


async def test_what_comes_later_than_it_may_is_given_up_and_the_next_wait_is_whole() -> None:
    answer = Answer(request())
    with Patience(request(first_token=0.05, between=5), streamed=True) as patience:
        with pytest.raises(ModelSlow, match="no token"):
            await patience.wait(asyncio.sleep(5), answer)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        list(answer.take(SAID))
        assert await patience.wait(asyncio.sleep(0.1, "came"), answer) == "came"


async def test_a_later_deadline_moves_with_each_read() -> None:
    answer = Answer(request())
    list(answer.take(SAID))
    with Patience(request(first_token=5, between=0.2), streamed=True) as patience:
        for _ in range(4):
            await patience.wait(asyncio.sleep(0.1), answer)
        with pytest.raises(ModelSlow, match="silent"):
            await patience.wait(asyncio.sleep(5), answer)


async def test_who_is_cancelled_while_it_waits_is_cancelled() -> None:
    async def read() -> None:
        with Patience(request(), streamed=True) as patience:
            await patience.wait(asyncio.sleep(5), Answer(request()))

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_a_packed_stream_is_unpacked(server: ModelServer, client: ChatClient) -> None:
    async def packed(_: Exchange) -> web.StreamResponse:
        frames = [{"choices": [{"delta": {"content": "漢字"}}]}, {"choices": [{"delta": {}, "finish_reason": "stop"}]}]
        body = gzip.compress(b"".join(frame(payload) for payload in frames) + DONE_MARK)
        return web.Response(body=body, headers={"Content-Encoding": "gzip"}, content_type="text/event-stream")

    server.rule(packed)
    heard = await hear(client)
    assert (heard.text, heard.finished.reason) == ("漢字", "stop")
