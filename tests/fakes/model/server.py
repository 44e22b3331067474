"""`ModelServer`: the stand-in model's server with a script in the place of its brain."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.offline.api_error import ApiError, json_response, parse_body
from bot.offline.chat_request import ChatRequest, parse_chat
from bot.offline.embedding import embeddings
from bot.offline.moderation import moderation
from bot.offline.reply import Reply, reply_to
from tests.fakes.contracts import openai_judge
from tests.fakes.model.sayings import Sayings
from tests.fakes.model.script import Exchange
from tests.fakes.model.status_faults import StatusFaults
from tests.fakes.model.stream_faults import StreamFaults
from tests.fakes.server import LocalServer, Recorded

CHAT, MODERATIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/moderations", "/v1/embeddings"
SCHEMAS = {CHAT: "CreateChatCompletionRequest", MODERATIONS: "CreateModerationRequest", EMBEDDINGS: "CreateEmbeddingRequest"}


@dataclass(frozen=True, slots=True)
class Bill:
    """What a chat completion would have cost. `complete`: it was finished, and its client was there to the end."""

    model: str
    usage: dict[str, Any]
    complete: bool


class ModelServer(LocalServer, Sayings, StatusFaults, StreamFaults):
    """`async with ModelServer() as model:` then `model.says("Hello ", "world")`, `model.rate_limited(times=2)`, ...

    Reads as a conversation: what was written first happens first. `base_url` is for an OpenAI client. `strict` also
    reports parameters that the description of the API does not know.
    """

    def __init__(self, *, strict: bool = False) -> None:
        LocalServer.__init__(self)
        Sayings.__init__(self)
        self.models = ["test-model"]
        """What /models lists; any other is answered too."""
        self.asked: list[ChatRequest] = []
        """The chat requests that were understood, refused ones included."""
        self.bills: list[Bill] = []
        self.disconnects = 0
        """How often a client left before its answer was complete."""
        self.disconnected = asyncio.Event()
        self._flagged: dict[str, dict[str, float]] = {}
        self._strict = strict
        self._stopping = False
        self.app.router.add_post(CHAT, self._chat)
        self.app.router.add_post(MODERATIONS, self._moderations)
        self.app.router.add_post(EMBEDDINGS, self._embeddings)
        self.app.router.add_get("/v1/models", self._models)

    @property
    def base_url(self) -> str:
        """Known once started."""
        return f"{self.url}/v1"

    def sent(self, path: str) -> list[Recorded]:
        """The requests to this path, such as `CHAT`."""
        return [request for request in self.requests if request.path == path]

    def flags(self, phrase: str, *, category: str, score: float = 0.95) -> None:
        """From now on moderation flags every text that contains `phrase`, in any case. Nothing is flagged otherwise."""
        self._flagged.setdefault(phrase.casefold(), {})[category] = score

    def judge(self, request: Recorded) -> list[str]:
        """By the published description of the API, where it is present."""
        judge, schema = openai_judge(), SCHEMAS.get(request.path)
        if judge is None or schema is None:
            return []
        return [f"{request.path}: {problem}" for problem in judge(schema, request.body, strict=self._strict)]

    async def start(self) -> None:
        await super().start()
        self._stopping = False
        assert self._runner is not None
        assert self._runner.server is not None
        self._runner.server.handler_cancellation = True  # so that a client that leaves is noticed at once

    async def stop(self) -> None:
        self._stopping = True
        await super().stop()

    async def _chat(self, http: web.Request) -> web.StreamResponse:
        async def speak(exchange: Exchange) -> web.StreamResponse:
            request = parse_chat(exchange.body)
            exchange.reply = reply_to(http, request)
            self.asked.append(request)
            act = self.take("chat", exchange.body) or self.by_default(request)
            response = await act(exchange)
            if exchange.reply.said or exchange.reply.finish_reason:
                self._bill(exchange.reply, complete=exchange.reply.finish_reason is not None)
            return response

        return await self._guarded(http, speak)

    async def _moderations(self, http: web.Request) -> web.StreamResponse:
        return await self._plain(http, "moderations", lambda body: moderation(body, self._scores, model="omni-moderation-test"))

    async def _embeddings(self, http: web.Request) -> web.StreamResponse:
        return await self._plain(http, "embeddings", embeddings)

    async def _models(self, http: web.Request) -> web.StreamResponse:
        entries = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in self.models]
        return await self._plain(http, "models", lambda _: {"object": "list", "data": entries})

    async def _plain(self, http: web.Request, at: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> web.StreamResponse:
        async def act(exchange: Exchange) -> web.StreamResponse:
            planned = self.take(at, exchange.body)
            return json_response(answer(dict(exchange.body))) if planned is None else await planned(exchange)

        return await self._guarded(http, act)

    async def _guarded(self, http: web.Request, act: Callable[[Exchange], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        exchange = Exchange(http, {})
        try:
            exchange.body = parse_body(await http.read()) if http.method == "POST" else {}
            return await act(exchange)
        except ApiError as error:
            return error.response()
        except asyncio.CancelledError:
            self._left(exchange)
            raise
        except ConnectionError:  # the client left between two of our writes
            self._left(exchange)
            return exchange.hang_up()

    def _left(self, exchange: Exchange) -> None:
        if exchange.reply is not None:
            self._bill(exchange.reply, complete=False)
        if not self._stopping:
            self.disconnects += 1
            self.disconnected.set()

    def _bill(self, reply: Reply, *, complete: bool) -> None:
        self.bills.append(Bill(reply.request.model, reply.usage(), complete))

    def _scores(self, text: str) -> dict[str, float]:
        folded = text.casefold()
        found = [scores for phrase, scores in self._flagged.items() if phrase in folded]
        return {category: score for scores in found for category, score in scores.items()}
