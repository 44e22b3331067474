"""The moderation endpoint, asked over the openai client."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from bot.errors import ModerationAbsent, ModerationUnavailable

if TYPE_CHECKING:
    from openai import AsyncOpenAI

SHAPES = (ValueError, KeyError, AttributeError, TypeError)
"""What comes of reading an answer of another shape."""

NOT_THERE = frozenset({404, 405, 501})
"""What an endpoint without moderation answers."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the endpoint said of all texts together: flagged categories, and the highest score of each category (0 to 1)."""

    flagged: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)


class ModerationEndpoint:
    """Asks one moderation model. `seconds` bounds the whole wait."""

    def __init__(self, client: "AsyncOpenAI", *, model: str, seconds: float) -> None:
        self._client = client
        self._model = model
        self._seconds = seconds

    async def judge(self, texts: Sequence[str]) -> Verdict:
        """The verdict on all `texts`. Raises `ModerationUnavailable` (`ModerationAbsent` where there is none), whatever went wrong."""
        from openai import APIStatusError, OpenAIError  # imported late: receivers never need it

        try:
            async with asyncio.timeout(self._seconds):  # the client's own time-out is one of each attempt and each read
                body = await self._asked(texts)
            return _verdict(orjson.loads(body), texts=len(texts))
        except APIStatusError as error:
            kind = ModerationAbsent if error.status_code in NOT_THERE else ModerationUnavailable
            raise kind(f"moderation endpoint: status {error.status_code}") from error
        except (OpenAIError, TimeoutError, *SHAPES) as error:
            raise ModerationUnavailable(f"moderation endpoint: {type(error).__name__}") from error

    async def _asked(self, texts: Sequence[str]) -> bytes:
        """The answer as it came, to a question sent as it is: the client's models of both cost more than the rest of the call."""
        asked = {"input": list(texts), "model": self._model}
        return (await self._client.moderations.with_raw_response.create(input=(), extra_body=asked)).content


def _verdict(reply: Any, *, texts: int) -> Verdict:
    """One verdict from all results. Raises one of `SHAPES` where they are something else."""
    if len(reply["results"]) < texts:
        raise ValueError("fewer results than texts")  # a text without a verdict must not pass
    flagged: dict[str, None] = {}
    scores: dict[str, float] = {}
    for result in reply["results"]:
        raised = [name for name, value in result["categories"].items() if value]
        flagged |= dict.fromkeys(raised if raised or not result["flagged"] else ["unspecified"])
        for name, score in result["category_scores"].items():
            scores[name] = max(scores.get(name, 0.0), float(score or 0.0))
    return Verdict(tuple(flagged), scores)
