"""A word to whoever would wait for ever: their message could not be kept, and Slack will not bring it again."""

from collections import OrderedDict

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.chores import Chores
from adapters.slack.failures import asked
from adapters.slack.limits import LAST_RETRY
from adapters.slack.mrkdwn import rendered
from bot.errors import PlatformError, StoreUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Addressed, Inbound

QUIET_FOR = 60.0
"""Seconds in which a thread is told once, however many of its messages are lost."""

REMEMBERED = 1_000
"""Threads: more than are lost in a minute."""

log = structlog.get_logger(__name__)


class Regrets:
    """Says `StoreUnavailable.user_text` in the thread.

    Without Redis processes cannot agree who speaks. So of a mention's two events, which may reach two processes, only `message`
    is answered for: it is the one that comes in group conversations too.
    """

    def __init__(self, client: AsyncWebClient, *, chores: Chores, clock: Clock) -> None:
        self._client = client
        self._chores = chores
        self._clock = clock
        self._told: OrderedDict[tuple[str, str], float] = OrderedDict()

    def not_kept(self, inbound: Inbound, *, event: str, retry: int) -> None:
        """Take note, and say so if this was the last delivery of something that was said to us; nobody waits for the sentence.

        `event`: the type of Slack's event; `retry`: 0 for the first delivery.
        """
        last = retry == LAST_RETRY and event == "message" and inbound.addressed is not Addressed.AMBIENT
        if last and self._first_in_a_while((inbound.conversation.channel, inbound.conversation.thread)):
            self._chores.start(self._say(inbound))

    def _first_in_a_while(self, thread: tuple[str, str]) -> bool:
        now = self._clock.monotonic()
        if now < self._told.get(thread, float("-inf")) + QUIET_FOR:
            return False
        self._told[thread] = now
        self._told.move_to_end(thread)
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return True

    async def _say(self, inbound: Inbound) -> None:
        """Once: a sentence that Slack does not take now would come too late."""
        to, text = inbound.address.data, rendered(StoreUnavailable.user_text)
        try:
            await asked(self._client.chat_postMessage(channel=to["channel"], thread_ts=to["thread"], text=text))
        except PlatformError as error:
            log.warning("slack.loss_not_told", message=inbound.id, error=str(error))
