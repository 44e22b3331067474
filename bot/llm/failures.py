"""What the openai, httpx2 and aiohttp clients raise, as errors of the house."""

import logging

import aiohttp
import httpx2
import openai

from bot.errors import ModelDown, ModelError, ModelNonsense, ModelSlow
from bot.llm.complaint import Complaint, complaint_of, is_identifier, judge, retry_after

_log = logging.getLogger(__name__)

FOREIGN = (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError, OSError)
"""Everything that may leave a call or a read. With raw bytes, errors in mid-stream are httpx2's; aiohttp's own and those of
TLS come through where the transport does not map them."""


def failure_of(error: Exception, *, model: str, now: float) -> ModelError:
    """Our error for a `FOREIGN` one; a `ModelError` stays. `now`: Unix seconds, for a Retry-After that is a date."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _refused(error, model=model, now=now)
    where = f"{model}: {_chain(error)}"
    if isinstance(
        error, httpx2.DecodingError | httpx2.UnsupportedProtocol | aiohttp.ClientResponseError | openai.APIResponseValidationError
    ):
        return ModelNonsense(where)
    return ModelSlow(where) if _timed_out(error) else ModelDown(where)


def complaint_in(error: openai.APIStatusError) -> Complaint:
    """What the endpoint said."""
    return complaint_of(error.body, status=error.status_code)


def _refused(error: openai.APIStatusError, *, model: str, now: float) -> ModelError:
    complaint = complaint_in(error)
    if error.status_code not in (401, 403):  # those quote the key
        _log.debug("the endpoint said about %s: %s", model, complaint.text)
    return judge(complaint, detail=f"{model}{_request_id(error)}", retry_after=retry_after(error.response.headers, now=now))


def _request_id(error: openai.APIStatusError) -> str:
    return f", request {error.request_id}" if error.request_id and is_identifier(error.request_id) else ""


def _timed_out(error: Exception) -> bool:
    """aiohttp's transport reports a connection that was refused or dropped as a timeout: look for the real one beneath."""
    chain = _causes(error)
    if any(isinstance(cause, aiohttp.ClientError) for cause in chain):
        return any(isinstance(cause, aiohttp.ServerTimeoutError) for cause in chain)
    return any(isinstance(cause, TimeoutError | httpx2.TimeoutException) for cause in chain)


def _causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _chain(error: Exception) -> str:
    return " < ".join(type(cause).__name__ for cause in _causes(error))
