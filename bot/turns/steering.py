"""Steering: who goes on writing while their answer grows stops it, where the server wants it so."""

from collections.abc import Awaitable, Callable

import structlog

from bot.errors import StoreUnavailable
from bot.turns.journal import Journal
from bot.turns.lease import STEER
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.manners import Busy

log = structlog.get_logger(__name__)


class Steering:
    """`Steer`: what the answer had said stays, and the next turn sees it."""

    def __init__(self, journal: Journal, busy: Callable[[ServerKey], Awaitable[Busy]]) -> None:
        self._journal = journal
        self._busy = busy

    async def __call__(self, inbound: Inbound, lane: Lane) -> bool:
        try:
            if await self._busy(inbound.conversation.server_key) is not Busy.STEER:
                return False
            return await self._journal.make_way(lane, inbound, why=STEER)
        except StoreUnavailable as away:  # the message has joined: it is answered in its turn
            log.debug("not steered", message=inbound.id, reason=str(away))
            return False
