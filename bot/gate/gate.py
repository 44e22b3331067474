"""The gate: for us, or not."""

from bot.gate.followups import Policy, Terms, Word
from bot.store.connection import Store
from bot.store.keys import ConversationKeys
from bot.vocabulary.inbound import Addressed, Inbound


class Gate:
    """Decides by how a message is addressed; in threads the store remembers who has spoken since Parley takes part."""

    def __init__(self, store: Store, *, followups: Policy, seconds: int) -> None:
        self._store = store
        self._followups = followups
        self._seconds = seconds

    def terms(self, inbound: Inbound) -> Terms | None:
        """On what terms it may join its lane; None when it is certainly not for us."""
        ambient = inbound.addressed is Addressed.AMBIENT
        if inbound.addressed is Addressed.DIRECT or not inbound.conversation.thread:
            return None if ambient else Terms()
        if not ambient:
            return Terms("called", self._seconds)
        says_something = bool(inbound.text or inbound.attachments)
        if self._followups == "never" or inbound.mentions_others or not says_something:
            return None
        return Terms(self._followups, self._seconds)

    async def overhear(self, inbound: Inbound) -> None:
        """What has no terms still counts as a voice in its thread. Raises `StoreUnavailable`."""
        if inbound.conversation.thread and self._followups != "never":
            await self._heard(inbound, "never")

    async def addressed(self, inbound: Inbound) -> bool:
        """Whether Parley answers this, for what does not join. Raises `StoreUnavailable`."""
        terms = self.terms(inbound)
        if terms is None:
            await self.overhear(inbound)
            return False
        return not terms.word or await self._heard(inbound, terms.word)

    async def _heard(self, inbound: Inbound, word: Word) -> bool:
        """Count its author; whether it is answered."""
        voices = ConversationKeys(inbound.conversation).voices
        return bool(await self._store.run("voice", [voices], [inbound.author.id, self._seconds, word]))
