"""The check that every message passes before any of it reaches the model."""

from collections.abc import Sequence

import structlog

from bot.errors import MessageFlagged, ModerationUnavailable
from bot.moderation.endpoint import ModerationEndpoint
from bot.moderation.incidents import Incident, Incidents
from bot.vocabulary.clock import Clock
from bot.vocabulary.conversation import ConversationKey

log = structlog.get_logger(__name__)


class Moderation:
    """`endpoint` None: the operator switched moderation off. `block_on_error`: what happens when it cannot be asked."""

    def __init__(
        self, endpoint: ModerationEndpoint | None, incidents: Incidents, *, clock: Clock, block_on_error: bool, keep_text: bool
    ) -> None:
        self._endpoint = endpoint
        self._incidents = incidents
        self._clock = clock
        self._block_on_error = block_on_error
        self._keep_text = keep_text

    async def check(self, texts: Sequence[str], *, conversation: ConversationKey, author: str) -> None:
        """Return when all `texts` may pass. Raises `MessageFlagged` (an incident is recorded) or `ModerationUnavailable`."""
        texts = [text for text in texts if text.strip()]
        if self._endpoint is None or not texts:
            return
        try:
            verdict = await self._endpoint.judge(texts)
        except ModerationUnavailable as error:
            log.warning("moderation unavailable", reason=str(error), blocked=self._block_on_error)
            if self._block_on_error:
                raise
            return
        if verdict.flagged:
            text = "\n".join(texts) if self._keep_text else ""
            await self._incidents.record(Incident(self._clock.now(), conversation, author, verdict.flagged, verdict.scores, text))
            raise MessageFlagged(verdict.flagged)

    async def try_out(self) -> None:
        """Ask once, about nothing. Raises `ModerationUnavailable`, `ModerationAbsent` where the endpoint has no moderation."""
        if self._endpoint is not None:
            await self._endpoint.judge(["hello"])
