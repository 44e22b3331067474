"""A record of what was flagged: who, where, categories, scores; the text only by setting."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import INCIDENT_SECONDS, ServerKeys
from bot.vocabulary.conversation import ConversationKey, ServerKey

KEPT = 500
"""Incidents kept a server."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One flagged input. `at` is Unix seconds; `text` is empty unless the operator keeps texts."""

    at: float
    conversation: ConversationKey
    author: str
    flagged: tuple[str, ...]
    scores: Mapping[str, float]
    text: str = ""


_codec = Codec(Incident)


class Incidents:
    """The incidents of each server, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, incident: Incident) -> None:
        keys = ServerKeys(incident.conversation.server_key)
        await self._store.push_newest(keys.incidents, _codec.dump(incident), keep=KEPT, ttl=INCIDENT_SECONDS)

    async def newest(self, server: ServerKey, count: int = 20) -> tuple[Incident, ...]:
        lines = await self._store.range(ServerKeys(server).incidents, 0, count - 1)
        return tuple(incident for incident in map(_codec.load, lines) if incident)
