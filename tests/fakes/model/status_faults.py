"""Answers that are refusals: a status and the API's error body, or something that is not the API at all."""

from collections.abc import Mapping
from typing import Any, Unpack

from aiohttp import web

from bot.offline.api_error import INVALID, ApiError, json_response
from tests.fakes.model.script import Exchange, For, Script

SERVER = "server_error"
STATUSES: Mapping[int, tuple[str, str, str | None]] = {
    400: ("We could not process your request.", INVALID, None),
    401: ("Incorrect API key provided: sk-****.", INVALID, "invalid_api_key"),
    402: ("Insufficient credits.", "insufficient_credits", "402"),
    403: ("Country, region, or territory not supported.", "request_forbidden", "unsupported_country_region_territory"),
    404: ("The model does not exist or you do not have access to it.", INVALID, "model_not_found"),
    408: ("Request timed out.", "timeout", None),
    409: ("The resource was locked by another request.", "conflict", None),
    413: ("The request is too large.", INVALID, None),
    422: ("Unprocessable entity.", INVALID, None),
    429: ("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request.", SERVER, None),
    502: ("Bad gateway.", SERVER, None),
    503: ("The server is overloaded.", SERVER, "server_is_overloaded"),
    504: ("Gateway timeout.", SERVER, None),
}
"""Message, type and code that come with a status unless told otherwise."""

HTML = "<!doctype html><html><head><title>Welcome</title></head><body>This is not the API.</body></html>"
TOOLS_WITH_REASONING = (
    "Function tools with reasoning_effort are not supported for {model} in /v1/chat/completions. "
    "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
)


class StatusFaults(Script):
    """The half of the faults that shows before the first word."""

    def status(self, code: int, *, headers: Mapping[str, str] | None = None, **which: Unpack[For]) -> None:
        """This status, with the error body that usually comes with it."""
        message, kind, name = STATUSES[code]
        self.refuses(ApiError(message, status=code, kind=kind, code=name, headers=headers), **which)

    def refuses(self, error: ApiError, **which: Unpack[For]) -> None:
        """Exactly this error."""
        self.plan(_raising(error), **which)

    def rate_limited(self, *, retry_after: float | None = None, **which: Unpack[For]) -> None:
        """429 that passes; `retry_after` seconds go into the header."""
        headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": f"{retry_after or 1:g}s"}
        self.status(429, headers=headers | _retry_after(retry_after), **which)

    def slow_down(self, *, retry_after: float | None = None, **which: Unpack[For]) -> None:
        """429 that passes, for growing too fast."""
        said = "Slow down: your requests grow too fast."
        self.refuses(ApiError(said, status=429, kind="rate_limit_error", code="slow_down", headers=_retry_after(retry_after)), **which)

    def quota_exhausted(self, **which: Unpack[For]) -> None:
        """429 that does not pass: the account has no money left."""
        said = "You exceeded your current quota, please check your plan and billing details."
        self.refuses(ApiError(said, status=429, kind="insufficient_quota", code="insufficient_quota"), **which)

    def html(self, **which: Unpack[For]) -> None:
        """200 with a web page: the base URL is wrong."""

        async def act(_: Exchange) -> web.StreamResponse:
            return web.Response(text=HTML, content_type="text/html")

        self.plan(act, **which)

    def json_error_200(self, message: str = "The upstream model failed.", **which: Unpack[For]) -> None:
        """200 whose JSON body is an error."""

        async def act(_: Exchange) -> web.StreamResponse:
            return json_response({"error": {"message": message, "type": SERVER, "param": None, "code": None}})

        self.plan(act, **which)

    def hangs_up(self, **which: Unpack[For]) -> None:
        """The connection closes before any answer. For a refused connection: `stop()`, and `start()` to be back."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            return exchange.hang_up()

        self.plan(act, **which)

    def refuses_parameter(self, name: str, message: str = "", *, code: str = "unsupported_parameter", **which: Unpack[For]) -> None:
        """A standing rule: 400 for every request that has this parameter (or for which `when` holds)."""
        said = message or f"Unsupported parameter: '{name}' is not supported with this model."
        which.setdefault("when", lambda body: name in body)
        self.rule(_raising(ApiError(said, param=name, code=code)), **which)

    def refuses_max_tokens(self, **which: Unpack[For]) -> None:
        """As the newer models of the API do."""
        said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        self.refuses_parameter("max_tokens", said, **which)

    def refuses_tools_with_reasoning(self, **which: Unpack[For]) -> None:
        """Tools need reasoning_effort none; leaving it out counts as reasoning."""

        async def act(exchange: Exchange) -> web.StreamResponse:
            said = TOOLS_WITH_REASONING.format(model=exchange.body["model"])
            raise ApiError(said, param="reasoning_effort", code="unsupported_parameter")

        which.setdefault("when", lambda body: bool(body.get("tools")) and body.get("reasoning_effort") != "none")
        self.rule(act, **which)

    def moderation_absent(self) -> None:
        """A standing rule: this endpoint has no moderation."""
        self.rule(_raising(ApiError("Invalid URL (POST /v1/moderations)", status=404)), at="moderations")


def _raising(error: ApiError) -> Any:
    async def act(_: Exchange) -> web.StreamResponse:
        raise error

    return act


def _retry_after(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"retry-after": f"{seconds:g}"}
