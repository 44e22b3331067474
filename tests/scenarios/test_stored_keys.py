"""What Parley leaves in Redis: each key has an end or a reason to have none, an owner, and a version on each JSON value."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.store import keys
from bot.store.connection import Store
from bot.store.keys import PERMANENT, PREFIX, kind
from bot.turns.buried import Graveyard
from bot.turns.docket_wakes import DOCKET
from bot.turns.turn import Turn
from bot.vocabulary.conversation import Author
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import ReplyAddress
from tests.fakes.model.server import ModelServer
from tests.scenarios.bills import PRICES
from tests.scenarios.room_platform import NAME, House, conversation, open_house

BAD = "zorp the glib"
TABLE = set(re.findall(r"^\| parley:(?:\{[A-Z]\}:)?(\w+)", keys.__doc__ or "", re.MULTILINE))
SHARED = {"pending", "graveyards", "pace"}
"""Kinds that name no server: what is in them does, or they belong to an outbound budget."""

WITH_JSON = {"mailbox", "journal", "turn", "history", "persona", "manners", "incidents", "buried", "graveyards"}
VERSIONED = re.compile(r"^\d+ (?:\w+ )?([{\[\"].*)$", re.DOTALL)

ENGINES_OWN = re.compile(rf"^\{{?{DOCKET}-{NAME}\}}?:(stream|workers|task-workers:.*|runs:.*)$")
"""Keys that the work engine keeps for ever, as far as they are known: a stream and the names of workers and tasks; queued wakes."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it stands. `ends` in milliseconds; -1: never."""

    name: str
    ends: int
    values: tuple[str, ...]


async def everything(store: Store) -> list[Key]:
    """All keys, ours and the work engine's."""
    client: Any = store._client
    found = []
    for name in sorted([name async for name in client.scan_iter(count=1000)]):
        ends, values = await client.pttl(name), await _values(client, name)
        if ends != -2:  # it has just run out
            found.append(Key(name, ends, values))
    return found


async def _values(client: Any, name: str) -> tuple[str, ...]:
    match await client.type(name):
        case "string":
            return (await client.get(name) or "",)
        case "list":
            return tuple(await client.lrange(name, 0, -1))
        case "hash":
            return tuple((await client.hgetall(name)).values())
        case "zset":
            return tuple(await client.zrange(name, 0, -1))
        case "set":
            return tuple(await client.smembers(name))
        case _:
            return ()


@asynccontextmanager
async def traffic(redis_url: str, model: ModelServer) -> AsyncIterator[House]:
    """A bit of everything that people do, with one answer still being written and one message waiting behind it."""
    model.flags(BAD, category="harassment")
    async with open_house(redis_url, model, local=False, moderation=True, budget_per_day=100.0, **PRICES) as house:
        await house.says("hello")
        await house.says(BAD)
        await house.says("hello", channel="other")
        await house.orders("reset", channel="other")
        await house.orders("persona set", {"instructions": "Be brief."})
        await house.orders("busy", {"mode": "queue"})
        await _buried(house)
        assert await house.engine.receive(_in_thread("hello")) is Receipt.JOINED
        await house.platform.settled("hello")
        model.says("Once upon", gate := asyncio.Event())
        assert await house.engine.receive(_in_thread("a story, please")) is Receipt.JOINED
        await house.shows("a story, please", "Once upon")
        assert await house.engine.receive(_in_thread("and another")) is Receipt.JOINED
        yield house
        gate.set()
        await house.platform.settled("and another")


def _in_thread(text: str) -> Inbound:
    key = replace(conversation(), thread="thread")
    address = ReplyAddress(NAME, {"message": text})
    return Inbound(text, key, Author("ada", "Ada"), text, Addressed.MENTION, address, time.time(), exclusive=True)


async def _buried(house: House) -> None:
    said = _in_thread("nobody can answer this")
    turn = Turn("0123456789abcdef0123", Lane.of(said), (said,))
    assert await Graveyard(house.store, clock=SystemClock()).bury(turn, reason="KeyError")


@pytest.fixture
async def stored(redis_url: str, model: ModelServer) -> list[Key]:
    """Everything in the store in the middle of it all, and what stands when all is quiet."""
    async with traffic(redis_url, model) as house:
        amid = await everything(house.store)
    async with open_house(redis_url, model, local=False) as house:
        return [*amid, *await everything(house.store)]


def ours(stored: list[Key]) -> list[Key]:
    return [key for key in stored if key.name.startswith(PREFIX)]


async def test_every_kind_of_key_is_in_the_table_and_has_the_end_it_tells(stored: list[Key]) -> None:
    kinds = {kind(key.name) for key in ours(stored)}
    assert kinds <= TABLE
    assert kinds >= WITH_JSON | {"seen", "pending", "lease", "order", "generation", "voices", "spend", "holds", "settled", "burials"}
    assert {kind(key.name) for key in ours(stored) if key.ends == -1} == PERMANENT.keys()


async def test_every_key_names_its_owner(stored: list[Key]) -> None:
    for key in ours(stored):
        tag, _, rest = key.name.removeprefix(PREFIX).partition("}:")
        if kind(key.name) not in SHARED:
            assert (f"{NAME}:home" in tag) is not (f":{NAME}:home:" in rest), key.name


async def test_every_json_value_carries_a_version(stored: list[Key]) -> None:
    versioned = set()
    for key in ours(stored):
        for value in key.values:
            text = value.rpartition("\n")[2]  # a line of a mailbox begins with one for the scripts
            assert not text.startswith(("{", "[", '"')), key.name
            if written := VERSIONED.match(text):
                json.loads(written[1])
                versioned.add(kind(key.name))
    assert versioned == WITH_JSON


async def test_what_is_not_ours_is_the_work_engines(stored: list[Key]) -> None:
    others = [key for key in stored if not key.name.startswith(PREFIX)]
    assert others
    assert [key.name for key in others if key.ends == -1 and not ENGINES_OWN.match(key.name)] == []
    assert all(DOCKET in key.name for key in others)
