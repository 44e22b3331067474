"""The model of a chaos run: it says which questions it answers, counts its calls, and bills each by its own number.

Where it is to go on with an answer, it goes on with that one's own lines, so that the whole can be known again.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot.offline.api_error import ApiError
from bot.offline.chat_request import ChatRequest
from bot.offline.sse import usage_object
from bot.turns.brief import GO_ON
from bot.vocabulary.tokens import estimate_prompt
from tests.chaos.plan import Manner
from tests.chaos.words import answer_to, bare, questions_in, serials_in, wording_in
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import ModelServer


@dataclass(slots=True)
class Call:
    """One request that was understood.

    `prompt` and `completion` are the tokens it is billed when complete, `estimated` those of the prompt by rule of thumb.
    `refused`: answered with an error before the first token. `before`: the answers that stood in its prompt. `at`: monotonic seconds.
    `continues`: the call with whose answer it goes on, or 0; `text` is then the whole. `wording` of the question, as it was asked;
    `mentioned`: every question in the prompt.
    """

    serial: int
    questions: tuple[str, ...]
    text: str
    prompt: int
    completion: int
    estimated: int
    before: tuple[str, ...]
    refused: bool = False
    complete: bool = False
    at: float = 0.0
    continues: int = 0
    wording: int = 0
    mentioned: tuple[str, ...] = ()


class Speaker:
    """Answers every chat request of a `ModelServer`; `manner` tells how, by the first question."""

    def __init__(self, manner: Callable[[str], Manner]) -> None:
        self.calls: list[Call] = []
        self._manner = manner
        self._refusals: dict[str, int] = {}

    def speaks_for(self, server: ModelServer) -> None:
        """From now on."""
        server.rule(self._act)

    async def _act(self, exchange: Exchange) -> web.StreamResponse:
        request = exchange.chat.request
        asked, so_far = _asked(request)
        questions = questions_in(asked)
        manner = self._manner(questions[0])
        call = self._noted(request, asked, so_far)
        pieces = answer_to(questions, serial=call.continues or call.serial, lines=manner.lines)
        call.text = "".join(pieces)
        if self._refuses(questions[0], manner):
            call.refused = True
            raise ApiError("The server is overloaded.", status=503, kind="server_error")
        exchange.chat.counted = usage_object(call.prompt, call.completion)
        for piece in _rest(call, so_far) if call.continues else pieces:
            await asyncio.sleep(manner.seconds / len(pieces))
            await exchange.chat.text(piece)
        await exchange.chat.end()
        call.complete = True
        return exchange.chat.response()

    def _noted(self, request: ChatRequest, asked: str, so_far: str) -> Call:
        serial = len(self.calls) + 1
        before = [line.text for line in request.lines if line.role == "assistant"]
        call = Call(
            serial,
            questions_in(asked),
            "",
            prompt=100_000 + serial,
            completion=serial,
            estimated=estimate_prompt(line.text for line in request.lines),
            before=tuple(before[:-1] if so_far else before),
            at=time.monotonic(),
            continues=serials_in(so_far)[0] if so_far else 0,
            wording=wording_in(asked),
            mentioned=tuple(name for line in request.lines if line.role == "user" for name in questions_in(line.text)),
        )
        self.calls.append(call)
        return call

    def _refuses(self, first: str, manner: Manner) -> bool:
        refused = self._refusals.get(first, 0)
        self._refusals[first] = refused + 1
        return refused < manner.errors


def _asked(request: ChatRequest) -> tuple[str, str]:
    """The question, and what of its answer stands already."""
    if request.last_user != GO_ON:
        return request.last_user, ""
    asked = [line.text for line in request.lines[:-2] if line.role == "user"]
    return asked[-1], request.lines[-2].text


def _rest(call: Call, so_far: str) -> tuple[str, ...]:
    """What is missing of an answer, piece by piece; every second time it begins with words that stand there already, as models do."""
    if not bare(call.text).startswith(bare(so_far)):
        return ("[the model was shown another beginning than it wrote]",)
    rest = call.text[len(so_far) :]
    words = so_far.rpartition("some ")[2] if call.serial % 2 and "some " in so_far else ""
    lines = (words + rest).splitlines(keepends=True)
    return tuple(lines) or ("The end.",)
