"""Messages of ours that nobody needs any more: a text was posted anew, or came out shorter. They are deleted by whoever comes to it.

They stand here only after the journal's word that they are no part of their reply, and leave when they are deleted: a process that
dies at any moment leaves none of them behind for ever, and one that ends need not wait for them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import LEFTOVERS_SECONDS, leftovers
from bot.vocabulary.reply import Placeholder

CLAIM_SECONDS = 15.0
"""After which another process tries what one has claimed and not deleted: it may have died. A deletion that takes longer, for its turn or
the platform, may be made twice, and people see no difference."""

written: Codec[Placeholder] = Codec(Placeholder)


class Leftovers:
    """Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        """By platform; set when this process left something there."""

    async def leave(self, placeholders: Iterable[Placeholder]) -> None:
        """These messages are to be deleted, soon. Twice is as once."""
        by_platform = defaultdict[str, list[str]](list)
        for placeholder in placeholders:
            by_platform[placeholder.platform].append(written.dump(placeholder))
        for platform, messages in by_platform.items():
            await self._store.run("leave", [leftovers(platform)], [LEFTOVERS_SECONDS * 1000, *messages])
            self.news[platform].set()

    async def claim(self, platform: str) -> str | float | None:
        """One that this process should delete now, as it is written; else in how many seconds one will be due, or None."""
        found, *wait = await self._store.run("claim", [leftovers(platform)], [int(CLAIM_SECONDS * 1000)])
        return str(found) if found else next((each / 1000 for each in wait), None)

    async def done(self, platform: str, message: str) -> None:
        """It is deleted, or can never be."""
        await self._store.sorted_remove(leftovers(platform), message)
