"""Whom we have heard, and up to when: what is needed to ask for what was said while nobody listened."""

from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import DIRECT_SECONDS, HEARD_SECONDS, SourceKeys
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import Source

MOST_CHANNELS = 1000
"""Direct channels remembered for one account; beyond it those that were silent longest are forgotten."""
REMEMBER_SECONDS = 3600.0
"""A channel is written down at most this often by one process."""

_codec = Codec(float)


class Attendance:
    """`bot.vocabulary.door.Attendance` over the store. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._remembered: dict[tuple[str, str, str], float] = {}

    async def heard(self, source: Source, until: float) -> None:
        """As `Attendance.heard`."""
        await self._store.hash_set(SourceKeys(source).heard, {source.connection: _codec.dump(until)}, ttl=HEARD_SECONDS)

    async def heard_until(self, source: Source) -> float | None:
        """As `Attendance.heard_until`."""
        stamps = await self._store.hash_all(SourceKeys(source).heard)
        if source.connection in stamps:
            return _codec.load(stamps[source.connection])
        return min((until for until in map(_codec.load, stamps.values()) if until is not None), default=None)

    async def remember_direct(self, source: Source, channel: str) -> None:
        """As `Attendance.remember_direct`."""
        now, key = self._clock.monotonic(), (source.platform, source.account, channel)
        if now - self._remembered.get(key, -REMEMBER_SECONDS) < REMEMBER_SECONDS:
            return
        await self._store.run("remember_direct", [SourceKeys(source).directs], [channel, self._clock.now(), MOST_CHANNELS, DIRECT_SECONDS])
        self._remembered = {known: at for known, at in self._remembered.items() if now - at < REMEMBER_SECONDS}
        self._remembered[key] = now

    async def direct_channels(self, source: Source, since: float) -> tuple[str, ...]:
        """As `Attendance.direct_channels`."""
        return tuple(await self._store.run("directs", [SourceKeys(source).directs], [since, MOST_CHANNELS]))
