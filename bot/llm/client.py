"""Chat completions over the openai client. Importing this module imports openai (0.4 s): go through `connection.open_client`."""

import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import replace
from typing import Any

import httpx2
import openai

from bot.errors import ModelDown, ModelError, StreamCut
from bot.llm.answer import Answer
from bot.llm.capabilities import Profile, Profiles, parameters, value_of
from bot.llm.complaint import FILTERED, Complaint
from bot.llm.failures import FOREIGN, complaint_in, failure_of
from bot.llm.reading import CONNECT, Patience, Response, frames, is_json
from bot.llm.repairs import refused_parameter, repaired
from bot.llm.throng import Throng
from bot.vocabulary.clock import Clock
from bot.vocabulary.model import ModelEvent, ModelRequest

REPAIRS = 4
"""Repeated calls within one, each without another parameter that was refused."""
_log = logging.getLogger(__name__)


class ChatClient:
    """A Model: one call to one model, no retries. `streaming` off: the whole answer comes as one `Text`."""

    def __init__(
        self, api: openai.AsyncOpenAI, *, profiles: Profiles, clock: Clock, streaming: bool = True, throng: Throng | None = None
    ) -> None:
        self._api = api
        self._profiles = profiles
        self._clock = clock
        self._streaming = streaming
        self._throng = throng or Throng()

    async def aclose(self) -> None:
        """Close every connection; the client is of no use afterwards."""
        await self._api.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer and one `Finished`. Raises `StreamCut` when text had come, else the `ModelError` that fits."""
        answer = Answer(request)
        try:
            async with aclosing(self._events(request, answer)) as events:
                async for event in events:
                    yield event
            if not answer.finish_reason:
                raise ModelDown(f"{request.model}: the answer ended without a finish_reason")
        except (*FOREIGN, ModelError) as error:
            failure = failure_of(error, model=request.model, now=self._clock.now())
            if answer.visible and not answer.finish_reason:
                raise StreamCut(str(failure)) from error
            if not answer.finish_reason:  # else it was complete, and only the usage is missing
                raise failure from error
        yield answer.finished()

    async def _events(self, request: ModelRequest, answer: Answer) -> AsyncGenerator[ModelEvent, None]:
        streamed = self._streaming and self._profiles.of(request.model).streams
        async with AsyncExitStack() as stack:
            patience = stack.enter_context(Patience(request, streamed=streamed))
            response = await patience.wait(self._respond(request, answer, stack), answer)
            if response is None:
                return
            whole = is_json(response)
            async with aclosing(frames(response, patience=patience, answer=answer, throng=self._throng)) as reads:
                async for read in reads:
                    for event in answer.read(read, whole=whole):
                        yield event
            if whole and streamed and answer.finish_reason:  # from now on it is given the time of an endpoint that does not stream
                self._learn(request.model, replace(self._profiles.of(request.model), streams=False), "stream")

    async def _respond(self, request: ModelRequest, answer: Answer, stack: AsyncExitStack) -> Response | None:
        """The open response; None when a filter refused the prompt. Repeats the call without parameters that were refused."""
        answer.costed = self._profiles.of(request.model).costed
        tried: set[str] = set()
        while True:
            sent = parameters(self._profiles.of(request.model), request, stream=self._streaming)
            try:
                return await stack.enter_async_context(self._call(sent, request))
            except openai.APIStatusError as error:
                complaint = complaint_in(error)
                if complaint.status == 400 and complaint.tags & FILTERED:
                    answer.finish_reason = "content_filter"
                    return None
                if len(tried) >= REPAIRS or not self._repair(complaint, request, sent=sent, tried=tried):
                    raise
                answer.calls += 1

    def _call(self, sent: dict[str, Any], request: ModelRequest) -> AbstractAsyncContextManager[Response]:
        net = httpx2.Timeout(None, connect=CONNECT)  # every wait for it has our own deadline, and a second one costs at every read
        create: Any = self._api.chat.completions.with_streaming_response.create
        # as `extra_body`, which is sent as it is: the client would compare each message with its type, which takes longer than the call
        streamed = {"stream": True} if sent.get("stream") else {}
        call: AbstractAsyncContextManager[Response] = create(model=request.model, messages=(), **streamed, extra_body=sent, timeout=net)
        return call

    def _repair(self, complaint: Complaint, request: ModelRequest, *, sent: dict[str, Any], tried: set[str]) -> bool:
        """Whether a repeated call will differ in what was refused; each parameter gets one chance."""
        name = refused_parameter(complaint, sent)
        if not name or name in tried:
            return False
        tried.add(name)
        profile = self._profiles.of(request.model)
        now = parameters(profile, request, stream=self._streaming)
        if value_of(now, name) != value_of(sent, name):
            return True  # another call has learned it meanwhile
        better = repaired(profile, parameter=name, complaint=complaint, sent=sent)
        if better is not None:
            self._learn(request.model, better, name)
        return better is not None

    def _learn(self, model: str, profile: Profile, parameter: str) -> None:
        self._profiles.learn(model, profile)
        _log.info("model %s does not take %s as it was sent; remembered", model, parameter)
