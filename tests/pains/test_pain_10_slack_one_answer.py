"""Pain 10: two replies to one mention. The inverse too: messages wrongly taken for redeliveries."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.server import Fault
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.workspace import Channel, Message, User
from tests.scenarios.slack_house import Acme, over_both


def both_events(acme: Acme, user: User, channel: Channel, text: str) -> dict[str, Delivery]:
    """What Slack has to tell of a mention, by type and not told yet."""
    told: list[Delivery] = []
    message = Message(channel.id, acme.slack.world.numbers.ts(), user.id, f"<@{acme.slack.team.bot_user}> {text}")
    Herald(acme.slack.world, told.append).posted(acme.slack.world.post(message))
    return {delivery.body["event"]["type"]: delivery for delivery in told}


@over_both
@pytest.mark.parametrize("order", [("app_mention", "message"), ("message", "app_mention")])
async def test_pain_10_two_events_in_either_order_and_redelivered_are_one_message(acme: Acme, order: tuple[str, str]) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says("once", go, ".")
    async with acme.parley():
        events = both_events(acme, asha, general, "hello")
        for name in order:
            acme.slack.send(events[name])
            await events[name].done.wait()
        await acme.reads(general, "once")
        await acme.slack.redeliver(events[order[0]])  # it is still being answered
        go.set()
        await acme.reads(general, "once.")
        for name in order:
            await acme.slack.redeliver(events[name])
    assert all(attempt.acknowledged for event in events.values() for attempt in event.attempts)
    assert acme.answers(general) == ["once."]
    assert len(acme.model.asked) == 1


@over_both
async def test_pain_10_different_messages_with_equal_text_are_all_answered(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.answers(lambda request: "the same answer")
    async with acme.parley():
        first = await acme.asks(asha, general, "hello")
        second = await acme.asks(asha, general, "hello")
        await acme.reads(general, "the same answer", under=first)
        await acme.reads(general, "the same answer", under=second)
        await acme.says(asha, general, "hello", under=first)
        await acme.reads(general, "the same answer", "the same answer", under=first)
    assert len(acme.model.asked) == 3


@over_both
async def test_pain_10_a_message_whose_acknowledgement_came_late_is_answered_once(acme: Acme) -> None:
    """Names take longer to be had than Slack waits, so it delivers again while the first delivery is in work."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.post.ack_timeout = 0.3
    acme.slack.faults.add(match=("*", "users.info"), fault=Fault(delay=0.6))
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await acme.slack.delivered()
        await acme.reads(general, "Hello from the model.")
    assert max(len(delivery.attempts) for delivery in acme.slack.post.deliveries) > 1
    assert len(acme.model.asked) == 1


async def test_pain_10_two_processes_that_get_an_event_each_give_one_answer(acme: Acme) -> None:
    """HTTP behind a balancer: what Slack tells twice reaches different processes at the same moment."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    two = replace(acme, mode="http")
    async with two.parley():
        addresses = [acme.slack.transport]
        async with two.parley():
            addresses.append(acme.slack.transport)
            for round_ in range(1, 6):
                events = both_events(acme, asha, general, f"hello {round_}")
                for address, delivery in zip(addresses, events.values(), strict=True):
                    acme.slack.transport = address
                    acme.slack.send(delivery)
                await acme.reads(general, *["Hello from the model."] * round_)
    assert len(acme.model.asked) == 5
    assert len(acme.slack.from_bot(general)) == 5
