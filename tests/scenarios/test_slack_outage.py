"""Redis away: Slack keeps what we could not, and brings it again; who would wait for ever is told."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StoreUnavailable
from bot.store.embedded import EmbeddedServer
from tests.scenarios.slack_house import Acme, over_both

ANSWER = "Hello from the model."
IN_VAIN = {"http": 5.0, "socket": 0.4}
"""Seconds that Slack waits for an acknowledgement while Redis is away: over HTTP a refusal comes, over Socket Mode nothing does."""

LAST = 3
"""The number of Slack's last redelivery."""


@pytest.fixture
def store_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A Redis of its own, to be ended and started again."""
    server = EmbeddedServer(tmp_path)
    server.start_and_wait()
    yield server
    server.stop_and_wait()


@asynccontextmanager
async def away(acme: Acme, server: EmbeddedServer) -> AsyncIterator[Acme]:
    """Parley at work without Redis. Slack delivers again when the test says so."""
    acme = replace(acme, redis_url=server.url)
    acme.slack.post.retry_delays = ()
    async with acme.parley():
        server.stop_and_wait()
        acme.slack.post.ack_timeout = IN_VAIN[acme.mode]
        yield acme


def back(acme: Acme, server: EmbeddedServer) -> None:
    """Redis is there again, and Slack waits for an acknowledgement as long as a busy machine may take."""
    server.start_and_wait()
    acme.slack.post.ack_timeout = 5.0


async def again(acme: Acme, *, number: int) -> None:
    """Slack tells for the `number`-th time everything that nobody acknowledged."""
    waiting = [delivery for delivery in acme.told() if not delivery.acknowledged]
    await asyncio.gather(*(acme.slack.redeliver(delivery, retry_num=number) for delivery in waiting))


@over_both
async def test_back_before_the_last_delivery_there_is_one_answer_and_no_apology(acme: Acme, store_server: EmbeddedServer) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with away(acme, store_server) as acme:
        await acme.asks(asha, general, "hello")
        assert {delivery.attempts[0].status for delivery in acme.told()} == {503 if acme.mode == "http" else None}
        await again(acme, number=1)
        await again(acme, number=2)
        assert not any(delivery.acknowledged for delivery in acme.told())
        back(acme, store_server)
        await again(acme, number=LAST)
        await acme.reads(general, ANSWER)
    assert all(delivery.acknowledged for delivery in acme.told())
    assert len(acme.slack.from_bot(general)) == len(acme.model.asked) == 1


@over_both
async def test_away_through_the_last_delivery_whoever_asked_is_told_once(acme: Acme, store_server: EmbeddedServer) -> None:
    asha = acme.slack.add_user("asha")
    general, dm = acme.channel(asha), acme.slack.world.dm(asha, acme.slack.team)
    async with away(acme, store_server) as acme:
        root, direct = await asyncio.gather(acme.asks(asha, general, "hello"), acme.says(asha, dm, "hello"))
        for number in range(1, LAST + 1):
            assert acme.answers(general) == acme.answers(dm) == []
            await again(acme, number=number)
        for channel, asked in ((general, root), (dm, direct)):
            await acme.reads(channel, StoreUnavailable.user_text, under=asked)
        back(acme, store_server)
        await acme.asks(asha, general, "and now?", under=root)
        await acme.reads(general, StoreUnavailable.user_text, ANSWER, under=root)
    assert len(acme.slack.from_bot(general)) == 2
    assert len(acme.slack.from_bot(dm)) == len(acme.model.asked) == 1
