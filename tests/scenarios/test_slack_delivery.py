"""Slack is told that something arrived once it is durable: never before, and never as late as the model."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.embedded import EmbeddedServer
from tests.scenarios.slack_house import Acme, over_both


@pytest.fixture
async def store_server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A Redis of its own, to be frozen and ended."""
    server = EmbeddedServer(tmp_path)
    server.start_and_wait()
    yield server
    server.stop_and_wait()


@over_both
async def test_a_frozen_store_means_no_acknowledgement_and_one_answer_later(acme: Acme, store_server: EmbeddedServer) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme = replace(acme, redis_url=store_server.url)
    acme.slack.post.ack_timeout = 0.3
    async with acme.parley():
        freeze(store_server)
        await acme.asks(asha, general, "hello")
        assert not any(delivery.acknowledged for delivery in acme.slack.post.deliveries)
        assert acme.answers(general) == []
        thaw(store_server)
        await acme.slack.delivered()
        await acme.reads(general, "Hello from the model.")
    assert all(delivery.attempts[-1].acknowledged for delivery in acme.told())
    assert len(acme.model.asked) == 1


@over_both
async def test_a_model_that_is_slow_delays_no_acknowledgement(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says(go, "At last.")
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "…")
        await acme.slack.slash(asha, general, "/parley", "help")
        assert await acme.whispered(asha)
        assert all(delivery.acknowledged for delivery in acme.slack.post.deliveries)
        go.set()
        await acme.reads(general, "At last.")


async def test_a_refresh_of_a_connection_in_mid_conversation_loses_nothing(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.answers(lambda request: f"Heard {request.last_user}")
    go = asyncio.Event()
    acme.model.says("Heard", go, " you.")
    async with acme.parley():
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "Heard")
        await acme.slack.sockets.refresh()
        await acme.says(asha, general, "one", under=root)
        go.set()
        await acme.reads(general, "Heard you.", "Heard asha: one")
        acme.slack.sockets.abort()
        await acme.says(asha, general, "two", under=root)
        await acme.reads(general, "Heard you.", "Heard asha: one", "Heard asha: two")
        await acme.slack.wait_for(lambda: len(acme.slack.sockets.connections) == 2)
    assert acme.slack.sockets.ever == 4
    assert all(delivery.acknowledged for delivery in acme.told())


async def test_payloads_are_shared_between_both_connections(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    dm = acme.slack.world.dm(asha, acme.slack.team)
    async with acme.parley():
        for number in range(4):
            await acme.says(asha, dm, f"number {number}")
        await acme.slack.wait_for(lambda: acme.answers(dm) == ["Hello from the model."] * 4)
    assert {delivery.attempts[0].connection for delivery in acme.told()} == {1, 2}


def freeze(server: EmbeddedServer) -> None:
    """It stands still: connections stay, nothing answers."""
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)


def thaw(server: EmbeddedServer) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGCONT)
