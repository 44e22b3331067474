"""Messages that found no place: refused in words, once, without joining a lane."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.errors import BotError
from bot.turns.ending import to_its_end
from bot.turns.leftovers import Leftovers
from bot.turns.mailbox import Mailbox
from bot.turns.turn import turn_id
from bot.turns.unfenced import Unfenced
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import Refused, Surface
from bot.vocabulary.tasks import drain

FULL = "Too many messages are waiting here already, so I did not take this one. Please write it again when I have caught up."

log = structlog.get_logger(__name__)


class Refusals:
    """Posts them in tasks of its own: whoever received the message does not wait.

    While one is being posted in a lane, further messages there are refused without words: a flood must not echo.
    """

    def __init__(self, mailbox: Mailbox, platforms: Mapping[str, Platform], leftovers: Leftovers) -> None:
        self._mailbox = mailbox
        self._platforms = platforms
        self._leftovers = leftovers
        self._posting: dict[Lane, asyncio.Task[None]] = {}

    async def refuse(self, inbound: Inbound, lane: Lane) -> None:
        """Say once, however often the event comes, that `inbound` was not taken. Raises `StoreUnavailable`."""
        if not await self._mailbox.first_time(inbound):
            return
        log.warning("mailbox full, message refused", lane=str(lane), message=inbound.id)
        if lane in self._posting or inbound.address.platform not in self._platforms:
            return
        task = self._posting[lane] = asyncio.create_task(self._post(inbound, lane), name=f"refusal {lane}")
        task.add_done_callback(lambda _: self._posting.pop(lane, None))

    async def drain(self, seconds: float) -> None:
        """Let what is being posted finish for `seconds`, then give it up."""
        await drain(self._posting.values(), seconds)

    async def _post(self, inbound: Inbound, lane: Lane) -> None:
        reply = Unfenced(turn_id(lane, inbound.id), self._leftovers)
        try:
            surface = self._platforms[inbound.address.platform].surface(inbound.address, log=reply, resume=(), pending="")
            await _written(surface)
        except BotError as error:
            log.warning("refusal not posted", lane=str(lane), reason=str(error))
        except Exception:  # task boundary: nobody waits for this task
            log.exception("refusal not posted", lane=str(lane))


async def _written(surface: Surface) -> None:
    try:
        await surface.open()
        await surface.settle(Refused(FULL))
    finally:
        await to_its_end(surface.abandon())
