"""Orders handed on to a process that can carry them out: the side that receives."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

import structlog

from bot.errands.errand import Errand, errands, forms, replies
from bot.errors import BotError, StoreUnavailable
from bot.store.connection import Store
from bot.store.keys import ERRANDS_SECONDS, ErrandKeys
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpecs, Orders

WAIT_SECONDS = 10.0
"""Whoever ordered waits so long for somebody to take the order up: Discord would let them for 15 minutes, people do not."""

ANNOUNCEMENTS = 3
"""How often an order is announced in that time: who heard the first may have been frozen or killed before it took the order up."""

TAKEN_SECONDS = 30.0
"""Longest wait for an order that somebody has taken up: moderation, the slowest thing an order does, has 10 s by default."""

FORM_SECONDS = 1.0
"""A form must be on the screen within three seconds of the click, so what it shows may take one."""

UNDELIVERED_SECONDS = 2.0
"""An order outlives its asker's patience by so much, so that who gives up still sees whether somebody has taken it."""

NOBODY = "Nobody who could do that is awake right now, so I left it. Please try again in a minute."
NO_REPLY = "That takes longer than I can wait for. Please look whether it has happened before you try again."

log = structlog.get_logger(__name__)


class RemoteOrders:
    """`Orders` of a process that carries out only those of `here`.

    An order is carried out once at most, and never after whoever gave it was told that nobody did: it lies under a key of its
    own, which is taken away either by the process that takes it up, or by us when we wait no longer.
    """

    def __init__(self, store: Store, *, specs: CommandSpecs, here: Orders, wait_seconds: float = WAIT_SECONDS) -> None:
        self._store = store
        self._specs = specs
        self._here = here
        self._wait_seconds = wait_seconds

    @property
    def specs(self) -> CommandSpecs:
        return self._specs

    async def run(self, call: CommandCall) -> CommandReply:
        """As `Orders.run`."""
        if any(spec.name == call.name for spec in self._here.specs):
            return await self._here.run(call)
        try:
            keys = await self._written(Errand(call), seconds=self._wait_seconds + UNDELIVERED_SECONDS)
        except StoreUnavailable as away:
            return CommandReply(away.user_text)
        try:
            return await self._reply(keys, call)
        except StoreUnavailable:  # somebody may have heard of it before that
            return CommandReply(NO_REPLY)

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """As `Orders.prefill`."""
        try:
            async with asyncio.timeout(FORM_SECONDS):
                keys = await self._written(Errand(call, form=True), seconds=FORM_SECONDS)
                return forms.load(await self._announced(keys, call, seconds=FORM_SECONDS)) or {}
        except (TimeoutError, StoreUnavailable):
            return {}

    async def _reply(self, keys: ErrandKeys, call: CommandCall) -> CommandReply:
        reply: str | None = None
        for _ in range(ANNOUNCEMENTS):
            reply = reply or await self._announced(keys, call, seconds=self._wait_seconds / ANNOUNCEMENTS)
        if reply is None and await self._store.delete(keys.errand):
            log.warning("order not taken up by anybody", order=call.name)
            return CommandReply(NOBODY)
        reply = reply or await self._store.pop(keys.reply, seconds=TAKEN_SECONDS)
        if reply is None:
            log.warning("order taken up, and no reply came", order=call.name)
            return CommandReply(NO_REPLY)
        return replies.load(reply) or CommandReply(BotError.user_text)

    async def _written(self, errand: Errand, *, seconds: float) -> ErrandKeys:
        keys = ErrandKeys(uuid4().hex)
        await self._store.set(keys.errand, errands.dump(errand), ttl=seconds)
        return keys

    async def _announced(self, keys: ErrandKeys, call: CommandCall, *, seconds: float) -> str | None:
        await self._store.push(keys.waiting(call.conversation.platform), keys.id, ttl=ERRANDS_SECONDS)
        return await self._store.pop(keys.reply, seconds=seconds)
