"""Orders that another process carries out: once at most, never behind the back of who gave up, and always with a reply."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.clock import SystemClock
from bot.commands.registry import Command, Registry
from bot.errands.bearer import AT_ONCE, Bearer
from bot.errands.errand import Errand, errands
from bot.errands.remote import NO_REPLY, NOBODY, RemoteOrders
from bot.errors import BotError, StoreUnavailable
from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer
from bot.store.keys import ErrandKeys
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Param, Table
from bot.vocabulary.conversation import Authority
from tests.engine.samples import ADA, ADMIN, SLACK_DIRECT, call
from tests.engine.turns.crew import until
from tests.engine.turns.platform import RoomPlatform
from tests.fakes.frozen import FreezingProxy

SPECS = (
    CommandSpec("write", "Write it down", Authority.ADMIN, params=(Param("text", "What"),)),
    CommandSpec("stop", "Stop"),
)
PATIENCE = 5.0
"""Longer than any busy machine takes to hand an order over."""


class Office:
    """What orders do in the end. `open`: nothing is carried out while it is not set."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.registry = Registry([Command(SPECS[0], self._write, self._draft), Command(SPECS[1], self._stop)])

    async def _write(self, call: CommandCall) -> CommandReply:
        self.written.append(call.args["text"])
        await self.open.wait()
        return CommandReply("Written.", Table(("what",), ((call.args["text"],),)), private=False)

    async def _draft(self, call: CommandCall) -> dict[str, str]:
        await self.open.wait()
        return {"text": f"for {call.author.name}"}

    async def _stop(self, call: CommandCall) -> CommandReply:
        return CommandReply("Stopped there.")


@pytest.fixture
def office() -> Office:
    return Office()


def asking(store: Store, *, seconds: float = PATIENCE) -> RemoteOrders:
    async def stop(call: CommandCall) -> CommandReply:
        return CommandReply("Stopped here.")

    return RemoteOrders(store, specs=SPECS, here=Registry([Command(SPECS[1], stop)]), wait_seconds=seconds)


@asynccontextmanager
async def bearing(store: Store, office: Office, *platforms: str) -> AsyncIterator[None]:
    """A process that carries out what is ordered on `platforms`."""
    plugged = {name: RoomPlatform() for name in platforms or ("discord",)}
    async with Bearer(store, office.registry, platforms=plugged, clock=SystemClock()).open():
        yield


async def waiting(store: Store) -> list[str]:
    return await store.range(ErrandKeys.waiting("discord"), 0, -1)


async def test_an_order_is_carried_out_elsewhere_and_its_whole_reply_comes_back(store: Store, office: Office) -> None:
    async with bearing(store, office):
        reply = await asking(store).run(call("write", text="a letter “in quotes”\nand lines"))
    assert reply == CommandReply("Written.", Table(("what",), (("a letter “in quotes”\nand lines",),)), private=False)
    assert asking(store).specs == SPECS


async def test_the_authority_is_asked_where_it_is_carried_out(store: Store, office: Office) -> None:
    async with bearing(store, office):
        assert (await asking(store).run(call("write", author=ADA, text="x"))).text == "Only admins of this server can use `write` here."
    assert office.written == []


async def test_what_may_not_wait_is_done_here_with_nobody_else_awake(store: Store) -> None:
    assert (await asking(store).run(call("stop"))).text == "Stopped here."


async def test_several_processes_share_orders_and_each_is_carried_out_once(store: Store, office: Office) -> None:
    async with bearing(store, office), bearing(store, office):
        replies = await asyncio.gather(*(asking(store).run(call("write", text=str(number))) for number in range(40)))
    assert sorted(office.written) == sorted(map(str, range(40)))
    assert [reply.table.rows for reply in replies if reply.table] == [((str(number),),) for number in range(40)]


async def test_an_order_that_comes_twice_is_carried_out_once(store: Store, office: Office) -> None:
    keys = ErrandKeys("twice")
    await store.set(keys.errand, errands.dump(Errand(call("write", text="once"))), ttl=PATIENCE)
    for _ in range(2):
        await store.push(keys.waiting("discord"), keys.id, ttl=PATIENCE)
    async with bearing(store, office):
        assert await store.pop(keys.reply, seconds=PATIENCE)
        await until(lambda: _empty(store))
    assert office.written == ["once"]


async def test_what_a_frozen_process_heard_of_and_never_took_up_another_one_does(store: Store, office: Office) -> None:
    asked = asyncio.create_task(asking(store).run(call("write", text="x")))
    assert await store.pop(ErrandKeys.waiting("discord"), seconds=PATIENCE), "as a process does that is stopped just then"
    async with bearing(store, office):
        assert (await asked).text == "Written."
    assert office.written == ["x"]


async def test_with_nobody_awake_one_hears_so_and_it_is_not_done_later(store: Store, office: Office) -> None:
    assert (await asking(store, seconds=0.2).run(call("write", text="too late"))).text == NOBODY
    async with bearing(store, office):
        assert (await asking(store).run(call("write", text="in time"))).text == "Written."
    assert office.written == ["in time"]


async def test_an_order_of_another_platform_is_left_to_who_serves_it(store: Store, office: Office) -> None:
    async with bearing(store, office, "slack"):
        assert (await asking(store, seconds=0.2).run(call("write", text="x"))).text == NOBODY
        assert (await asking(store).run(call("write", conversation=SLACK_DIRECT, text="y"))).text == "Written."
    assert office.written == ["y"]


async def test_an_order_that_was_taken_up_is_waited_for_longer(store: Store, office: Office) -> None:
    office.open.clear()
    async with bearing(store, office):
        asked = asyncio.create_task(asking(store, seconds=0.3).run(call("write", text="a long one")))
        await until(lambda: bool(office.written))
        await asyncio.sleep(0.5)  # longer than it waits for somebody to take it up
        office.open.set()
        assert (await asked).text == "Written."


async def test_when_the_process_dies_over_it_one_is_not_told_that_nothing_happened(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.errands.remote.TAKEN_SECONDS", 0.2)
    office.open.clear()
    async with bearing(store, office):
        assert (await asking(store, seconds=0.2).run(call("write", text="x"))).text == NO_REPLY
        office.open.set()


async def test_a_form_is_filled_in_from_elsewhere(store: Store, office: Office) -> None:
    async with bearing(store, office):
        assert await asking(store).prefill(call("write")) == {"text": "for Root"}
        assert await asking(store).prefill(call("write", author=ADA)) == {}


async def test_a_form_is_empty_within_a_second_when_nobody_fills_it_in(store: Store, office: Office) -> None:
    began = time.monotonic()
    assert await asking(store).prefill(call("write")) == {}
    office.open.clear()
    async with bearing(store, office):
        assert await asking(store).prefill(call("write")) == {}
        office.open.set()
    assert time.monotonic() - began < 2 * 1.5


async def test_a_process_with_its_hands_full_leaves_orders_to_others(store: Store, office: Office) -> None:
    full, free = Office(), Office()
    full.open.clear()
    async with bearing(store, full):
        asked = [asyncio.create_task(asking(store).run(call("write", text=str(number)))) for number in range(AT_ONCE)]
        await until(lambda: len(full.written) == AT_ONCE)
        async with bearing(store, free):
            assert (await asking(store).run(call("write", text="one more"))).text == "Written."
            full.open.set()
            await asyncio.gather(*asked)
    assert free.written == ["one more"]


async def test_closing_lets_orders_in_work_be_finished(store: Store, office: Office) -> None:
    office.open.clear()
    async with bearing(store, office):
        asked = asyncio.create_task(asking(store).run(call("write", text="x")))
        await until(lambda: bool(office.written))
        asyncio.get_running_loop().call_later(0.1, office.open.set)
    assert (await asked).text == "Written."


async def test_an_order_of_another_version_is_answered_and_not_carried_out(store: Store, office: Office) -> None:
    keys = ErrandKeys("future")
    await store.set(keys.errand, "9 " + errands.dump(Errand(call("write", text="x")))[2:], ttl=PATIENCE)
    await store.push(keys.waiting("discord"), keys.id, ttl=PATIENCE)
    async with bearing(store, office):
        assert BotError.user_text in (await store.pop(keys.reply, seconds=PATIENCE) or "")
    assert office.written == []


async def test_nothing_stays_behind_that_does_not_end_by_itself(store: Store, office: Office) -> None:
    async with bearing(store, office):
        await asking(store).run(call("write", text="x"))
    await asking(store, seconds=0.1).run(call("write", text="y"))
    keys = [key async for key in store._client.scan_iter()]
    assert keys == [ErrandKeys.waiting("discord")], "an order that was withdrawn leaves its number in line"
    assert 0 < await store._client.pttl(keys[0]) <= 60_000


async def test_while_redis_is_away_one_hears_so_and_afterwards_it_works(redis_server: EmbeddedServer, store: Store, office: Office) -> None:
    assert await waiting(store) == []
    async with FreezingProxy(redis_server.socket) as way, open_store(f"redis://{way.address}") as far, bearing(far, office):
        assert (await asking(far).run(call("write", text="before"))).text == "Written."
        await way.cut()
        assert (await asking(far).run(call("write", text="meanwhile"))).text == StoreUnavailable.user_text
        assert await asking(far).prefill(call("write")) == {}
        await way.mend()
        assert (await asking(store).run(call("write", text="after", author=ADMIN))).text == "Written."
    assert office.written == ["before", "after"]


async def test_when_redis_goes_away_over_it_one_is_not_told_that_nothing_happened(
    redis_server: EmbeddedServer, store: Store, office: Office
) -> None:
    office.open.clear()
    async with FreezingProxy(redis_server.socket) as way, open_store(f"redis://{way.address}") as far, bearing(store, office):
        asked = asyncio.create_task(asking(far).run(call("write", text="x")))
        await until(lambda: bool(office.written))
        await way.cut()
        assert (await asked).text == NO_REPLY
        office.open.set()


async def _empty(store: Store) -> bool:
    return not await waiting(store)
