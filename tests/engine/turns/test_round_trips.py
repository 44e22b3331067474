"""What a turn costs Redis, counted on the server's wire: command by command, whatever the clock says."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.vocabulary.conversation import Author, ConversationKey
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.reply import ReplyAddress, Stopped
from tests.fakes.model.server import ModelServer
from tests.fakes.redis_servers import SingleServer
from tests.fakes.redis_wire import Wire, turns, watched
from tests.scenarios.room_platform import NAME, House, conversation, open_house

TURN = ["join", "start", "note", "GET persona", "hold", "settle", "remember", "finish"]
"""In the order of the walk; `note` writes down that the placeholder stands."""

THREAD = ConversationKey(NAME, "home", "general", "a thread")
DIRECT = ConversationKey(NAME, "", "dm")


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server
    server.assert_clean()


@dataclass(frozen=True, slots=True)
class Counted:
    """A house, and the wire of its server."""

    house: House
    wire: Wire

    async def says(self, text: str, where: ConversationKey | None = None, *, addressed: Addressed = Addressed.MENTION) -> str:
        """Say it; returns its name as soon as it was received."""
        name = f"m{next(self.house.numbers)}"
        inbound = Inbound(
            id=name,
            conversation=where or conversation(),
            author=Author("ada", "Ada"),
            text=text,
            addressed=addressed,
            address=ReplyAddress(NAME, {"message": name}),
            sent_at=time.time(),
            exclusive=bool(where),
        )
        assert await self.house.engine.receive(inbound) is Receipt.JOINED
        return name

    async def cost(self, *said: Any, turns_: int = 1) -> list[str]:
        """What was sent for `said`, from the first message to the end of the last turn."""
        since = await self.wire.mark()
        for saying in said:
            await saying
        await self.wire.until("finish", turns_, since=since)
        return turns(self.wire.sent[since : await self.wire.mark()])


@asynccontextmanager
async def counting(redis_url: str, model: ModelServer, *, local: bool = True, gather: float = 0.0) -> AsyncIterator[Counted]:
    """Nothing is renewed and nothing swept while a test runs, and the first turn has opened the connections."""
    house_opened = open_house(redis_url, model, local=local, lease_seconds=600.0, gather_seconds=gather)
    async with house_opened as house, watched(redis_url) as wire:
        counted = Counted(house, wire)
        await counted.cost(counted.says("warm up"))
        yield counted


@pytest.fixture
async def counted(redis_url: str, model: ModelServer) -> AsyncIterator[Counted]:
    async with counting(redis_url, model) as opened:
        yield opened


async def test_a_turn_sends_eight_commands_and_so_does_the_next(counted: Counted) -> None:
    assert await counted.cost(counted.says("hello")) == TURN
    assert await counted.cost(counted.says("again")) == TURN


async def test_a_thread_costs_no_more_with_a_mention_or_without(counted: Counted) -> None:
    assert await counted.cost(counted.says("hello", THREAD)) == TURN
    assert await counted.cost(counted.says("and then?", THREAD, addressed=Addressed.AMBIENT)) == TURN


async def test_a_direct_message_costs_no_more_where_nothing_is_gathered(counted: Counted) -> None:
    assert await counted.cost(counted.says("hello", DIRECT, addressed=Addressed.DIRECT)) == TURN


@pytest.fixture(params=["one process", "work engine"])
def way(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """A server, and whether wakes stay in the process. By TCP: on a socket nobody can tell our connections from the work engine's."""
    with SingleServer() as server:
        yield server.url, request.param == "one process"


async def test_a_direct_message_costs_no_more_where_messages_are_gathered(way: tuple[str, bool], model: ModelServer) -> None:
    url, local = way
    async with counting(url, model, local=local, gather=0.3) as counted:
        assert await counted.cost(counted.says("hello", DIRECT, addressed=Addressed.DIRECT)) == TURN


async def test_two_direct_messages_in_one_breath_cost_one_turn_and_a_join(way: tuple[str, bool], model: ModelServer) -> None:
    url, local = way
    async with counting(url, model, local=local, gather=1.5) as counted:
        said = [counted.says(text, DIRECT, addressed=Addressed.DIRECT) for text in ("hello", "and more")]
        cost = await counted.cost(*said)
    surplus = sorted(cost)
    for name in ["join", *TURN]:
        surplus.remove(name)
    assert surplus in ([], ["start"]), "the lane is looked at once more, for the wake of the second message"


async def test_an_edit_costs_nothing(counted: Counted, model: ModelServer) -> None:
    async def long() -> None:
        gates = [asyncio.Event() for _ in range(40)]
        model.says(*(piece for number, gate in enumerate(gates) for piece in (f"/{number}", gate)))
        name, room = await counted.says("tell me all"), counted.house.platform.room
        for number, gate in enumerate(gates):
            await counted.house.shows(name, "".join(f"/{n}" for n in range(number + 1)))
            gate.set()
        edits = [send for send in room.sends if send[1:3] == (name, "edit")]
        assert len(edits) >= 40

    assert await counted.cost(long()) == TURN


async def test_a_message_behind_another_asks_what_to_do_and_shows_that_it_waits(counted: Counted, model: ModelServer) -> None:
    gate = asyncio.Event()
    model.says("The first", gate)

    async def both() -> None:
        await counted.house.shows(await counted.says("first"), "The first")
        second = await counted.says("second")
        while second not in counted.house.platform.waiting:  # noqa: ASYNC110  # the platform tells nobody
            await asyncio.sleep(0.005)
        gate.set()

    surplus = sorted(await counted.cost(both(), turns_=2))
    for name in 2 * TURN:
        surplus.remove(name)
    assert [name for name in surplus if name != "start"] == ["HMGET manners", "sign", "sign"]
    assert len(surplus) <= 4, "the lane is looked at once more, for the wake of the second message"


async def test_a_stop_costs_two(counted: Counted, model: ModelServer) -> None:
    model.says("The beginning", asyncio.Event())

    async def stopped() -> None:
        name = await counted.says("hello")
        await counted.house.shows(name, "The beginning")
        assert "Stopp" in await counted.house.orders("stop", by="ada")
        assert isinstance(await counted.house.platform.settled(name), Stopped)

    assert sorted(await counted.cost(stopped())) == sorted([*TURN, "stop", "PUBLISH stop"])
