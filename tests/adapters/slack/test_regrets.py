"""What could not be kept and will not come again: whoever wrote it is told so, once."""

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from tests.adapters.slack.conftest import MODES, Bench, opened
from tests.fakes.clock import VirtualClock
from tests.fakes.server import Fault
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.tiers import RateLimits
from tests.fakes.slack.workspace import Channel, Message

SORRY = StoreUnavailable.user_text
LAST = 3


@pytest.fixture
async def server() -> SlackServer:
    """A Slack that delivers again when it is told to, and takes all that is posted."""
    return SlackServer(retry_delays=(), limits=RateLimits(enabled=False))


async def again(bench: Bench, *, number: int, message: Message) -> list[Delivery]:
    """Everything that Slack has to tell of `message`, delivered for the `number`-th time."""
    told = [delivery for delivery in bench.server.post.deliveries if delivery.body["event"].get("ts") == message.ts]
    return [await bench.server.redeliver(delivery, retry_num=number) for delivery in told]


def said(bench: Bench, channel: Channel) -> list[tuple[str, str | None]]:
    """Our messages, and the threads that they are in."""
    return [(message.text, message.thread_ts) for message in bench.server.from_bot(channel)]


@pytest.mark.parametrize("mode", MODES)
async def test_only_the_last_delivery_in_vain_is_told_and_only_once_of_both_events(server: SlackServer, mode: str) -> None:
    async with server, opened(server, mode=mode, slack_connections=1) as bench:
        server.post.ack_timeout = 0.5
        asha = server.add_user("asha")
        general = server.add_channel("general", members=[asha])
        bench.door.down = True
        message = await server.says(asha, general, bench.mention("hello"))
        for number in (1, 2):
            await again(bench, number=number, message=message)
        assert said(bench, general) == []
        deliveries = await again(bench, number=LAST, message=message)
        await server.wait_for(lambda: said(bench, general) == [(SORRY, message.ts)])
        assert {delivery.body["event"]["type"] for delivery in deliveries} == {"app_mention", "message"}
        assert not any(delivery.acknowledged for delivery in deliveries)
    assert len(server.calls("chat.postMessage")) == 1


async def test_of_a_mention_only_one_of_two_processes_speaks(server: SlackServer) -> None:
    """Behind a balancer each has one of the two events, and they have no Redis to agree over."""
    async with server, opened(server, mode="http") as one:
        addresses = [server.transport]
        async with opened(server, mode="http") as other:
            addresses.append(server.transport)
            one.door.down = other.door.down = True
            asha = server.add_user("asha")
            general = server.add_channel("general", members=[asha])
            await server.says(asha, general, one.mention("hello"))
            for address, delivery in zip(addresses, tuple(server.post.deliveries), strict=True):
                server.transport = address
                await server.redeliver(delivery, retry_num=LAST)
    assert len(server.calls("chat.postMessage")) == 1


async def test_a_direct_message_is_told_and_talk_among_people_is_not(server: SlackServer) -> None:
    async with server, opened(server, mode="http") as bench:
        asha = server.add_user("asha")
        dm, general = server.world.dm(asha, server.team), server.add_channel("general", members=[asha])
        bench.door.down = True
        root = await server.says(asha, general, "a thread")
        talk = await server.says(asha, general, "among ourselves", thread_ts=root.ts)
        direct = await server.says(asha, dm, "hello")
        for message in (root, talk, direct):
            await again(bench, number=LAST, message=message)
        await server.wait_for(lambda: said(bench, dm))
    assert said(bench, dm) == [(SORRY, direct.ts)]
    assert said(bench, general) == []


async def test_a_thread_is_told_once_a_minute_and_each_thread_for_itself(server: SlackServer) -> None:
    clock = VirtualClock()
    async with server, opened(server, mode="http", clock=clock) as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        bench.door.down = True
        first = await server.says(asha, dm, "one")
        messages = [first, await server.says(asha, dm, "two", thread_ts=first.ts), await server.says(asha, dm, "another thread")]
        for message in messages:
            await again(bench, number=LAST, message=message)
        await server.wait_for(lambda: len(said(bench, dm)) == 2)
        await clock.advance(59.0)
        await again(bench, number=LAST, message=messages[1])
        await clock.advance(1.0)
        await again(bench, number=LAST, message=messages[1])
        await server.wait_for(lambda: len(said(bench, dm)) == 3)
    assert sorted(thread or "" for _, thread in said(bench, dm)) == [first.ts, first.ts, messages[2].ts]


async def test_a_sentence_that_slack_does_not_take_is_given_up(server: SlackServer) -> None:
    async with server, opened(server, mode="http") as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        server.faults.add(match=("POST", "chat.postMessage"), fault=Fault(status=503))
        bench.door.down = True
        await again(bench, number=LAST, message=await server.says(asha, dm, "hello"))
    assert len(server.calls("chat.postMessage")) == 1
    assert said(bench, dm) == []


async def test_what_is_kept_at_the_last_delivery_needs_no_apology(server: SlackServer) -> None:
    async with server, opened(server, mode="http") as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        bench.door.down = True
        message = await server.says(asha, dm, "hello")
        bench.door.down = False
        (delivery,) = await again(bench, number=LAST, message=message)
    assert delivery.acknowledged
    assert (len(bench.door.joined), said(bench, dm)) == (1, [])


async def test_of_an_outage_the_adapter_logs_nothing_with_every_event(server: SlackServer) -> None:
    """The store tells of it, once."""
    async with server, opened(server, mode="http") as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        bench.door.down = True
        with capture_logs() as lines:
            for number in range(3):
                await server.says(asha, dm, f"number {number}")
    assert [line["log_level"] for line in lines if line["event"] == "slack.not_taken"] == ["debug"] * 3
    assert not [line for line in lines if line["log_level"] != "debug"]
