"""The server: four routes on a loopback port of its own."""

import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.offline.api_error import ApiError, json_response, parse_body
from bot.offline.brain import Brain
from bot.offline.chat_request import parse_chat
from bot.offline.embedding import embeddings
from bot.offline.moderation import moderation
from bot.offline.reply import reply_to
from bot.offline.standin import StandIn

MODEL = "offline-stand-in"
"""The model that /models lists; any other name is answered too, under that name."""

LARGEST_REQUEST = 16 * 1024**2
"""Bytes; aiohttp's own 1 MiB is less than a long conversation with images has."""


class OfflineServer:
    """`async with OfflineServer() as server:` serves `server.base_url` on loopback until the block ends.

    `port` 0 takes a free one. Any key is accepted. Raises OSError on entering when the port is taken.
    """

    def __init__(self, brain: Brain | None = None, *, port: int = 0) -> None:
        self._brain = StandIn() if brain is None else brain
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """For an OpenAI client; ends in /v1. Known once entered."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        # a client that leaves ends its answer; a stop waits only briefly for answers that are being given
        self._runner = web.AppRunner(self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except BaseException:  # cancelled too: what was set up must be taken down again
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[errors_as_json], client_max_size=LARGEST_REQUEST)
        app.router.add_get("/v1/models", _models)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/moderations", _moderations)
        app.router.add_post("/v1/embeddings", _embeddings)
        return app

    async def _chat(self, http: web.Request) -> web.StreamResponse:
        reply = reply_to(http, parse_chat(parse_body(await http.read())))
        with contextlib.suppress(ConnectionError):  # the client left: nobody is there to hear the rest
            await self._brain.answer(reply)
        return reply.response()


@web.middleware
async def errors_as_json(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Every refusal in the API's own shape, those of the framework included."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPNotFound:
        return ApiError(f"Invalid URL ({request.method} {request.path})", status=404).response()
    except web.HTTPMethodNotAllowed as error:
        said = f"Not allowed to {request.method} on {request.path}. (HINT: Perhaps you meant to use a different HTTP method?)"
        return ApiError(said, status=405, headers={"Allow": error.headers["Allow"]}).response()
    except web.HTTPRequestEntityTooLarge:
        return ApiError(f"The request is larger than {LARGEST_REQUEST:,} bytes.", status=413).response()


async def _models(_: web.Request) -> web.Response:
    return json_response({"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "parley"}]})


async def _moderations(http: web.Request) -> web.Response:
    return json_response(moderation(parse_body(await http.read()), model=MODEL))


async def _embeddings(http: web.Request) -> web.Response:
    return json_response(embeddings(parse_body(await http.read())))
