"""The gate: for us, or not."""

from bot.gate.followups import Policy, follows_up
from bot.store.connection import Store
from bot.store.keys import ConversationKeys
from bot.vocabulary.inbound import Addressed, Inbound


class Gate:
    """Decides by how a message is addressed; in threads it remembers who has spoken since Parley takes part."""

    def __init__(self, store: Store, *, followups: Policy, seconds: int) -> None:
        self._store = store
        self._followups = followups
        self._seconds = seconds

    async def addressed(self, inbound: Inbound) -> bool:
        """Whether Parley answers this. Raises `StoreUnavailable`."""
        if inbound.addressed is Addressed.DIRECT:
            return True
        if not inbound.conversation.thread:
            return inbound.addressed is not Addressed.AMBIENT
        return await self._in_thread(inbound)

    async def _in_thread(self, inbound: Inbound) -> bool:
        if inbound.addressed is not Addressed.AMBIENT:
            await self._spoken(inbound, called=True)
            return True
        if self._followups == "never" or not (spoken := await self._spoken(inbound, called=False)):
            return False
        has_something = bool(inbound.text or inbound.attachments)
        return has_something and follows_up(self._followups, voices=spoken, others_mentioned=inbound.mentions_others)

    async def _spoken(self, inbound: Inbound, *, called: bool) -> int:
        """How many have spoken in the thread, its author included; 0 where nobody ever called us."""
        voices = ConversationKeys(inbound.conversation).voices
        return int(await self._store.run("voice", [voices], [inbound.author.id, self._seconds, int(called)]))
