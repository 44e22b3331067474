"""A model that streams to a thousand clients at once, in a process of its own: `python -m benchmarks.stream_model <chunks a second>`.

A protocol by hand, chunks that are encoded once, one timer for all streams: it must cost far less than whoever reads it. It says its
port on standard output. A question "question 17, 300 chunks" is answered with so many; GET /log tells when each chunk left.
"""

import asyncio
import re
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import orjson
import uvloop

from benchmarks.stream_text import chunks

SLOTS = 8
"""Parts of the time between two chunks: streams begin in any of them, so that not all are due at once."""

QUESTION = re.compile(rb"question (\d+), (\d+) chunks")
HEAD = {"id": "chatcmpl-0123456789abcdef01234567", "object": "chat.completion.chunk", "created": 1_763_000_000, "model": "test-model"}
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/intent",
    "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip


def _chunk(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _sent(HEAD | {"service_tier": "default", "choices": [choice], "usage": None})


def _sent(payload: object) -> bytes:
    return _framed(b"data: " + orjson.dumps(payload) + b"\n\n")


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


OPENING = STREAM + _chunk({"role": "assistant", "content": "", "refusal": None})


@cache
def encoded(count: int) -> list[bytes]:
    """What goes over the wire for each chunk."""
    return [_chunk({"content": text}) for text in chunks(count)]


@cache
def ending(count: int) -> bytes:
    """What follows the last one."""
    usage = {"prompt_tokens": 100, "completion_tokens": count, "total_tokens": 100 + count}
    return _chunk({}, "stop") + _sent(HEAD | {"choices": [], "usage": usage}) + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def moderated() -> bytes:
    """Nothing is flagged."""
    flags, scores = dict.fromkeys(CATEGORIES, False), dict.fromkeys(CATEGORIES, 0.0)
    applied = {name: ["text"] for name in CATEGORIES}
    result = {"flagged": False, "categories": flags, "category_scores": scores, "category_applied_input_types": applied}
    return orjson.dumps({"id": "modr-1", "model": "omni-moderation-test", "results": [result] * 3})


@dataclass(slots=True)
class Stream:
    """One answer. `times`: when each chunk left, monotonic seconds."""

    transport: asyncio.Transport
    count: int
    begins: float
    times: list[float] = field(default_factory=list)

    def push(self, now: float, period: float) -> bool:
        """Everything that is due; whether more follows."""
        done = len(self.times)
        due = min(self.count, 1 + int((now - self.begins) / period))
        if self.transport.is_closing():
            return False
        if due > done:
            self.times += [time.monotonic()] * (due - done)
            self.transport.write(b"".join(encoded(self.count)[done:due]))
        if due < self.count:
            return True
        self.transport.write(ending(self.count))
        return False


class Wheel:
    """One timer for all streams, `rate` chunks a second each."""

    def __init__(self, rate: float) -> None:
        self._period = 1 / rate
        self._slots: list[list[Stream]] = [[] for _ in range(SLOTS)]
        self._tick = 0
        self._began = 0.0
        self.log: dict[int, list[Stream]] = {}

    def start(self) -> None:
        """From now on."""
        self._began = asyncio.get_running_loop().time()
        self._turn()

    def stream(self, transport: asyncio.Transport, number: int, count: int) -> None:
        """The answer to a question, from the next tick on."""
        transport.write(OPENING)
        tick = self._tick
        answer = Stream(transport, count, self._began + tick * self._period / SLOTS)
        self._slots[tick % SLOTS].append(answer)
        self.log.setdefault(number, []).append(answer)

    def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        upto = int((now - self._began) * SLOTS / self._period + 1e-6) + 1
        for tick in range(max(self._tick, upto - SLOTS), upto):
            slot = tick % SLOTS
            self._slots[slot] = [stream for stream in self._slots[slot] if stream.push(now + 1e-6, self._period)]
        self._tick = upto
        loop.call_at(self._began + upto * self._period / SLOTS, self._turn)


class Connection(asyncio.Protocol):
    """HTTP/1.1 as our clients speak it: a head, a body of known length, one request after the other."""

    def __init__(self, wheel: Wheel) -> None:
        self._wheel = wheel
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            head, length = self._came[:end], 0
            if found := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head):
                length = int(found[1])
            if len(self._came) < end + 4 + length:
                return
            body, self._came = self._came[end + 4 : end + 4 + length], self._came[end + 4 + length :]
            self._answer(head.split(b" ", 2)[1], body)

    def _answer(self, path: bytes, body: bytes) -> None:
        if path == b"/log":
            told = [{"number": number, "times": [one.times for one in calls]} for number, calls in self._wheel.log.items()]
            self._whole(orjson.dumps(told))
        elif path.endswith(b"/moderations"):
            self._whole(moderated())
        elif path.endswith(b"/chat/completions"):
            number, count = QUESTION.findall(body)[-1]
            self._wheel.stream(self._transport, int(number), int(count))
        else:
            self._whole(orjson.dumps({"object": "list", "data": [{"id": "test-model", "object": "model", "created": 0}]}))

    def _whole(self, body: bytes) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


async def serve(rate: float) -> None:
    """Until it is told to end."""
    wheel = Wheel(rate)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(wheel), "127.0.0.1", 0, backlog=2000)
    wheel.start()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(float(sys.argv[1])))
