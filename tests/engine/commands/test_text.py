"""Orders written as messages."""

import pytest

from bot.commands.text import FOR_YOU_ALONE, TextOrders, as_text
from bot.vocabulary.commands import CommandReply, Table
from bot.vocabulary.inbound import Addressed
from tests.engine.commands.conftest import Office
from tests.engine.samples import ADA, ADMIN, CHANNEL, DIRECT, THREAD, inbound


@pytest.fixture
def orders(office: Office) -> TextOrders:
    return TextOrders(office.registry)


async def test_talk_is_no_order(orders: TextOrders) -> None:
    talk = inbound("help me with my homework", author=ADMIN)
    assert (orders.name(talk), await orders.carry_out(talk)) == ("", None)


async def test_an_order_in_a_thread_is_carried_out_for_its_server(orders: TextOrders, office: Office) -> None:
    order = inbound("persona use tutor", author=ADMIN, conversation=THREAD)
    assert orders.name(order) == "persona use"
    assert "**tutor**" in (await orders.carry_out(order) or "")
    assert (await office.personas.own(CHANNEL.server_key)).name == "tutor"


async def test_a_members_order_is_refused_as_with_a_slash(orders: TextOrders) -> None:
    assert (await orders.carry_out(inbound("persona use tutor", author=ADA)) or "").startswith("Only admins")


async def test_pain_06_what_is_for_the_asker_alone_is_not_said_where_others_read(orders: TextOrders) -> None:
    assert await orders.carry_out(inbound("persona show", author=ADMIN)) == FOR_YOU_ALONE
    direct = inbound("persona show", author=ADA, conversation=DIRECT, addressed=Addressed.DIRECT)
    assert "You are Parley" in (await orders.carry_out(direct) or "")


def test_a_table_is_aligned_in_a_code_block() -> None:
    reply = CommandReply("Today:", Table(("model", "cost"), (("a-long-name", "1"), ("b", "2,000"))))
    assert as_text(reply) == "Today:\n```\nmodel        cost\na-long-name  1\nb            2,000\n```"
    assert as_text(CommandReply("Done.")) == "Done."
