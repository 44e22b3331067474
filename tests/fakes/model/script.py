"""A script of what the model server does next: a queue of plans, and standing rules that go before it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from aiohttp import web

from bot.offline.reply import Reply, StreamedReply


@dataclass(slots=True)
class Exchange:
    """One request that is being answered. `reply` is None except for chat completions."""

    http: web.Request
    body: Mapping[str, Any]
    reply: Reply | None = None

    @property
    def chat(self) -> Reply:
        """The reply; a plan that speaks fits chat completions only."""
        assert self.reply is not None, "this plan is for chat completions"
        return self.reply

    @property
    def stream(self) -> StreamedReply | None:
        """The reply when it was asked for as a stream."""
        return self.reply if isinstance(self.reply, StreamedReply) else None

    def hang_up(self) -> web.StreamResponse:
        """Close the connection where it stands, inside the chunked encoding if a stream has begun."""
        if self.http.transport is not None:
            self.http.transport.close()
        return self.stream.response() if self.stream is not None else web.Response()


Act = Callable[[Exchange], Awaitable[web.StreamResponse]]
"""What to do with a request. An `ApiError` raised before the first word becomes the response."""

Condition = Callable[[Mapping[str, Any]], bool]
"""Whether a request body is meant."""


class For(TypedDict, total=False):
    """Which requests a plan is for: `times` of them (1; None: for ever), for this `model` only, `at` this endpoint
    (chat, the default; moderations, embeddings, models), and `when` the body is so.
    """

    times: int | None
    model: str | None
    at: str
    when: Condition


@dataclass(slots=True)
class Plan:
    """One entry of the script; `left` None: it is never used up."""

    act: Act
    at: str
    model: str | None
    left: int | None
    when: Condition | None

    def fits(self, at: str, body: Mapping[str, Any]) -> bool:
        meant = self.at == at and self.model in (None, body.get("model"))
        return meant and self.left != 0 and (self.when is None or self.when(body))


class Script:
    """Plans are used in the order in which they were written, each by the requests that it is for."""

    def __init__(self) -> None:
        self._rules: list[Plan] = []
        self._queue: list[Plan] = []

    def plan(self, act: Act, **which: Unpack[For]) -> None:
        """Add to the queue."""
        self._queue.append(_plan(act, which))

    def rule(self, act: Act, **which: Unpack[For]) -> None:
        """Goes before the queue, and stays unless `times` says otherwise."""
        self._rules.append(_plan(act, {"times": None} | which))

    def take(self, at: str, body: Mapping[str, Any]) -> Act | None:
        """The plan for this request, used up by one."""
        for plan in (*self._rules, *self._queue):
            if plan.fits(at, body):
                plan.left = None if plan.left is None else plan.left - 1
                return plan.act
        return None

    @property
    def left(self) -> int:
        """Plans of the queue that no request has used up; those that last for ever do not count."""
        return sum(plan.left or 0 for plan in self._queue)

    def clear(self) -> None:
        """Forget the queue and the rules."""
        self._queue.clear()
        self._rules.clear()


def _plan(act: Act, which: For) -> Plan:
    return Plan(act, which.get("at", "chat"), which.get("model"), which.get("times", 1), which.get("when"))
