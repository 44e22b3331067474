"""Turns that were given up: kept for a while, so that somebody can try them again."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import BURIED_SECONDS, GRAVEYARDS, ServerKeys
from bot.turns.turn import Turn
from bot.vocabulary.clock import Clock
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.standing import Buried

MOST = 100
"""Turns kept a server: the newest."""

MOST_SERVERS = 1000
"""Servers kept in the index: those where something was given up last."""

CLAIM_SECONDS = 60
"""How long whoever tries a turn again has it to themselves. What they do in it may be done twice and takes effect once."""

_codec = Codec(Buried)
_servers = Codec(ServerKey)
_AGAIN = re.compile(r"^(.*)\.again\.(\d+)$", re.DOTALL)


class Graveyard:
    """The buried turns of each server. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def bury(self, turn: Turn, *, reason: str) -> bool:
        """List a turn; listing it again, also after it was tried again, changes nothing and returns False.

        So does one without messages that anybody can read: there is nothing to try.
        """
        if not turn.messages:
            return False
        server = turn.lane.conversation.server_key
        keys = ServerKeys(server)
        buried = Buried(turn.id, turn.lane, self._clock.now(), reason, turn.progress.attempts, turn.messages)
        # the index first: a server without buried turns in it harms nobody, and one that is missing would be overlooked
        await self._store.run("mark", [GRAVEYARDS], [_servers.dump(server), MOST_SERVERS, BURIED_SECONDS])
        return bool(await self._store.run("bury", [keys.burials, keys.buried], [turn.id, _codec.dump(buried), MOST, BURIED_SECONDS]))

    async def list(self, server: ServerKey | None = None) -> Sequence[Buried]:
        """What can be tried again on a server, or on all, newest first."""
        if server is not None:
            return await self._of(server)
        names = await self._store.sorted_range(GRAVEYARDS, 0, -1)
        known = [server for server in map(_servers.load, names) if server]
        everywhere = [buried for server in known for buried in await self._of(server)]
        return sorted(everywhere, key=lambda buried: buried.at, reverse=True)

    async def again(self, server: ServerKey, turn: str) -> Buried | None:
        """The turn, for one caller alone; None when there is none, or somebody else has it.

        It stays listed until `left`, but nobody else gets it for `CLAIM_SECONDS`: whoever dies in between takes nothing along.
        """
        entry = await self._store.run("exhume", [ServerKeys(server).buried], [turn, CLAIM_SECONDS * 1000])
        return _codec.load(entry)

    async def left(self, server: ServerKey, turn: str) -> None:
        """The turn's messages wait in their lane again: it leaves the list."""
        await self._store.run("unlist", [ServerKeys(server).buried], [turn, "gone"])

    async def returned(self, server: ServerKey, turn: str) -> None:
        """The turn found no place: it stays in the list, free for the next."""
        await self._store.run("unlist", [ServerKeys(server).buried], [turn, "back"])

    async def _of(self, server: ServerKey) -> Sequence[Buried]:
        keys = ServerKeys(server)
        turns = await self._store.sorted_range(keys.burials, 0, -1)
        entries = await self._store.hash_many(keys.buried, turns)
        return [buried for buried in map(_codec.load, reversed(entries)) if buried]


def afresh(buried: Buried) -> tuple[Inbound, ...]:
    """Its messages under new event ids: the old ones have been seen. The same ids each time, so that joining twice is joining once."""
    return tuple(replace(message, id=_next(message.id)) for message in buried.messages)


def _next(event: str) -> str:
    tried = _AGAIN.match(event)
    return f"{tried[1]}.again.{int(tried[2]) + 1}" if tried else f"{event}.again.1"
