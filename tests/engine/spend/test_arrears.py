"""A charge that an outage kept from being written is written when Redis is back, once."""

from bot.spend.arrears import Arrears
from bot.spend.ledger import Charge, Ledger
from bot.store.connection import open_store
from bot.store.embedded import EmbeddedServer
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Account, Usage
from tests.engine.turns.crew import until
from tests.fakes.clock import VirtualClock
from tests.fakes.frozen import FreezingProxy

ADA = Account(ServerKey("discord", "home"), "ada")


async def test_it_is_charged_exactly_and_its_hold_is_gone(redis_server: EmbeddedServer, redis_url: str) -> None:
    assert redis_url
    clock = VirtualClock()
    async with FreezingProxy(redis_server.socket) as way, open_store(f"redis://{way.address}") as store:
        ledger = Ledger(store, clock=clock, budget=None)
        day = ledger.today()
        charge = Charge("call", ADA, day, "small", Usage(input=10, output=5), 42)
        async with Arrears(ledger, clock=clock).open() as arrears:
            await ledger.hold("call", ADA, amount=1000, day=day)
            await way.cut()
            arrears.owe(charge)
            await clock.advance(2)
            await way.mend()
            arrears.owe(charge)

            async def written() -> bool:
                await clock.advance(1)
                return not arrears._owed

            await until(written)
        found = await ledger.day(ADA.server, day)
        assert (found.spent, found.estimated, found.lines[0].calls) == (42, 0, 1)
        await ledger.hold("another", ADA, amount=1, day=day)
        assert (await store.hash_all(f"parley:{{{ADA.server.platform}:{ADA.server.id}}}:holds")).keys() == {"another"}
