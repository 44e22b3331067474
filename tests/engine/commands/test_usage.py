"""`usage`: who sees what of today's tokens and money."""

from bot.commands.text import as_text
from bot.moderation.moderation import Moderation
from bot.spend.ledger import Charge
from bot.store.connection import Store
from bot.vocabulary.conversation import Author, ConversationKey
from bot.vocabulary.model import Account, Usage
from tests.engine.commands.conftest import Office
from tests.engine.samples import ADA, ADMIN, BOB, CHANNEL, DIRECT, SLACK_DIRECT, call


async def spend(office: Office, author: Author, cost: int, *, model: str = "model", where: ConversationKey = CHANNEL) -> None:
    usage = Usage(input=1_200, output=30, cached=1_000)
    account = Account(where.server_key, author.id)
    await office.ledger.settle(Charge(f"{where}{author.id}{cost}{model}", account, office.ledger.today(), model, usage, cost))


async def usage(office: Office, author: Author, *, where: ConversationKey = CHANNEL) -> str:
    return as_text(await office.registry.run(call("usage", author=author, conversation=where, direct=where is not CHANNEL)))


async def test_nothing_used(office: Office) -> None:
    assert await usage(office, ADA) == "Nothing used today (2027-01-15 UTC)."
    assert await usage(office, ADMIN) == "Nothing used today (2027-01-15 UTC)."


async def test_a_member_sees_only_what_is_theirs(office: Office) -> None:
    await spend(office, ADA, 1_000_000)
    await spend(office, BOB, 2_000_000, model="bobs-model")
    said = await usage(office, ADA)
    assert said.startswith("Your use today (2027-01-15 UTC): 85.00 INR.")
    assert "bobs-model" not in said
    assert "170.00" not in said
    reply = await office.registry.run(call("usage", author=ADA))
    assert reply.private
    assert reply.table is not None
    assert reply.table.rows == (("model", "1", "1,200", "1,000", "30", "85.00 INR"),)


async def test_an_admin_sees_the_server_added_up_by_model(office: Office) -> None:
    await spend(office, ADA, 1_000_000)
    await spend(office, BOB, 2_000_000)
    await spend(office, BOB, 500_000, model="other")
    reply = await office.registry.run(call("usage", author=ADMIN))
    assert reply.text == "Today on this server (2027-01-15 UTC): 297.50 INR."
    assert reply.table is not None
    assert set(reply.table.rows) == {
        ("model", "2", "2,400", "2,000", "60", "255.00 INR"),
        ("other", "1", "1,200", "1,000", "30", "42.50 INR"),
    }


async def test_the_budget_and_what_is_left_are_for_admins(store: Store, moderation: Moderation) -> None:
    office = Office(store, moderation, budget=2_000_000)
    assert "Budget: 170.00 INR, 170.00 INR left." in await usage(office, ADMIN)
    await spend(office, ADA, 500_000)
    assert "Budget: 170.00 INR, 127.50 INR left." in await usage(office, ADMIN)
    assert "Budget" not in await usage(office, ADA)
    await spend(office, ADA, 9_000_000)
    assert "0.00 INR left" in await usage(office, ADMIN)


async def test_a_dm_of_ones_own_is_seen_whole_and_a_workspaces_dm_is_not(office: Office) -> None:
    for where in (DIRECT, SLACK_DIRECT):
        await spend(office, ADA, 1_000_000, where=where)
        await spend(office, BOB, 2_000_000, where=where)
    assert "255.00 INR" in await usage(office, ADA, where=DIRECT)
    assert (await usage(office, ADA, where=SLACK_DIRECT)).startswith("Your use today (2027-01-15 UTC): 85.00 INR.")
