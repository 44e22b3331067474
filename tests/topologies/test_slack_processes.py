"""Slack received by one process, over either transport, and answered by another."""

import socket
from pathlib import Path

from tests.scenarios.slack_house import Acme, over_both
from tests.scenarios.test_slack_persona import opened_form
from tests.topologies.processes import running

RECEIVER = ("run", "slack", "--receive-only")
PATIENCE = 25.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@over_both
async def test_one_receives_and_another_answers_messages_and_orders(acme: Acme, slack_mode: str, tmp_path: Path) -> None:
    asha, port = acme.slack.add_user("asha", admin=True), free_port()
    general = acme.channel(asha)
    acme.model.says("Hello Asha.")
    settings = acme.settings(lease_seconds=5.0, port=port)
    async with running(settings, tmp_path, "worker") as worker, running(settings, tmp_path, *RECEIVER, model=False) as receiver:
        if slack_mode == "http":
            acme.slack.transport = f"http://127.0.0.1:{port}/slack/events"
        else:
            await acme.slack.wait_for(lambda: len(acme.slack.sockets.connections) == settings.slack_connections, PATIENCE)
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "Hello Asha.", under=root, within=PATIENCE)
        await acme.slack.slash(asha, general, "/parley", "usage")
        assert "small" in await acme.whispered(asha)
        form = await opened_form(acme, asha, general)
        assert form.view["blocks"][0]["element"]["initial_value"].startswith("You are Parley")
        await acme.slack.submit_view(asha, form, {"instructions": "Be brief."})
        assert (await acme.whispered(asha, 2)).startswith("I have my new instructions.")
        assert (worker.troubles, receiver.troubles) == ([], [])
        assert not [line for line in receiver.said if line["event"] == "turn"]
    assert len(acme.model.asked) == len(acme.written(general)) == 1
