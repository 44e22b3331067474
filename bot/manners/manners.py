"""The manners of each server: one field a setting, so that two admins who change different ones do not undo each other."""

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.manners import Busy

BUSY = "busy"

_busy = Codec(Busy)


class Manners:
    """What was set is in force from the next message on. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def busy(self, server: ServerKey) -> Busy:
        """As it was set, or `QUEUE`."""
        (value,) = await self._store.hash_many(ServerKeys(server).manners, [BUSY])
        return _busy.load(value) or Busy.QUEUE

    async def set_busy(self, server: ServerKey, busy: Busy) -> None:
        """Keep it until somebody sets another."""
        await self._store.hash_set(ServerKeys(server).manners, {BUSY: _busy.dump(busy)}, ttl=None)
