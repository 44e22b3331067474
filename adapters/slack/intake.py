"""What people say, change and take back, taken in before Slack is told that it arrived."""

from typing import cast

import structlog
from slack_bolt.response import BoltResponse

from adapters.slack.amended import amended_from, reports
from adapters.slack.directory import Directory
from adapters.slack.inbound import inbound_from
from adapters.slack.payloads import JsonView, MessageEvent
from adapters.slack.regrets import Regrets
from adapters.slack.thinking import Thinking
from adapters.slack.workspace import Workspace
from bot.errors import StoreUnavailable
from bot.vocabulary.door import Door, Receipt
from bot.vocabulary.inbound import Addressed

log = structlog.get_logger(__name__)


class Intake:
    """Messages go through a global middleware of bolt's: its listeners run only after the acknowledgement, where a crash loses them."""

    def __init__(self, door: Door, *, workspace: Workspace, directory: Directory, thinking: Thinking, regrets: Regrets) -> None:
        self._door = door
        self._workspace = workspace
        self._directory = directory
        self._thinking = thinking
        self._regrets = regrets

    @staticmethod
    def concerns(body: JsonView) -> bool:
        """Whether this payload is a message, in either of its two shapes."""
        return body.get("type") == "event_callback" and (body.get("event") or {}).get("type") in ("app_mention", "message")

    async def take(self, body: JsonView, *, retry: int) -> BoltResponse:
        """The acknowledgement: 200 once the message is durable, 503 when nothing was kept, so that Slack delivers it again.

        Over Socket Mode anything but 200 is no acknowledgement at all, with the same effect. `retry`: 0 for the first delivery.
        """
        event = cast("MessageEvent", body["event"])
        if reports(event):
            return await self._amend(event, retry=retry)
        inbound = await inbound_from(event, workspace=self._workspace, directory=self._directory)
        if inbound is None:
            return BoltResponse(status=200)
        try:
            receipt = await self._door.receive(inbound)
        except StoreUnavailable as error:
            log.debug("slack.not_taken", message=inbound.id, retry=retry, error=str(error))  # the store tells of its outage, once
            self._regrets.not_kept(inbound, event=event["type"], retry=retry)
            return BoltResponse(status=503)
        if receipt is Receipt.JOINED and inbound.addressed is Addressed.DIRECT:
            self._thinking.begin(inbound.address.data)
        return BoltResponse(status=200)

    async def _amend(self, event: MessageEvent, *, retry: int) -> BoltResponse:
        amended = await amended_from(event, workspace=self._workspace, directory=self._directory)
        if amended is None:
            return BoltResponse(status=200)
        try:
            await self._door.amend(amended)
        except StoreUnavailable as error:
            log.debug("slack.not_amended", message=amended.id, retry=retry, error=str(error))
            return BoltResponse(status=503)
        return BoltResponse(status=200)
