"""The stand-in model itself: `phrases` at the pace of speech."""

import asyncio
import re
from bisect import bisect_right
from collections.abc import Awaitable, Callable

import orjson

from bot.offline.phrases import answer
from bot.offline.reply import Reply
from bot.vocabulary.tokens import estimate

SECONDS_PER_WORD = 0.015

_WORD = re.compile(r"\s*\S{1,24}|\s+")  # text without spaces, such as Chinese, is cut too


def words(text: str) -> list[str]:
    """`text` in pieces of about a word with the white space before it; joined they are `text`."""
    return _WORD.findall(text)


def clip(text: str, tokens: int | None) -> str:
    """The longest beginning of `text` that `estimate` counts as at most `tokens`; None: all of it."""
    if tokens is None or estimate(text) <= tokens:
        return text
    return text[: bisect_right(range(len(text)), tokens, key=lambda length: estimate(text[:length])) - 1]


class StandIn:
    """`Brain` that says `phrases.answer` word by word, `delay` seconds after each, and keeps to the token limit."""

    def __init__(self, *, delay: float = SECONDS_PER_WORD, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._delay = delay
        self._sleep = sleep

    async def answer(self, reply: Reply) -> None:
        text = _formatted(reply)
        kept = clip(text, reply.request.limit)
        for word in words(kept):
            await reply.text(word)
            if self._delay and reply.request.stream:
                await self._sleep(self._delay)
        await reply.end("stop" if kept == text else "length")


def _formatted(reply: Reply) -> str:
    text = answer(reply.request)
    wanted = reply.request.body.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") == "json_object":
        return orjson.dumps({"answer": text}).decode()
    return text
