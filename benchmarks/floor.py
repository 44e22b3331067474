"""The floor: the least that an asyncio program does to stream answers as Parley does, `python -m benchmarks.floor discord|slack`.

The same calls under the same pacing rule, and nothing else: no Redis, no journal, no moderation, no history, no Markdown. It hears of a
mention, posts a placeholder, reads the model's stream and edits in the newest text, one call in flight. Settings as Parley's.
"""

import asyncio
import json
import os
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import uvloop

PLACEHOLDER = "…"


@dataclass(slots=True)
class Answer:
    """The text so far; `since`: when the oldest chunk came that no call has carried yet."""

    pieces: list[str] = field(default_factory=list)
    done: bool = False
    since: float = 0.0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    end: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, text: str, now: float) -> None:
        """One delta."""
        self.pieces.append(text)
        if not self.since:
            self.since = now
        self.news.set()

    def ended(self) -> None:
        """The stream is over."""
        self.done = True
        self.news.set()
        self.end.set()


def pages(text: str, limit: int) -> list[str]:
    """Cut at spaces."""
    found = []
    while len(text) > limit:
        cut = text.rfind(" ", 0, limit + 1)
        found.append(text[:cut])
        text = text[cut + 1 :]
    return [*found, text]


class Floor(ABC):
    """What both platforms have in common."""

    limit: int

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def listen(self) -> None:
        """Hear of mentions and `hear` them, for ever."""

    @abstractmethod
    async def post(self, where: Any, text: str) -> str:
        """A message of ours; its id."""

    @abstractmethod
    async def edit(self, where: Any, message: str, text: str) -> None:
        """A new text of it."""

    @abstractmethod
    async def turn(self, where: Any, answer: Answer, *, first: bool) -> None:
        """Return when an edit may start."""

    def hear(self, where: Any, question: str) -> None:
        """Somebody mentioned us."""
        task = asyncio.create_task(self._answer(where, question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, where: Any, question: str) -> None:
        messages, answer = [await self.post(where, PLACEHOLDER)], Answer()
        reading = asyncio.create_task(self._read(question, answer))
        await self._write(where, messages, answer)
        await reading

    async def _write(self, where: Any, messages: list[str], answer: Answer) -> None:
        stands = ""
        while True:
            await answer.news.wait()
            await self.turn(where, answer, first=not stands)
            done, text, answer.since = answer.done, "".join(answer.pieces), 0.0
            answer.news.clear()
            cut, begun = pages(text, self.limit), len(messages) - 1
            if text != stands:
                await self.edit(where, messages[begun], cut[begun])
                messages += [await self.post(where, page) for page in cut[begun + 1 :]]
                stands = text
            if done:
                return

    async def _read(self, question: str, answer: Answer) -> None:
        said = [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": question}]
        body = {"model": "test-model", "messages": said, "stream": True, "stream_options": {"include_usage": True}}
        now, rest = asyncio.get_running_loop().time, b""
        async with self.session.post(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json=body) as response:
            async for read in response.content.iter_any():
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    if line.startswith(b"data: {"):
                        choices = orjson.loads(line[6:])["choices"]
                        if choices and (text := choices[0]["delta"].get("content")):
                            answer.take(text, now())
        answer.ended()


async def run(platform: str) -> None:
    """Until it is told to end."""
    from benchmarks.floor_discord import DiscordFloor
    from benchmarks.floor_slack import SlackFloor

    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:
        floor = {"discord": DiscordFloor, "slack": SlackFloor}[platform](session)
        print(json.dumps({"event": "ready"}), file=sys.stderr, flush=True)
        await floor.listen()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(sys.argv[1]))
