"""Standard input that is not a terminal: all of it is one message, and its answer is all of standard output."""

import asyncio
import sys
from typing import BinaryIO

from adapters.console.talk import Talk
from bot.errors import BotError, MessageTooLong
from bot.vocabulary.door import Door, Receipt
from bot.vocabulary.reply import Failed, Outcome, Refused, ReplyEvent, Truncated

MOST_BYTES = 1_048_576
"""Read of standard input at most; any message of this size is refused, whatever the settings."""


class Ended:
    """A `Screen` that shows nothing and keeps how each message ended."""

    def __init__(self) -> None:
        self._outcomes: dict[str, asyncio.Future[Outcome]] = {}

    def begin(self, message: str) -> None:
        """Only the end is shown."""

    def show(self, message: str, event: ReplyEvent) -> None:
        """Only the end is shown."""

    async def end(self, message: str, outcome: Outcome) -> None:
        future = self._outcome(message)
        if not future.done():  # the last version may be written again after a takeover
            future.set_result(outcome)

    async def outcome(self, message: str) -> Outcome:
        """How `message` ended; waits for it."""
        return await self._outcome(message)

    def _outcome(self, message: str) -> asyncio.Future[Outcome]:
        return self._outcomes.setdefault(message, asyncio.get_running_loop().create_future())


async def read_message(stream: BinaryIO, *, limit: int) -> str:
    """All of `stream` as text, in a thread. Bytes that are no UTF-8 are shown as such. Raises `MessageTooLong`; `limit` in characters."""
    data = await asyncio.to_thread(stream.read, MOST_BYTES)
    text = data.decode("utf-8", errors="replace").strip()
    if len(text) > limit:  # before it is kept anywhere
        raise MessageTooLong(len(text), limit)
    return text


async def answer_once(door: Door, screen: Ended, text: str) -> int:
    """Say `text`, print the answer, and return the exit status: 1 with the reason on standard error when there is none."""
    message = Talk().message(text)
    try:
        receipt = await door.receive(message)
    except BotError as error:
        return complain(error.user_text)
    if receipt is Receipt.IGNORED:
        return complain("Parley did not take this message.")
    outcome = await screen.outcome(message.id)
    if outcome.text:
        write(outcome.text)
    if isinstance(outcome, Failed | Refused):
        return complain(outcome.note)
    if isinstance(outcome, Truncated):
        complain(outcome.note)
    return 0


def write(text: str) -> None:
    """The answer, and a last line feed, to standard output."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> int:
    """One sentence to standard error; returns the status that goes with it."""
    sys.stderr.write(f"{text}\n")
    return 1
