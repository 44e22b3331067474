"""A Model that tries its Model again, as long as nothing was said and the trouble may pass."""

import random as chance
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from bot.errors import ModelPassing
from bot.vocabulary.clock import Clock
from bot.vocabulary.model import SPOKEN, Finished, Model, ModelEvent, ModelRequest, Waiting

LONGEST_WAIT = 8.0
"""Seconds: where doubling ends."""
WORTHWHILE = 0.1
"""Share of the first-token deadline that must be left for another attempt."""


class Retrying:
    """Up to `attempts` calls, waiting `backoff` seconds (doubling, with jitter) or as long as the endpoint asks for.

    An endpoint that asks for more than `retry_after_max` seconds is given up at once. The deadline for the first token spans
    the attempts (the waits between them do not count): a model that is silent is not waited for three times over.
    Each attempt has a `call` of its own, `<call>.<n>` from 1, since money is held per call.
    """

    def __init__(
        self,
        model: Model,
        *,
        attempts: int,
        backoff: float,
        retry_after_max: float,
        clock: Clock,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._model = model
        self._attempts = attempts
        self._backoff = backoff
        self._retry_after_max = retry_after_max
        self._clock = clock
        self._random = random

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield the events of the attempt that speaks, with a `Waiting` before each wait. Raises what the last attempt raised."""
        left = request.first_token
        for number in range(1, self._attempts + 1):
            attempt = replace(request, call=f"{request.call}.{number}", first_token=left)
            spoken, began = False, self._clock.monotonic()
            try:
                async with aclosing(self._model.stream(attempt)) as events:
                    async for event in events:
                        if isinstance(event, SPOKEN):  # nearly all are
                            spoken = True
                            yield event
                        else:
                            yield _counted(event, failed=number - 1)
                return
            except ModelPassing as error:
                left -= self._clock.monotonic() - began
                seconds = self._wait(number, error)
                if spoken or seconds is None or left < WORTHWHILE * request.first_token:
                    raise
                reason = error.kind
            yield Waiting(reason, request.model, number + 1, seconds)
            await self._clock.sleep(seconds)

    def _wait(self, number: int, error: ModelPassing) -> float | None:
        """Seconds until the next attempt; None when there is none."""
        if number >= self._attempts or (error.retry_after or 0) > self._retry_after_max:
            return None
        doubled = min(self._backoff * 2 ** (number - 1), LONGEST_WAIT)
        return error.retry_after or doubled * (1 - self._random() / 4)


def _counted(event: ModelEvent, *, failed: int) -> ModelEvent:
    return replace(event, attempts=event.attempts + failed) if isinstance(event, Finished) else event
