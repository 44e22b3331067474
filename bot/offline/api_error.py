"""How the API says no: a status and a JSON body of one shape."""

import secrets
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

INVALID = "invalid_request_error"


class ApiError(Exception):
    """Raised before a response has begun, it becomes that response."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": code}
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """A fresh response that carries this error."""
        return json_response({"error": self.error}, status=self.status, headers=self.headers)


def json_response(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """`body` as JSON, UTF-8 unescaped as the API sends it."""
    every = request_id() | dict(headers or {})
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json", headers=every)


def request_id() -> dict[str, str]:
    """The header by which the API names a request."""
    return {"x-request-id": f"req_{secrets.token_hex(16)}"}


def missing(param: str) -> ApiError:
    """The error for a required parameter that is not there."""
    return ApiError(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")


def wrong_type(param: str, expected: str) -> ApiError:
    """The error for a parameter of the wrong JSON type."""
    return ApiError(f"Invalid type for '{param}': expected {expected}.", param=param, code="invalid_type")


def parse_body(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`. Raises `ApiError` when there is none."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ApiError("We could not parse the JSON body of your request.") from error
    if not isinstance(body, dict):
        raise ApiError("The body of your request must be a JSON object.")
    return body
