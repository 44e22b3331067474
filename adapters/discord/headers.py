"""What Discord's answers say about its rate limits: how often each kind of send may go into a channel, and when to wait."""

import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import aiohttp
import structlog

from adapters.discord.limits import FIVE_IN_FIVE, OVERALL, Allowance, budgets
from adapters.rendering.pace import Pace
from bot.vocabulary.pace import Budget

log = structlog.get_logger("discord")

CHANNELS = 2_000
"""Channels whose limits are remembered; the others have what was last seen of the same kind anywhere."""

SHORTER = 0.9
"""A window that seems shorter than what we know is believed from here on: less is what passed before Discord counted."""

MESSAGE = re.compile(r"/channels/(\d+)/messages(/\d+)?$")
KINDS = {("POST", False): "post", ("PATCH", True): "edit", ("DELETE", True): "delete"}


class Seen(NamedTuple):
    """The headers of one answer. `reset`: seconds to the end of the window."""

    limit: int
    remaining: int
    reset: float
    bucket: str


class Headers:
    """Learns from every answer to a post, an edit or a deletion, and tells `pace` when a window is used up.

    What is kept for first and final texts is kept whoever used the rest: once no more than that remains, ordinary sends wait for the
    window's end; once nothing remains, all do. discord.py's own wait then holds up nobody but whoever took the last token.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._of_kind: dict[str, Allowance] = {}
        self._of_channel: OrderedDict[int, dict[str, Allowance]] = OrderedDict()
        self._made: dict[int, Mapping[str, Sequence[Budget]]] = {}

    def trace(self) -> aiohttp.TraceConfig:
        """For `discord.Client(http_trace=…)`: sees each answer as it comes, before discord.py waits for anything."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._answered)
        return trace

    def budgets(self, channel: int) -> Mapping[str, Sequence[Budget]]:
        """As `limits.budgets`, with the numbers last seen."""
        made = self._made.get(channel)
        if made is None:
            if len(self._made) >= CHANNELS:
                self._made.clear()
            made = self._made[channel] = budgets(channel, self._of_kind | self._of_channel.get(channel, {}))
        return made

    async def _answered(self, _session: aiohttp.ClientSession, _context: SimpleNamespace, answer: aiohttp.TraceRequestEndParams) -> None:
        found = MESSAGE.search(answer.url.path)
        kind = KINDS.get((answer.method, bool(found[2]))) if found else None
        if found and kind:
            self.note(int(found[1]), kind, answer.response.status, answer.response.headers)

    def note(self, channel: int, kind: str, status: int, headers: Mapping[str, str]) -> None:
        """Take note of one answer. Headers that cannot be read are passed over."""
        seen = read(headers)
        if status == 429:
            self._refused(channel, kind, headers, seen)
            return
        if seen is None:
            return
        self._learn(channel, kind, seen)
        budget = self.budgets(channel)[kind][0]
        if seen.remaining <= budget.reserve:
            self._pace.hold(budget.bucket, seen.reset, urgent=seen.remaining == 0)

    def _refused(self, channel: int, kind: str, headers: Mapping[str, str], seen: Seen | None) -> None:
        everywhere = headers.get("X-RateLimit-Global", "").lower() == "true" or headers.get("X-RateLimit-Scope") == "global"
        wait = _number(headers.get("Retry-After")) or (seen.reset if seen else 0.0)
        bucket = OVERALL.bucket if everywhere else self.budgets(channel)[kind][0].bucket
        log.warning("rate_limited", bucket=bucket, seconds=wait)
        self._pace.hold(bucket, wait)

    def _learn(self, channel: int, kind: str, seen: Seen) -> None:
        known = self._of_channel.get(channel, {}).get(kind)
        learned = _learned(known or self._of_kind.get(kind, FIVE_IN_FIVE), seen)
        if learned == known:
            return
        self._of_channel.setdefault(channel, {})[kind] = self._of_kind[kind] = learned
        self._of_channel.move_to_end(channel)
        while len(self._of_channel) > CHANNELS:
            self._of_channel.popitem(last=False)
        self._made.clear()


def _learned(known: Allowance, seen: Seen) -> Allowance:
    """A window's length shows in the first answer of it; any other says that it is no shorter than what is left.

    Shorter than the known ones no window is believed to be: where Discord lets tokens come back one by one, it tells the time of one.
    """
    whole = max(FIVE_IN_FIVE.seconds, math.ceil(seen.reset * 10) / 10)
    first = seen.remaining == seen.limit - 1
    seconds = max(whole, known.seconds)
    if first and (known.limit != seen.limit or whole < known.seconds * SHORTER):
        seconds = whole
    return Allowance(seen.limit, seconds, seen.bucket)


def read(headers: Mapping[str, str]) -> Seen | None:
    """The rate limit headers of an answer (documents, "Rate Limits"), if all are there and make sense."""
    limit, remaining, reset = (_number(headers.get(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining", "Reset-After"))
    if not limit or remaining is None or not reset:
        return None
    return Seen(int(limit), int(remaining), reset, headers.get("X-RateLimit-Bucket", ""))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None
