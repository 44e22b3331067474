"""A Model around a Model: money is held before the call and settled after it, however it ends."""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import structlog

from bot.errors import ModelBroken, ModelBusy, ModelDenied, ModelDown, QuotaExhausted, StoreUnavailable
from bot.spend.arrears import Arrears
from bot.spend.ledger import Charge, Ledger
from bot.spend.prices import MILLION, Prices
from bot.vocabulary.model import Finished, Model, ModelEvent, ModelRequest, Reasoning, Refusal, Text, Usage, Waiting
from bot.vocabulary.tokens import estimate, estimate_prompt

INPUT_MARGIN = 1.5
"""The prompt's tokens are only estimated before the call: hold this much more."""

REASONING_ROOM = 4
"""A reasoning model may write this many times `max_tokens` where the endpoint counts thinking apart."""

UNANSWERED = (ModelBusy, ModelDown, ModelBroken, ModelDenied, QuotaExhausted)
"""Errors by which the provider says that it did no work: nothing to pay."""

log = structlog.get_logger(__name__)


class Metered:
    """Raises `BudgetExhausted` before anything is sent."""

    def __init__(self, model: Model, ledger: Ledger, prices: Prices, arrears: Arrears) -> None:
        self._model = model
        self._arrears = arrears
        self._ledger = ledger
        self._prices = prices

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """The model's events, the last one with its cost filled in."""
        day = self._ledger.today()
        prompt = estimate_prompt(message.text for message in request.messages)
        worst = self._worst(request, prompt)
        await self._ledger.hold(request.call, request.account, amount=worst, day=day)
        meter = _Meter(prompt)
        try:
            async with aclosing(self._model.stream(request)) as events:
                async for event in events:
                    yield self._priced(request, meter, event)
        except UNANSWERED:
            meter.refuse()
            raise
        finally:
            await asyncio.shield(self._settle(request, meter, day=day, worst=worst))

    def _priced(self, request: ModelRequest, meter: "_Meter", event: ModelEvent) -> ModelEvent:
        if not isinstance(event, Finished):
            meter.count(event)
            return event
        meter.finished = event
        return replace(event, cost=self._cost(request, event) / MILLION)

    def _cost(self, request: ModelRequest, finished: Finished) -> int:
        if finished.cost:  # the endpoint said what it took
            return math.ceil(round(finished.cost * MILLION, 3))
        # proxies answer under names that no table knows: then the model that was asked for tells the price
        model = finished.model if self._prices.knows(finished.model) else request.model
        return self._prices.cost(model, finished.usage, finished.service_tier)

    def _worst(self, request: ModelRequest, prompt: int) -> int:
        sampling = request.sampling
        room = REASONING_ROOM if sampling.reasoning_effort not in (None, "none") else 1
        worst = Usage(input=int(prompt * INPUT_MARGIN), output=(sampling.max_tokens or 0) * room)
        return self._prices.cost(request.model, worst)

    async def _settle(self, request: ModelRequest, meter: "_Meter", *, day: str, worst: int) -> None:
        finished = meter.finished or Finished("", request.model, meter.usage())
        cost = self._cost(request, finished)
        if finished.usage.estimated:
            cost = min(cost, worst)
        charge = Charge(request.call, request.account, day, finished.model, finished.usage, cost)
        try:
            await self._ledger.settle(charge)
        except StoreUnavailable as away:
            log.debug("charge not written yet, its hold stands for it", call=request.call, reason=str(away))
            self._arrears.owe(charge)


class _Meter:
    """What one call has used so far; complete only when the provider said so."""

    def __init__(self, prompt: int) -> None:
        self._prompt = prompt
        self._written: list[str] = []
        self._refused = False
        self.finished: Finished | None = None

    def count(self, event: Text | Reasoning | Refusal | Waiting) -> None:
        if not isinstance(event, Waiting):
            self._written.append(event.text)  # estimated only where nobody else has counted

    def refuse(self) -> None:
        """The provider did no work."""
        self._refused = not any(self._written)

    def usage(self) -> Usage:
        """What a call that never finished has used, as far as we can tell."""
        if self._refused:
            return Usage()
        return Usage(input=self._prompt, output=estimate("".join(self._written)), estimated=True)
