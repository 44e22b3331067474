"""The model of a chaos run: it says which questions it answers, counts its calls, and bills each by its own number."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot.offline.api_error import ApiError
from bot.offline.chat_request import ChatRequest
from bot.offline.sse import usage_object
from bot.vocabulary.tokens import estimate_prompt
from tests.chaos.plan import Manner
from tests.chaos.words import answer_to, questions_in
from tests.fakes.model.script import Exchange
from tests.fakes.model.server import ModelServer


@dataclass(slots=True)
class Call:
    """One request that was understood.

    `prompt` and `completion` are the tokens it is billed when complete, `estimated` those of the prompt by rule of thumb.
    `refused`: answered with an error before the first token. `before`: the answers that stood in its prompt.
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
        questions = questions_in(request.last_user)
        manner = self._manner(questions[0])
        pieces = answer_to(questions, serial=len(self.calls) + 1, lines=manner.lines)
        call = self._noted(request, questions, "".join(pieces))
        if self._refuses(questions[0], manner):
            call.refused = True
            raise ApiError("The server is overloaded.", status=503, kind="server_error")
        exchange.chat.counted = usage_object(call.prompt, call.completion)
        for piece in pieces:
            await asyncio.sleep(manner.seconds / len(pieces))
            await exchange.chat.text(piece)
        await exchange.chat.end()
        call.complete = True
        return exchange.chat.response()

    def _noted(self, request: ChatRequest, questions: tuple[str, ...], text: str) -> Call:
        serial = len(self.calls) + 1
        before = tuple(line.text for line in request.lines if line.role == "assistant")
        estimated = estimate_prompt(line.text for line in request.lines)
        call = Call(serial, questions, text, prompt=100_000 + serial, completion=serial, estimated=estimated, before=before)
        self.calls.append(call)
        return call

    def _refuses(self, first: str, manner: Manner) -> bool:
        refused = self._refusals.get(first, 0)
        self._refusals[first] = refused + 1
        return refused < manner.errors
