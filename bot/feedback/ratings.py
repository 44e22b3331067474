"""Ratings of answers, per server: one for each answer and person, newest first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import RATING_SECONDS, ServerKeys
from bot.vocabulary.clock import Clock
from bot.vocabulary.conversation import ConversationKey, ServerKey

MOST = 1000
"""Ratings kept a server: the newest."""

REASON_CHARACTERS = 1000
"""What is kept of a reason."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person thinks of the answer of `turn`. `author` is their id; `persona` and `model` wrote it; `at` is Unix seconds."""

    turn: str
    conversation: ConversationKey
    author: str
    good: bool
    reason: str
    persona: str
    model: str
    at: float


@dataclass(frozen=True, slots=True)
class Count:
    """How often answers of `persona` on `model` were rated."""

    persona: str
    model: str
    good: int = 0
    bad: int = 0


_codec = Codec(Rating)


class Ratings:
    """The ratings of each server. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def rate(self, rating: Rating) -> None:
        """File it in place of what the same person said of this answer before.

        Who presses the same thumb again keeps the reason they gave, and a reason that comes later is added. Doing it twice changes nothing.
        """
        rating = replace(rating, reason=rating.reason.strip()[:REASON_CHARACTERS])
        keys = ServerKeys(rating.conversation.server_key)
        thumb = "good" if rating.good else "bad"
        # for the script, which does not read JSON: is this another thumb, is there a reason, is it another one?
        mark = f"{crc32(rating.reason.encode(errors='replace')):08x}" if rating.reason else ""
        entry = [f"{rating.turn} {rating.author}", thumb, mark, _codec.dump(rating)]
        await self._store.run("rate", [keys.rated, keys.ratings], [*entry, rating.at, self._oldest(), MOST, RATING_SECONDS])

    async def recent(self, server: ServerKey, most: int) -> Sequence[Rating]:
        """The newest `most`."""
        keys = ServerKeys(server)
        names = await self._store.sorted_range(keys.rated, -most, -1) if most > 0 else []
        return self._read(reversed(await self._store.hash_many(keys.ratings, names)))

    async def counts(self, server: ServerKey) -> Sequence[Count]:
        """Of what is kept: each persona on each model, those that were rated most often first."""
        ratings = self._read((await self._store.hash_all(ServerKeys(server).ratings)).values())
        thumbs = Counter((rating.persona, rating.model, rating.good) for rating in ratings)
        pairs = {(persona, model) for persona, model, _ in thumbs}
        counts = (Count(persona, model, thumbs[persona, model, True], thumbs[persona, model, False]) for persona, model in pairs)
        return sorted(counts, key=lambda count: (-count.good - count.bad, count.persona, count.model))

    def _read(self, entries: Iterable[str | None]) -> Sequence[Rating]:
        """What we can read of them, without those whose time is over."""
        texts = (entry.partition("\n")[2] for entry in entries if entry)
        return [rating for rating in map(_codec.load, texts) if rating and rating.at > self._oldest()]

    def _oldest(self) -> float:
        return self._clock.now() - RATING_SECONDS
