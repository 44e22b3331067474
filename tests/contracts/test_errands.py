"""Orders find another process, and replies their way back, whatever shape Redis has."""

from bot.clock import SystemClock
from bot.commands.registry import Command, Registry
from bot.errands.bearer import Bearer
from bot.errands.remote import NOBODY, RemoteOrders
from bot.store.connection import Store, open_store
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec
from tests.engine.samples import call
from tests.engine.turns.platform import RoomPlatform

SPEC = CommandSpec("greet", "Greet")


async def greet(call: CommandCall) -> CommandReply:
    return CommandReply(f"Hello {call.author.name}.")


async def test_an_order_is_carried_out_in_another_process_or_not_at_all(store: Store, topology_url: str) -> None:
    orders = RemoteOrders(store, specs=[SPEC], here=Registry([]), wait_seconds=5.0)
    async with open_store(topology_url) as other:
        bearer = Bearer(other, Registry([Command(SPEC, greet)]), platforms={"discord": RoomPlatform()}, clock=SystemClock())
        async with bearer.open():
            assert [(await orders.run(call("greet"))).text for _ in range(8)] == ["Hello Root."] * 8
    impatient = RemoteOrders(store, specs=[SPEC], here=Registry([]), wait_seconds=0.2)
    assert (await impatient.run(call("greet"))).text == NOBODY
