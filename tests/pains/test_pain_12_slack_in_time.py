"""Pain 12: "the application did not respond": work was done before the interaction was acknowledged."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from bot.store.embedded import EmbeddedServer
from tests.fakes.server import Fault
from tests.fakes.slack.records import Delivery
from tests.scenarios.slack_house import Acme, over_both

IN_TIME = 1.0
"""Seconds; Slack allows three."""


@over_both
async def test_pain_12_a_command_is_acknowledged_in_time_while_the_store_is_frozen(acme: Acme, tmp_path: Path) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    orders = ("persona use tutor", "persona set", "usage", "nonsense", "")
    store = EmbeddedServer(tmp_path)
    store.start_and_wait()
    assert store.pid
    try:
        async with replace(acme, redis_url=store.url).parley():
            os.kill(store.pid, signal.SIGSTOP)
            given = await asyncio.gather(*(acme.slack.slash(asha, general, "/parley", order) for order in orders))
            assert all(seconds_to_acknowledge(delivery) < IN_TIME for delivery in given)
            # its trigger is good for three seconds: the form opens without what it would show
            form = await acme.slack.wait_for(lambda: next(iter(acme.slack.world.views.values()), None))
            assert "initial_value" not in form.view["blocks"][0]["element"]
            os.kill(store.pid, signal.SIGCONT)
            await acme.whispered(asha, 4)
    finally:
        os.kill(store.pid, signal.SIGCONT)
        store.stop_and_wait()


async def test_pain_12_slow_names_and_a_slow_model_delay_nothing(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.faults.add(match=("*", "(users|conversations).info"), fault=Fault(delay=1.5), times=4)
    acme.model.says("At last.")
    async with acme.parley():
        command = await acme.slack.slash(asha, general, "/parley", "help")
        await acme.asks(asha, general, "hello")
        assert seconds_to_acknowledge(command) < IN_TIME
        assert all(seconds_to_acknowledge(delivery) < 3.0 for delivery in acme.told())
        await acme.whispered(asha)
        await acme.reads(general, "At last.")


def seconds_to_acknowledge(delivery: Delivery) -> float:
    """How long the only attempt waited for its acknowledgement."""
    (attempt,) = delivery.attempts
    assert attempt.acknowledged
    assert attempt.answered_at
    return attempt.answered_at - attempt.sent_at
