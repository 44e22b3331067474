"""All connections of one process: as many as Discord asks for, each kept open by itself.

discord.py's own `AutoShardedClient` is not used: there one event that cannot be read ends every connection, REST included, and a
connection that cannot be resumed at once is opened anew. Here each is a client of its own, as if it were the only one.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.amendments import Amendments
from adapters.discord.catch_up import CatchUp
from adapters.discord.client import Ears, ParleyClient
from adapters.discord.gateway import LOGIN_REFUSED, hang_up, keep_connected
from adapters.discord.heard import Heard
from adapters.discord.intake import Intake
from adapters.discord.limits import REQUEST_SECONDS
from adapters.discord.orders import Orders
from adapters.discord.places import source_of
from adapters.discord.presses import Presses
from adapters.discord.refusals import FAILURES
from bot.errors import SettingsInvalid
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import AttentiveDoor
from bot.vocabulary.tasks import end

log = structlog.get_logger("discord")

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two questions while Discord does not say how many connections it wants."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What Discord wants of us (documents, "Get Gateway Bot"). `resets_after` in seconds."""

    shards: int
    at_once: int
    remaining: int
    resets_after: float

    @classmethod
    def read(cls, data: dict[str, Any]) -> "Plan":
        starts = data["session_start_limit"]
        return cls(int(data["shards"]), int(starts["max_concurrency"]), int(starts["remaining"]), starts["reset_after"] / 1000)


class Shards:
    """`first` is logged in; the others are made beside it once their number is known. All share one `Intake`."""

    def __init__(self, first: ParleyClient, door: AttentiveDoor, *, settings: Settings, clock: Clock) -> None:
        self.clients = [first]
        self._door = door
        self._settings = settings
        self._clock = clock
        self._intake = Intake(first, door, settings=settings, clock=clock)
        self._orders = Orders(door, operators=settings.parley_admins)
        self._presses = Presses(door, operators=settings.parley_admins)
        self._ears: dict[ParleyClient, Ears] = {}

    async def run(self) -> None:
        """Listens until cancelled. Raises `SettingsInvalid`, with the remedy, when Discord will never let us in."""
        first = self.clients[0]
        plan = await self._plan(first)
        first.turns.at_once = max(1, plan.at_once)
        if plan.shards > 1:
            first.becomes(0, of=plan.shards)
            self.clients += [await first.beside(number) for number in range(1, plan.shards)]
            log.info("shards", count=plan.shards, at_once=plan.at_once)
        for client in self.clients:
            client.listen_for(self._ears_of(client))
        work = [asyncio.create_task(keep_connected(client, self._clock), name="shard") for client in self.clients]
        work += [asyncio.create_task(ears.heard.keep(source_of(client)), name="stamps") for client, ears in self._ears.items()]
        try:
            await asyncio.gather(*work)
        finally:
            await end(*work)

    async def close(self) -> None:
        """Hangs up; REST goes on. Nobody is left waiting with a sign, and whoever comes after us is told how far we heard."""
        for client in self.clients:
            await hang_up(client)
        for ears in self._ears.values():
            await ears.catch_up.close()
        await self._intake.close()
        for ears in self._ears.values():
            await ears.amendments.close()
        for client, ears in self._ears.items():
            await ears.heard.stamp(source_of(client))

    def _ears_of(self, client: ParleyClient) -> Ears:
        heard = Heard(self._door.attendance, self._clock)
        catch_up = CatchUp(client, self._intake, heard, self._door.attendance)
        amendments = Amendments(client, self._door, intake=self._intake, catch_up=catch_up)
        ears = self._ears[client] = Ears(self._intake, self._orders, self._presses, heard, catch_up, amendments)
        return ears

    async def _plan(self, client: ParleyClient) -> Plan:
        wait = FIRST_WAIT
        while True:
            try:
                patience = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
                plan = Plan.read(await client.http.request(Route("GET", "/gateway/bot"), timeout=patience))
            except FAILURES as error:
                if isinstance(error, discord.HTTPException) and error.status == 401:
                    raise SettingsInvalid(LOGIN_REFUSED) from error
                log.warning("gateway_not_told", error=type(error).__name__, again_in=wait)
                await self._clock.sleep(wait)
                wait = min(LONGEST_WAIT, 2 * wait)
                continue
            if plan.remaining >= plan.shards:
                return plan
            log.error("session_starts_used_up", remaining=plan.remaining, needed=plan.shards, again_in=round(plan.resets_after))
            await self._clock.sleep(max(FIRST_WAIT, plan.resets_after))
